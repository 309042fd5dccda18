"""Random people join, leave and change employer; what holds at every moment is counted slowly and by hand."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from marketplace.enrolments import commands, queries
from marketplace.enrolments.eligibility import profile_of
from marketplace.enrolments.moves import OVER
from marketplace.enrolments.words import REASONS
from marketplace.programmes.modalities import Quota, Side, SideRules
from marketplace.programmes.models import COUNTED, Enrolment, EnrolmentState
from marketplace.programmes.queries import cohort_or_404
from tenants import walls
from tenants.affiliations.models import Affiliation
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tests.factories import NOW, acting

PEOPLE = ("mia", "pam", "max", "gus")
PLACES = {Side.mentor: 2, Side.mentee: 2}
QUOTA = {Side.mentor: 2, Side.mentee: 1}
IN = (EnrolmentState.enrolled, EnrolmentState.completed)
WRITTEN = ("action_link", "letter", "notice", "departure_reason", "manager_view", "enrolment")


@pytest.mark.slow
def test_comings_and_goings(app, worker_app, make, desk, cast, operator):
    cohort = make(
        mentors=SideRules(places=PLACES[Side.mentor]),
        mentees=SideRules(places=PLACES[Side.mentee]),
        quota=Quota(mentors=QUOTA[Side.mentor], mentees=QUOTA[Side.mentee]),
        employer_approval=True,
    )
    keepers = {cast.mia.org_id: cast.ann, cast.max.org_id: cast.gil}

    class Lives(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            operator.rollback()
            for table in WRITTEN:
                operator.execute(sa.text(f"DELETE FROM {table}"))
            for name in PEOPLE:
                actor = cast[name]
                operator.execute(
                    sa.update(Affiliation)
                    .where(Affiliation.person_id == actor.person_id, Affiliation.org_id != cast.ned.org_id)
                    .values(ended_on=NOW.date() - timedelta(days=1))
                )
                operator.execute(
                    sa.update(Affiliation).where(Affiliation.id == actor.affiliation_id).values(ended_on=None)
                )
            operator.commit()
            self.at = {name: cast[name] for name in PEOPLE}
            self.now = NOW

        def rows(self):
            operator.rollback()
            operator.expire_all()
            return operator.scalars(sa.select(Enrolment).order_by(Enrolment.id)).all()

        def of(self, name, *states):
            return [one for one in self.rows() if one.person_id == cast[name].person_id and one.state in states]

        def tried(self, act, *arguments, **options):
            """What the rules refuse changes nothing. Returns what came of it; None when it was refused."""
            before = [(one.id, one.state, one.firm_id) for one in self.rows()]
            with suppress(Refused):
                return act(*arguments, **options) or True
            assert [(one.id, one.state, one.firm_id) for one in self.rows()] == before
            return None

        @rule(name=st.sampled_from(PEOPLE), side=st.sampled_from((Side.mentor, Side.mentee)))
        def applies(self, name, side):
            already = [one for one in self.of(name, *COUNTED) if one.side is side]
            made = self.tried(desk.apply, self.at[name], cohort, side, now=self.now)
            assert (made is None) == bool(already)

        @rule(name=st.sampled_from(PEOPLE), side=st.sampled_from((Side.mentor, Side.mentee)))
        def is_nominated(self, name, side):
            actor = self.at[name]
            keeper = keepers[actor.org_id]
            self.tried(desk.nominate, keeper, cohort, actor, side, now=self.now)

        @rule(name=st.sampled_from(PEOPLE), agreed=st.booleans())
        def answers(self, name, agreed):
            for one in self.of(name, EnrolmentState.nominated):
                desk.answer(self.at[name], cohort, one.id, agreed, now=self.now)
                kept = desk.read(one.id).state
                assert kept is (EnrolmentState.awaiting_decision if agreed else EnrolmentState.declined)

        @rule(name=st.sampled_from(PEOPLE), approved=st.booleans())
        def employer_answers(self, name, approved):
            for one in self.of(name, EnrolmentState.awaiting_employer):
                keeper = keepers[one.firm_id]
                values = {"approved": approved, "words": "It is a busy year.", "now": self.now}
                self.tried(desk.act, keeper, "answer_for_employer", cohort, one.id, **values)

        @rule(name=st.sampled_from(PEOPLE), what=st.sampled_from(("take_in", "put_on_waiting_list", "refuse")))
        def is_decided(self, name, what):
            for one in self.of(name, EnrolmentState.awaiting_decision, EnrolmentState.waiting):
                words = {"words": "Another time."} if what == "refuse" else {}
                self.tried(desk.act, cast.ned, what, cohort, one.id, now=self.now, **words)

        @rule(name=st.sampled_from(PEOPLE))
        def leaves(self, name):
            for one in self.of(name, EnrolmentState.enrolled):
                desk.act(self.at[name], "drop_out", cohort, one.id, words="", now=self.now)

        @rule(name=st.sampled_from(PEOPLE))
        def withdraws(self, name):
            for one in self.of(name, EnrolmentState.awaiting_decision, EnrolmentState.waiting):
                desk.act(self.at[name], "withdraw", cohort, one.id, now=self.now)

        @rule(name=st.sampled_from(PEOPLE))
        def changes_employer(self, name):
            here = self.at[name]
            other = cast.gil if here.org_id == cast.mia.org_id else cast.ann
            operator.rollback()
            operator.execute(
                sa.update(Affiliation)
                .where(Affiliation.person_id == here.person_id, Affiliation.org_id == here.org_id)
                .values(ended_on=NOW.date() - timedelta(days=1))
            )
            operator.add(Affiliation(org_id=other.org_id, id=new_id(), person_id=here.person_id))
            operator.commit()
            for one in self.of(name, *COUNTED):
                with worker_app.app_context():
                    walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cohort.org_id}))
                    commands.leave_firm(org_id=cohort.org_id, enrolment_id=one.id, firm_id=here.org_id, now=self.now)
            assert not [one for one in self.of(name, *COUNTED) if one.state is not EnrolmentState.enrolled]
            self.at[name] = replace(here, slug=other.slug, org_id=other.org_id)

        @rule(name=st.sampled_from(PEOPLE))
        def goes_on(self, name):
            actor = self.at[name]
            for one in self.of(name, EnrolmentState.enrolled):
                if one.firm_id is not None:
                    continue
                self.tried(self.goes_on_for, actor, one.id)

        def goes_on_for(self, actor, enrolment_id):
            with acting(app, actor) as viewer:
                commands.continue_for(
                    acting=viewer,
                    seen=cohort_or_404(viewer, cohort.id),
                    enrolment=db.session.get(Enrolment, (cohort.org_id, enrolment_id)),
                    profile=profile_of(viewer.org_id, viewer.person_id),
                    now=self.now,
                )
            assert desk.read(enrolment_id).firm_id == actor.org_id

        @rule(days=st.integers(1, 10))
        def time_passes(self, days):
            self.now += timedelta(days=days)
            with worker_app.app_context():
                walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cohort.org_id}))
                while commands.expire_due(org_id=cohort.org_id, now=self.now):
                    pass
                commands.take_from_waiting(org_id=cohort.org_id, cohort_id=cohort.id, now=self.now)
            assert not [one for one in self.rows() if one.due_at and one.due_at <= self.now]

        @invariant()
        def places_are_never_exceeded(self):
            for side, number in Counter(one.side for one in self.rows() if one.state in IN).items():
                assert number <= PLACES[side]
            by_firm = Counter((one.firm_id, one.side) for one in self.rows() if one.state in IN and one.firm_id)
            for (_firm, side), number in by_firm.items():
                assert number <= QUOTA[side]

        @invariant()
        def a_person_is_there_once_on_a_side(self):
            counted = Counter((one.person_id, one.side) for one in self.rows() if one.state in COUNTED)
            assert all(number == 1 for number in counted.values())

        @invariant()
        def whoever_ended_has_an_answer_and_whoever_has_not_ended_has_none(self):
            for one in self.rows():
                if one.state in OVER:
                    assert one.ended_at
                    assert one.reason in REASONS
                    assert one.due_at is None
                else:
                    assert one.ended_at is None
                    assert one.reason == ""

        @invariant()
        def the_board_counts_as_one_counts_by_hand(self):
            by_hand = Counter((one.side, one.state) for one in self.rows())
            with acting(app, cast.ned) as viewer:
                assert queries.counts(cohort_or_404(viewer, cohort.id)) == dict(by_hand)
            mine = Counter((one.side, one.state) for one in self.rows() if one.firm_id == cast.ann.org_id)
            with acting(app, cast.ann) as viewer:
                assert queries.counts(cohort_or_404(viewer, cohort.id)) == dict(mine)

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
