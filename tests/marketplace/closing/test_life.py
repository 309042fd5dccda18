"""A mentorship's agreement and end, played at random against a small model of what should be, with a random clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.charters import commands as charters
from marketplace.charters import queries as charter_queries
from marketplace.closing import commands as closings
from marketplace.closing import queries, steps
from marketplace.closing.models import MentorshipClosure
from marketplace.mentorships import commands as mentorships
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import mentorship_or_404
from marketplace.requests.models import RequestState
from tenants.shared import clock
from tenants.shared.database import new_id
from tenants.shared.errors import Refused
from tests.contracts.scene import make_request
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import working

SIDES = st.sampled_from(["mia", "max"])


@dataclass
class Model:
    """What should be the case."""

    ended: bool = False
    in_force: date | None = None
    proposed: date | None = None
    proposed_number: int = 0
    signers: set[str] = field(default_factory=set)
    numbers: int = 0
    closing_by: str | None = None
    asked: dict[date, date] = field(default_factory=dict)


def test_the_life_of_an_agreement_and_its_end(app, worker_app, cast, mentors, operator, monkeypatch):
    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            operator.execute(sa.text("UPDATE mentoring_request SET state = 'closed'"))
            request_id = make_request(operator, cast, "mia", "max", RequestState.confirmed)
            operator.execute(sa.text("UPDATE mentoring_request SET holds_place = false"))
            self.now: datetime = NOW
            self.model = Model()
            self.one = Mentorship(
                org_id=cast.mia.org_id,
                id=new_id(),
                request_id=request_id,
                mentee_person_id=cast.mia.person_id,
                mentor_org_id=cast.max.org_id,
                mentor_id=mentors.max.mentor_id,
                mentor_person_id=cast.max.person_id,
                form="cross_company",
                cadence="monthly",
                started_at=NOW,
            )
            operator.add(self.one)
            operator.commit()
            monkeypatch.setattr(clock, "now", lambda: self.now)

        def act(self, who: str, function: Any, **values: Any) -> Any:
            """The outcome, or the refusal."""
            with acting(app, cast[who]) as viewer:
                pair = mentorship_or_404(viewer, self.one.id)
                try:
                    return function(acting=viewer, pair=pair, now=self.now, **values)
                except Refused as refusal:
                    return refusal

        def worker(self, function: Any, **values: Any) -> Any:
            with working(worker_app, self.one.org_id):
                return function(org_id=self.one.org_id, mentorship_id=self.one.id, now=self.now, **values)

        def end(self) -> None:
            self.worker(mentorships.end_mentorship)
            self.worker(steps.after_end)
            self.model.ended, self.model.closing_by = True, None

        @rule(who=SIDES, days=st.integers(2, 60), stale=st.booleans())
        def propose(self, who: str, days: int, stale: bool) -> None:
            with acting(app, cast[who]) as viewer:
                seen = charter_queries.standing(viewer, mentorship_or_404(viewer, self.one.id)).number
            ends_on = self.now.date() + timedelta(days=days)
            values = {"purpose": "x", "cadence": "weekly", "ends_on": ends_on, "contact": "x"}
            outcome = self.act(
                who,
                charters.propose_agreement,
                seen=seen - 1 if stale else seen,
                values=values,
                name=who,
                locale="en",
            )
            if self.model.ended or stale:
                assert isinstance(outcome, Refused)
                return
            self.model.numbers += 1
            self.model.proposed, self.model.proposed_number = ends_on, self.model.numbers
            self.model.signers = {who}

        @precondition(lambda self: self.model.numbers)
        @rule(who=SIDES, back=st.integers(0, 2))
        def sign(self, who: str, back: int) -> None:
            """The latest version, or one that was replaced."""
            model, number = self.model, max(1, self.model.numbers - back)
            outcome = self.act(who, charters.sign_agreement, number=number, name=who, locale="en")
            if model.proposed is None or number != model.proposed_number:
                return
            if who in model.signers:
                assert outcome is None
            elif model.ended:
                assert isinstance(outcome, Refused)
            else:
                assert outcome is None
                model.in_force, model.proposed, model.signers = model.proposed, None, set()
                with acting(app, cast[who]) as viewer:
                    pair = mentorship_or_404(viewer, self.one.id)
                    agreement = charter_queries.version_or_404(viewer, pair, number).agreement
                self.worker(mentorships.set_term, agreement_id=agreement.id)

        @rule(who=SIDES)
        def close(self, who: str) -> None:
            outcome = self.act(who, closings.close_together)
            if self.model.ended:
                assert isinstance(outcome, Refused)
            elif self.model.closing_by in (None, who):
                assert outcome is False
                self.model.closing_by = who
            else:
                assert outcome is True
                self.worker(steps.close_agreed)
                self.end()

        @rule(who=SIDES)
        def take_back(self, who: str) -> None:
            outcome = self.act(who, closings.withdraw_closing)
            if self.model.closing_by == who and not self.model.ended:
                assert outcome is None
                self.model.closing_by = None
            else:
                assert isinstance(outcome, Refused)

        @precondition(lambda self: self.model.numbers > 1)
        @rule(who=SIDES)
        def end_alone(self, who: str) -> None:
            outcome = self.act(who, closings.end_without_fault, reason="")
            assert isinstance(outcome, Refused) == self.model.ended
            if not self.model.ended:
                self.end()

        @rule(hours=st.integers(1, 24 * 20), ticks=st.integers(1, 2))
        def time_passes(self, hours: int, ticks: int) -> None:
            self.now += timedelta(hours=hours)
            model = self.model
            for _ in range(ticks):
                ends_on = model.in_force
                with working(worker_app, self.one.org_id):
                    to_ask = self.one.id in queries.mentorships_to_ask(self.one.org_id, self.now)
                asked = to_ask and self.worker(steps.ask_about_end)
                should = (
                    not model.ended
                    and ends_on is not None
                    and ends_on - timedelta(days=14) <= self.now.date()
                    and ends_on not in model.asked
                )
                assert asked == should
                if asked and ends_on:
                    model.asked[ends_on] = max(ends_on, self.now.date() + timedelta(days=7))
                over = (self.now - timedelta(hours=12)).date()
                with working(worker_app, self.one.org_id):
                    due = [
                        found for found in queries.closings_over(self.one.org_id, self.now) if found[1] == self.one.id
                    ]
                for closure_id, _mentorship in due:
                    self.worker(steps.settle_closing, closure_id=closure_id)
                for day, due_on in list(model.asked.items()):
                    if due_on < over and day != ends_on:
                        # The day had moved: should it come back, they are asked about it anew.
                        del model.asked[day]
                if not model.ended and ends_on in model.asked and model.asked[ends_on] < over:
                    self.end()

        @invariant()
        def what_stands_is_what_should(self) -> None:
            if not hasattr(self, "one"):
                return
            operator.rollback()
            one = operator.scalars(
                sa.select(Mentorship).where(Mentorship.id == self.one.id).execution_options(populate_existing=True)
            ).one()
            assert (one.state == "ended") == self.model.ended
            assert one.ends_on == self.model.in_force
            open_ones = operator.scalars(
                sa.select(MentorshipClosure).where(
                    MentorshipClosure.mentorship_id == one.id,
                    MentorshipClosure.settled_at.is_(None),
                    MentorshipClosure.proposed_by_person_id.is_not(None),
                )
            ).all()
            assert len(open_ones) == bool(self.model.closing_by)
            with acting(app, cast.max) as viewer:
                there = charter_queries.standing(viewer, mentorship_or_404(viewer, one.id))
                assert (there.in_force.agreement.ends_on if there.in_force else None) == self.model.in_force
                assert (there.proposed.agreement.ends_on if there.proposed else None) == self.model.proposed

    options = settings(
        max_examples=8,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Life, settings=options)
