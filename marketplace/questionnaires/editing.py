"""One change to a design at a time; each gives a new design that holds together, or is refused in a sentence."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.programmes.modalities import Words
from marketplace.questionnaires.designs import Design, Question, Section
from tenants.shared.errors import Refused

QUESTIONS_MOST = 60


def new_key() -> str:
    """A key that nothing had before, in no version: answers of different rounds are laid beside each other by it."""
    return "q" + secrets.token_hex(4)


def position(design: Design, key: str) -> tuple[int, int] | None:
    """(part, place) of a question, from 0."""
    return next(
        (
            (part, place)
            for part, section in enumerate(design.sections)
            for place, one in enumerate(section.questions)
            if one.key == key
        ),
        None,
    )


def question_of(design: Design, key: str) -> Question | None:
    found = position(design, key)
    return design.sections[found[0]].questions[found[1]] if found else None


def earlier_parts(design: Design, part: int) -> list[Question]:
    """Questions before a part that a question in it may look at: those with answers to choose from."""
    return [one for section in design.sections[:part] for one in section.questions if one.values()]


def _made(design: Design, sections: Sequence[tuple[Words, Sequence[Question]]]) -> Design:
    """Parts without a question are left out."""
    kept = [
        {"title": title.model_dump(), "questions": [one.model_dump() for one in some]}
        for title, some in sections
        if some
    ]
    if not kept:
        raise Refused(_("One question at least has to stay."))
    if sum(len(some["questions"]) for some in kept) > QUESTIONS_MOST:
        raise Refused(_("%(most)d questions are the most. Nobody answers more.", most=QUESTIONS_MOST))
    try:
        return Design.model_validate({"title": design.title.model_dump(), "sections": kept})
    except ValidationError:
        raise Refused(
            _(
                "One question is asked only after certain answers to another, which has to stand in an earlier part. "
                "Change that first."
            )
        ) from None


def _parts(design: Design) -> list[tuple[Words, list[Question]]]:
    return [(section.title, list(section.questions)) for section in design.sections]


def add_question(design: Design, question: Question, part: int | None, title: Words) -> Design:
    """At the end of ``part``, or of a new part with this title."""
    sections = _parts(design)
    if part is None or part >= len(sections):
        sections.append((title, []))
        part = -1
    sections[part][1].append(question)
    return _made(design, sections)


def change_question(design: Design, question: Question) -> Design:
    """Raises ``Refused`` where it has been removed meanwhile, or another one looks at an answer that it has no more."""
    found = position(design, question.key)
    if found is None:
        raise Refused(_("This question has been removed meanwhile."))
    sections = _parts(design)
    sections[found[0]][1][found[1]] = question
    return _made(design, sections)


def remove_question(design: Design, key: str) -> Design:
    return _made(design, [(title, [one for one in some if one.key != key]) for title, some in _parts(design)])


def move_question(design: Design, key: str, *, up: bool) -> Design:
    """One place on; from the end of its part into the next one. At either end of all it stays."""
    found = position(design, key)
    if found is None:
        return design
    part, place = found
    sections = _parts(design)
    one = sections[part][1].pop(place)
    onward = place - 1 if up else place + 1
    if 0 <= onward <= len(sections[part][1]):
        sections[part][1].insert(onward, one)
    elif 0 <= (other := part + (-1 if up else 1)) < len(sections):
        sections[other][1].insert(len(sections[other][1]) if up else 0, one)
    else:
        return design
    return _made(design, sections)


def move_part(design: Design, part: int, *, up: bool) -> Design:
    sections, other = _parts(design), part + (-1 if up else 1)
    if not (0 <= part < len(sections) and 0 <= other < len(sections)):
        return design
    sections[part], sections[other] = sections[other], sections[part]
    return _made(design, sections)


def retitle_part(design: Design, part: int, title: Words) -> Design:
    sections: list[Section] = list(design.sections)
    if part >= len(sections):
        raise Refused(_("This part has been removed meanwhile."))
    sections[part] = sections[part].model_copy(update={"title": title})
    return design.model_copy(update={"sections": tuple(sections)})
