"""Who sits at a cohort's bench, and what is found there by enrolment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from marketplace.committee import policy
from marketplace.committee.words import Sides, sides_of
from marketplace.programmes.models import Cohort, Programme
from marketplace.programmes.queries import CohortSeen, cohort_or_404
from tenants.current import Acting
from tenants.shared.database import GREATEST_ID, db
from tenants.shared.errors import Forbidden

FEW = 20
"""Of those who may be appointed, so many are shown; whoever looks for somebody else types a name."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A cohort's bench as the viewer sits at it. ``org_id``: whose committee it is.

    ``leads``: coordinates that organisation, and so asks, marks and publishes; others were appointed, and read, vote and note.
    """

    seen: CohortSeen
    org_id: int
    leads: bool

    @property
    def cohort(self) -> Cohort:
        return self.seen.cohort

    @property
    def sides(self) -> Sides:
        return sides_of(self.cohort.form)

    @property
    def key(self) -> dict[str, int]:
        """What functions of the gate that answer about a bench are asked with."""
        return {"bench": self.org_id, "org": self.cohort.org_id, "cohort": self.cohort.id}


def bench_or_404(viewer: Acting, cohort_id: int) -> Bench:
    """For those who coordinate it and those appointed to it. Two statements for the former."""
    if viewer.coordinates:
        seen = cohort_or_404(viewer, cohort_id)
        if policy.may_match(seen):
            return Bench(seen, viewer.org_id, True)
    seat = db.session.scalar(_SEAT, {"cohort": cohort_id})
    if seat is None:
        abort(404)
    key = {"cohort": cohort_id}
    cohort = db.session.scalars(_COHORT, key).one()
    programme = db.session.scalars(_PROGRAMME, key).one()
    return Bench(CohortSeen(cohort, programme, False, False, ()), seat, False)


def led_bench_or_404(viewer: Acting, cohort_id: int) -> Bench:
    """For those who coordinate it; raises ``Forbidden`` for somebody who was appointed."""
    bench = bench_or_404(viewer, cohort_id)
    if not bench.leads:
        raise Forbidden(_("Whoever runs the cohort does this. You read, vote and note."))
    return bench


def has_seat(viewer: Acting, cohort_id: int) -> bool:
    """Whether the viewer was appointed to the cohort's committee, and sits there now."""
    del viewer  # the function in the database answers for the person of the context
    return db.session.scalar(_SEAT, {"cohort": cohort_id}) is not None


_SEAT = sa.text("SELECT org_id FROM committee_seats() WHERE cohort_id = CAST(:cohort AS bigint)")
_COHORT = sa.select(Cohort).from_statement(sa.text("SELECT * FROM committee_cohort(CAST(:cohort AS bigint))"))
_PROGRAMME = sa.select(Programme).from_statement(sa.text("SELECT * FROM committee_programme(CAST(:cohort AS bigint))"))
HERE = "CAST(:bench AS integer), CAST(:org AS integer), CAST(:cohort AS bigint)"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody at the bench."""

    enrolment_id: int
    person_id: int
    name: str
    firm: str


_PEOPLE = sa.text(f"SELECT * FROM bench_people({HERE}, CAST(:ids AS bigint[]))")  # noqa: S608


def names_of(bench: Bench, enrolments: Iterable[int]) -> dict[int, Named]:
    """By enrolment, as far as they are still in the cohort."""
    ids = sorted({one for one in enrolments if 0 < one <= GREATEST_ID})
    if not ids:
        return {}
    rows = db.session.execute(_PEOPLE, bench.key | {"ids": ids}).mappings()
    return {row["enrolment_id"]: Named(**row) for row in rows}


_CANDIDATES = sa.text(
    "SELECT * FROM committee_candidates(CAST(:org AS integer), CAST(:cohort AS bigint), CAST(:words AS text), "
    "CAST(:most AS integer))"
)
_MEMBERS = sa.text("SELECT * FROM committee_people(CAST(:org AS integer), CAST(:cohort AS bigint))")


def committee(bench: Bench) -> Sequence[Any]:
    """Who was appointed: rows of ``person_id``, ``name``, ``firm``, ``appointed_at``, by name."""
    return db.session.execute(_MEMBERS, {"org": bench.cohort.org_id, "cohort": bench.cohort.id}).all()


def candidate(bench: Bench, affiliation_id: int) -> Any | None:
    """One of those who may be appointed."""
    key = {"org": bench.cohort.org_id, "cohort": bench.cohort.id, "words": None, "most": None}
    found = db.session.execute(_CANDIDATES, key)
    return next((one for one in found if one.affiliation_id == affiliation_id), None)


def who_may_be_appointed(bench: Bench, words: str) -> tuple[Sequence[Any], bool]:
    """A few by name, whose name or firm holds ``words``, and whether there are more."""
    key = {"org": bench.cohort.org_id, "cohort": bench.cohort.id, "words": words or None, "most": FEW + 1}
    found = db.session.execute(_CANDIDATES, key).all()
    return found[:FEW], len(found) > FEW
