"""What people answered in closed rounds, as far as the auditor let it out: the share who gave a high answer, before and after.

Rows of ``round_figure`` are summed over the cohorts of a scope; nothing is counted here that was not shown before. A round of
which the high answers are not shown by themselves is left out of both sides of the share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa

from marketplace.measures.catalogue import Measure, catalogue
from marketplace.measures.intervals import Interval, Sample
from marketplace.measures.queries import Scope
from marketplace.questionnaires.models import Audience, Moment
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one measure, one audience at one moment: the share with a high answer, among all who answered those rounds."""

    measure: Measure
    audience: Audience
    moment: Moment
    rounds: int
    sample: Sample


@dataclass(frozen=True)
class Change:
    """The same question at two moments. Answers are not tied to people, so the two are compared as two groups."""

    before: Answers
    after: Answers

    @cached_property
    def interval(self) -> Interval:
        return self.after.measure.difference(self.before.sample, self.after.sample)

    @property
    def too_few(self) -> bool:
        return any(one.measure.too_few(one.sample) for one in (self.before, self.after))


RECENT = timedelta(days=3 * 365)
QUERY = sa.text("SELECT * FROM answer_totals(:cohort, :since, :questions, :parts, :answers)")


def answers(viewer: Acting, scope: Scope, now: datetime) -> Sequence[Answers]:
    """By measure, audience and moment: of one cohort all rounds, of all cohorts those of the last three years. One statement.

    Nothing for a firm in somebody else's cohorts, or of one firm's people.
    """
    asked = {(one.question, one.part): one for one in catalogue().values() if one.question}
    if scope.runner.id != viewer.org_id or scope.firm_id:
        return []
    values = {
        "cohort": scope.cohort_id,
        "since": now - RECENT,
        "questions": [question for question, _part in asked],
        "parts": [part for _question, part in asked],
        "answers": [" ".join(one.high) for one in asked.values()],
    }
    found = [
        Answers(
            asked[row.question, row.part],
            Audience(row.audience),
            Moment(row.moment),
            row.rounds,
            Sample(int(row.people), float(row.high), float(row.high)),
        )
        for row in db.session.execute(QUERY, values)
    ]
    order = list(asked.values()), list(Audience), list(Moment)
    return sorted(
        found,
        key=lambda one: (order[0].index(one.measure), order[1].index(one.audience), order[2].index(one.moment)),
    )


def changes(found: Sequence[Answers]) -> list[Change]:
    """From the start to the last moment at which the same audience was asked the same."""
    pairs: dict[tuple[str, Audience], list[Answers]] = {}
    for one in found:
        pairs.setdefault((one.measure.key, one.audience), []).append(one)
    return [
        Change(some[0], some[-1])
        for some in pairs.values()
        if some[0].moment is Moment.start and some[-1].moment is not Moment.start
    ]
