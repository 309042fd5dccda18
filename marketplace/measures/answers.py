"""What people answered in closed rounds, as far as the auditor let it out: the share who gave a high answer, before and after.

Rows of ``round_figure`` are summed over the cohorts of a scope; nothing is counted here that was not shown before. A round of
which the high answers are not shown by themselves is left out of both sides of the share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


# A round's line counts where every group of it is of high answers only, or of none.
QUERY = sa.text("""
    SELECT x.question, x.part, x.moment, x.audience, count(*) AS rounds, sum(x.people) AS people, sum(x.high) AS high
    FROM (
        SELECT f.question, f.part, r.moment, r.audience, sum(f.people) AS people,
            coalesce(sum(f.people) FILTER (WHERE f.answers <@ w.answers), 0) AS high,
            bool_and(f.answers <@ w.answers OR NOT f.answers && w.answers) AS apart
        FROM questionnaire_round r
        JOIN round_figure f ON f.org_id = r.org_id AND f.round_id = r.id
        JOIN unnest(CAST(:questions AS text[]), CAST(:parts AS text[]), CAST(:answers AS text[])) AS q (question, part, high)
            ON q.question = f.question AND q.part = f.part
        CROSS JOIN LATERAL (SELECT string_to_array(q.high, ' ') AS answers) w
        WHERE r.org_id = :org AND (:cohort = 0 OR r.cohort_id = :cohort) AND r.state = 'closed'
        GROUP BY r.org_id, r.id, f.question, f.part, r.moment, r.audience
    ) x WHERE x.apart GROUP BY 1, 2, 3, 4
""")


def answers(viewer: Acting, scope: Scope) -> Sequence[Answers]:
    """By measure, audience and moment. One statement; nothing for a firm in somebody else's cohorts, or of one firm's people."""
    asked = {(one.question, one.part): one for one in catalogue().values() if one.question}
    if scope.runner.id != viewer.org_id or scope.firm_id:
        return []
    values = {
        "org": viewer.org_id,
        "cohort": scope.cohort_id,
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
