"""What a cohort answered, as far as the auditor let it out.

A round is counted once, when it closes, inside the database (``draw_round`` in migration 0050), and what may be shown is
written to ``round_figure``. Nobody counts afterwards: this module reads rows of that table, and a report or a
function of the gate may read them too:

    SELECT r.moment, r.audience, f.question, f.part, f.answers, f.people
    FROM round_figure f JOIN questionnaire_round r ON r.org_id = f.org_id AND r.id = f.round_id
    WHERE r.org_id = … AND r.cohort_id = … AND f.question IN ('quality', 'recommend') ORDER BY 1, 2, 3, 4, f.place

Of one question and part every row is a group of answers; they divide all who answered the round, so that their sum is the
denominator. Groups are single steps or options where five or more stand behind each, else several together. A line that is
withheld has no rows. Of our own questionnaires: ``quality`` is a matrix (parts ``trust``, ``purpose``, ``time``, 1 to 5) at
mid-point and end, ``recommend`` a scale of 1 to 11 from the end on, ``confidence`` a scale of 1 to 5 at every moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from marketplace.programmes.models import Cohort
from marketplace.questionnaires.models import Audience, Moment, QuestionnaireRound, RoundFigure
from tenants.shared.database import db

NO_ANSWER = ""


@dataclass(frozen=True, slots=True)
class Group:
    """How many gave one of ``answers`` (steps as text, or keys of options)."""

    answers: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Line:
    """One question, or one ``part`` of it, as one audience of a cohort answered it at one moment.

    ``groups`` divide all who answered. For a choice of several there is a line for each option: chosen, or not; of a ranking
    only what came first is counted.
    """

    moment: Moment
    audience: Audience
    question: str
    part: str
    groups: tuple[Group, ...]

    @property
    def people(self) -> int:
        """Everybody who answered the round."""
        return sum(one.people for one in self.groups)

    def giving(self, answers: Collection[str]) -> int | None:
        """How many of ``people`` gave one of ``answers``; None where a group that is shown has others in it too."""
        met = [one for one in self.groups if set(one.answers) & set(answers)]
        return sum(one.people for one in met) if all(set(one.answers) <= set(answers) for one in met) else None


def high(steps: int) -> tuple[str, ...]:
    """The upper two fifths of a scale: 4 and 5 of 5, 8 to 11 of 11. A scale is divided there before anywhere else."""
    return tuple(str(step) for step in range(steps + 1 - max(1, 2 * steps // 5), steps + 1))


def lines_of(cohort: Cohort, questions: Collection[str] = ()) -> Sequence[Line]:
    """Every line of the cohort's closed rounds that may be shown, or those of ``questions``; by moment and audience.

    The cohort was loaded through its viewer, who runs it, or by a job of the organisation that does; for anybody else
    the database has no rows. A line that is missing is withheld.
    """
    figure, one = RoundFigure, QuestionnaireRound
    query = (
        sa.select(one.moment, one.audience, figure)
        .join(one, sa.and_(one.org_id == figure.org_id, one.id == figure.round_id))
        .where(one.org_id == cohort.org_id, one.cohort_id == cohort.id, figure.question != "")
        .order_by(figure.round_id, figure.question, figure.part, figure.place)
    )
    if questions:
        query = query.where(figure.question.in_(questions))
    found = [
        Line(moment, audience, question, part, tuple(Group(tuple(row.answers), row.people) for *_whom, row in rows))
        for (_round, moment, audience, question, part), rows in groupby(
            db.session.execute(query),
            key=lambda row: (row[2].round_id, row.moment, row.audience, row[2].question, row[2].part),
        )
    ]
    order = (list(Moment), list(Audience))
    return sorted(found, key=lambda line: (order[0].index(line.moment), order[1].index(line.audience)))
