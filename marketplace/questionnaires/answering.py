"""What a page of a questionnaire sends, as answers."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.questionnaires.designs import Answers, Design, Question, asked, cleaned


def _typed(one: Question, form: MultiDict[str, str]) -> Any:
    said = form.get(one.key, "")
    if one.kind == "scale":
        return int(said) if said.isdecimal() else None
    if one.kind == "many":
        return form.getlist(one.key)
    if one.kind == "matrix":
        steps = {row.key: form.get(f"{one.key}.{row.key}", "") for row in one.rows}
        return {key: int(step) for key, step in steps.items() if step.isdecimal()}
    if one.kind == "ranking":
        places = {option.key: form.get(f"{one.key}.{option.key}", "") for option in one.options}
        wanted = {str(place) for place in range(1, len(one.options) + 1)}
        return sorted(places, key=lambda key: int(places[key])) if set(places.values()) == wanted else None
    return said


def read_page(design: Design, at: int, so_far: Answers, form: MultiDict[str, str]) -> tuple[Answers, frozenset[str]]:
    """The answers with those of page ``at``, and the keys of what cannot be left like this.

    A ranking may be left empty as a whole; two with the same place, or half of one, cannot be read.
    """
    here = asked(design, at, so_far)
    raw = {key: value for key, value in so_far.items() if key not in {one.key for one in here}}
    answers = cleaned(design, raw | {one.key: _typed(one, form) for one in here})
    half = {
        one.key
        for one in here
        if one.kind == "ranking" and one.key not in answers and any(form.get(f"{one.key}.{o.key}") for o in one.options)
    }
    return answers, frozenset(half | {one.key for one in here if one.required and one.key not in answers})
