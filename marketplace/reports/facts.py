"""What the worker reads of a cohort for its report, beside figures about people: plain JSON, as it was on that day."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.committee.models import MatchRun, RunState
from marketplace.lessons.models import CohortLesson
from marketplace.programmes.models import Cohort, Programme
from marketplace.programmes.queries import phases_of
from tenants.organisations.models import Organisation
from tenants.shared.database import db


def facts_of(cohort: Cohort) -> dict[str, Any]:
    """In a job of the organisation that runs the cohort."""
    chosen = cohort.modalities
    programme = db.session.get_one(Programme, (cohort.org_id, cohort.programme_id))
    names = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_([cohort.org_id, *cohort.parties]))
    firms = {row.id: row.name for row in db.session.execute(names.order_by(Organisation.name))}
    return {
        "programme": {"en": programme.name("en"), "fr": programme.name("fr")},
        "runner": firms.get(cohort.org_id, ""),
        "ordinal": cohort.ordinal,
        "is_pilot": cohort.is_pilot,
        "form": cohort.form.value,
        "sides": [side.value for side in chosen.sides],
        "launch_on": cohort.launch_on.isoformat(),
        "closed_on": cohort.updated_at.date().isoformat(),
        "months": chosen.months,
        "cadence": chosen.cadence,
        "aims": chosen.aims.model_dump(),
        "audience": chosen.audience.model_dump(),
        "indicators": [one.model_dump() for one in chosen.indicators],
        "phases": [
            [one.phase.value, one.opened_at.date().isoformat()]
            for one in phases_of(cohort)
            if one.opened_at is not None
        ],
        "firms": {str(number): name for number, name in firms.items() if number in cohort.parties},
        "match": _match(cohort),
        "answers": _answers(cohort),
        "lessons": _lessons(cohort),
        "evidence": db.session.scalar(sa.select(sa.func.cohort_evidence(cohort.id))) or {},
    }


def _match(cohort: Cohort) -> dict[str, Any] | None:
    """The version that was published last, and the figures of its proof; none where people found each other."""
    query = (
        sa.select(MatchRun)
        .where(MatchRun.org_id == cohort.org_id, MatchRun.cohort_id == cohort.id, MatchRun.state == RunState.solved)
        .order_by(MatchRun.number)
    )
    solved = db.session.scalars(query).all()
    published = [one for one in solved if one.published_at is not None and one.after_no_of is None]
    if not published:
        return None
    answer = published[-1].answer
    return {
        "versions": len(solved),
        "number": published[-1].number,
        **{name: answer.get(name) for name in ("optimal", "equal", "primal", "dual", "gap")},
    }


_ANSWERS = sa.text("""
SELECT r.moment, r.audience, v.content, f.question, f.part, f.answers, f.people
FROM round_figure f JOIN questionnaire_round r ON r.org_id = f.org_id AND r.id = f.round_id
JOIN questionnaire_version v ON v.org_id = r.org_id AND v.id = r.version_id
WHERE r.org_id = :org AND r.cohort_id = :cohort AND f.question <> ''
ORDER BY r.opens_at, r.audience, f.round_id, f.question, f.part, f.place
""")


def _answers(cohort: Cohort) -> list[dict[str, Any]]:
    """What was let out of closed rounds, a question or a part of it each."""
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in db.session.execute(_ANSWERS, {"org": cohort.org_id, "cohort": cohort.id}):
        question = _question(row.content, row.question)
        key = (row.moment, row.audience, row.question, row.part)
        line = lines.setdefault(
            key, {"moment": row.moment, "audience": row.audience} | _words(question, row.part) | {"groups": []}
        )
        line["groups"].append([[_answer(question, one) for one in row.answers], row.people])
    return list(lines.values())


def _question(content: dict[str, Any], key: str) -> dict[str, Any]:
    asked = (one for section in content["sections"] for one in section["questions"])
    return next((one for one in asked if one["key"] == key), {"key": key, "kind": "one", "words": {}})


def _words(question: dict[str, Any], part: str) -> dict[str, Any]:
    of = question.get("rows" if question["kind"] == "matrix" else "options") or []
    found = next((one["words"] for one in of if part and one["key"] == part), None)
    return {
        "question": question["key"],
        "part": part,
        "kind": question["kind"],
        "steps": question.get("steps", 0),
        "words": question["words"],
        "part_words": found or {},
    }


def _answer(question: dict[str, Any], answer: str) -> Any:
    """A step as text, an option's words, or nothing for no answer."""
    return next((one["words"] for one in question.get("options") or [] if one["key"] == answer), answer)


def _lessons(cohort: Cohort) -> list[dict[str, Any]]:
    query = (
        sa.select(CohortLesson)
        .where(CohortLesson.org_id == cohort.org_id, CohortLesson.cohort_id == cohort.id)
        .order_by(CohortLesson.id)
    )
    return [
        {"kind": one.kind.value, "theme": one.theme, "words": one.words, "next_time": one.next_time}
        for one in db.session.scalars(query)
    ]
