"""Random lives of a cohort: people and firms come and go, pairs are made, phases and the clock move, and it ends.

What holds after every step is said in the words of the rules and counted from the rows, not from the code.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.dialects.postgresql import insert

from marketplace.cohorts import commands as cohorts
from marketplace.enrolments import queries
from marketplace.enrolments.words import REASONS
from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import MentorshipState
from marketplace.pairing.commands import undo_proposal
from marketplace.pairing.models import CohortProposal
from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import COUNTED, ON_THE_WAY, CohortState, EnrolmentState
from marketplace.programmes.queries import cohort_or_404
from marketplace.requests.models import OPEN_STATES, RequestState
from tenants.affiliations.models import PersonalBlock
from tests.factories import acting
from tests.marketplace.cohorts.world import BEGINNING, LONGEST, World, set_the_scene

STATE = EnrolmentState
IN = (STATE.enrolled, STATE.completed)
PEOPLE = ("mia", "pam", "max", "gus", "olga")
GOES_ON = (MentorshipState.running, MentorshipState.paused)
NEVER_SAID = ("conflict", "compet", "block", "declared", "apart")
TOLD = (STATE.waiting, STATE.enrolled, STATE.refused, STATE.expired, STATE.completed)

people = st.sampled_from(PEOPLE)
number = st.integers(0, 99)
mostly = st.sampled_from((True, True, True, False))
some = st.one_of(st.none(), st.integers(1, 3))


@pytest.mark.slow
def test_lives_of_a_cohort(app, worker_app, operator, _admin, _tables, cast, keep_rows, set_clock):
    set_clock(BEGINNING)
    cohort = set_the_scene(app, operator, cast)
    world = World(app, worker_app, operator, _admin, cast, cohort, set_clock)
    world.again = keep_rows("kept_cohort")
    desk, firms = world.desk, tuple(world.keepers)

    def standing(*states):
        return lambda self: any(one.state in states for one in self.rows)

    def asked(*states):
        return lambda self: any(one.state in states for one in self.asked)

    acts = []

    def act(*, when=lambda self: True, weight=1, **drawn):
        """What may happen, as often as others by ``weight``, with values of these kinds."""

        def kept(function):
            acts.extend([(function, when, drawn)] * weight)
            return function

        return kept

    class Lives(RuleBasedStateMachine):
        @initialize(started=st.sampled_from((True, True, False)))
        def begin(self, started):
            world.begin(started)
            self.line, self.steps, self.before = 0, 0, {one.id: one.state for one in world.enrolments()}
            self.settle()

        @rule(data=st.data(), choice=st.integers(0, 2**16))
        def something_happens(self, data, choice):
            """One of what is possible now. Rules of Hypothesis's own would be left out at random, by whole examples."""
            possible = [(function, drawn) for function, when, drawn in acts if when(self)]
            function, drawn = possible[choice % len(possible)]
            note(function.__name__)
            function(self, **{name: data.draw(kind, label=name) for name, kind in drawn.items()})
            self.settle()

        def settle(self):
            """The jobs run, and a little time passes, so that one letter is never taken for another."""
            world.work()
            world.move_clock(world.now + timedelta(minutes=1))
            self.rows, self.asked, self.pairs = world.enrolments(), world.requests(), world.pairs()
            self.line = world.latest_line()
            self.steps += 1

        def here(self, name):
            return name not in world.gone

        def those(self, *states):
            return [one for one in self.rows if one.state in states]

        def asked_now(self, *states):
            return [one for one in self.asked if one.state in states]

        def done(self, verb, org_id):
            """What was done stands in that organisation's log, once."""
            lines = world.lines_after(self.line)
            assert [(one.verb, one.org_id) for one in lines].count((verb, org_id)) == 1, [one.verb for one in lines]

        # --- coming in ------------------------------------------------------------------------------------------------

        @act(weight=2, choice=number, nominated=st.booleans(), again=st.sampled_from((False, False, False, True)))
        def comes(self, choice, nominated, again):
            there = {(one.person_id, one.side) for one in self.those(*COUNTED)}
            free = [
                (name, side)
                for name in PEOPLE
                for side in (Side.mentor, Side.mentee)
                if self.here(name) and ((cast[name].person_id, side) in there) == again
            ]
            if not free:
                return
            name, side = free[choice % len(free)]
            actor, keeper = world.at[name], world.keepers[world.at[name].org_id]
            if nominated and world.tried(desk.nominate, keeper, cohort, actor, side, now=world.now):
                self.done("enrolment.nominated", keeper.org_id)
                assert not again
                assert not any(one.consented_at for one in world.of(name, STATE.nominated)), "nobody was asked yet"
            elif not nominated:
                made = world.tried(desk.apply, actor, cohort, side, now=world.now, places=2)
                assert not (made and again)
                if made:
                    self.done("enrolment.applied", actor.org_id)

        @act(weight=2, when=standing(STATE.nominated), choice=number, agreed=mostly)
        def nominated_one_answers(self, choice, agreed):
            there = self.those(STATE.nominated)
            one = there[choice % len(there)]
            name = world.name_of(one.person_id)
            if world.tried(desk.answer, world.at[name], cohort, one.id, agreed, now=world.now):
                kept = desk.read(one.id)
                assert (kept.consented_at == world.now) == agreed == (kept.state is STATE.awaiting_decision)

        @act(weight=2, when=standing(STATE.awaiting_employer), choice=number, approved=mostly)
        def employer_answers(self, choice, approved):
            there = self.those(STATE.awaiting_employer)
            one = there[choice % len(there)]
            keeper, values = world.keepers[one.firm_id], {"approved": approved, "words": "Not now.", "now": world.now}
            if world.tried(desk.act, keeper, "answer_for_employer", cohort, one.id, **values):
                self.done("enrolment.approved" if approved else "enrolment.not_approved", keeper.org_id)

        @act(
            weight=2,
            when=standing(*ON_THE_WAY),
            choice=number,
            what=st.sampled_from(("take_in", "take_in", "put_on_waiting_list", "refuse")),
        )
        def somebody_is_decided_about(self, choice, what):
            there = self.those(STATE.awaiting_decision, STATE.waiting) or self.those(*ON_THE_WAY)
            one = there[choice % len(there)]
            words = {"words": "Another time."} if what == "refuse" else {}
            if world.tried(desk.act, cast.ned, what, cohort, one.id, now=world.now, **words):
                assert one.consented_at, "nobody is decided about who has not agreed"
                assert one.state in (STATE.awaiting_decision, STATE.waiting)
                verb = {"take_in": "taken_in", "put_on_waiting_list": "put_on_list", "refuse": "refused"}[what]
                self.done(f"enrolment.{verb}", cast.ned.org_id)

        @act(
            weight=2,
            when=lambda self: any(one.state is STATE.enrolled and not one.trained_at for one in self.rows),
            choice=number,
        )
        def somebody_is_trained(self, choice):
            there = [one for one in self.those(STATE.enrolled) if not one.trained_at]
            one = there[choice % len(there)]
            world.tried(world.train, world.name_of(one.person_id))

        # --- pairs ----------------------------------------------------------------------------------------------------

        @act(weight=6, when=standing(STATE.enrolled), choice=number, other=number, by_hand=st.booleans())
        def one_is_asked(self, choice, other, by_hand):
            mentees = [one for one in self.those(STATE.enrolled) if one.side is Side.mentee]
            mentors = [one for one in self.those(STATE.enrolled) if one.side is Side.mentor]
            if mentees and mentors:
                mentee = world.name_of(mentees[choice % len(mentees)].person_id)
                mentor = world.name_of(mentors[other % len(mentors)].person_id)
                if world.tried(world.propose if by_hand else world.ask, mentee, mentor):
                    new = [one for one in world.requests() if one.id not in {each.id for each in self.asked}]
                    assert all(one.cohort_id == cohort.id for one in new)
                    assert not world.apart(mentee, mentor)
                    assert any(one.trained_at for one in world.of(mentee, STATE.enrolled))
                    if by_hand:
                        self.done("request.proposed", cast.ned.org_id)
                    elif new:
                        self.done("request.sent", world.at[mentee].org_id)

        @act(when=asked(RequestState.sent), choice=number)
        def committee_takes_a_proposal_back(self, choice):
            proposals = world.all(sa.select(CohortProposal).where(CohortProposal.undone_at.is_(None)))
            if proposals:
                one = proposals[choice % len(proposals)]
                if world.tried(world.as_, cast.ned, undo_proposal, proposal_id=one.id, names=("", "")):
                    self.done("request.proposal_undone", cast.ned.org_id)

        @act(weight=6, when=asked(RequestState.sent), choice=number, yes=mostly)
        def mentor_answers(self, choice, yes):
            there = self.asked_now(RequestState.sent)
            one = there[choice % len(there)]
            mentor = world.name_of(one.mentor_person_id)
            values = {"words": "", "contact": ""} if yes else {"words": "", "reason": "later"}
            if world.tried(world.step, mentor, "accept_request" if yes else "decline_request", one, **values):
                self.done("request.accepted" if yes else "request.declined", one.org_id)
                if yes:
                    assert not world.apart(world.name_of(one.mentee_person_id), mentor)

        @act(weight=6, when=asked(*OPEN_STATES), choice=number, yes=mostly)
        def mentee_answers(self, choice, yes):
            there = self.asked_now(RequestState.accepted) or self.asked_now(*OPEN_STATES)
            one = there[choice % len(there)]
            mentee = world.name_of(one.mentee_person_id)
            command, values = ("confirm_request", {"contact": ""}) if yes else ("withdraw_request", {"words": ""})
            if world.tried(world.step, mentee, command, one, **values):
                self.done("mentorship.confirmed" if yes else "request.withdrawn", one.org_id)
                if yes:
                    assert not world.apart(mentee, world.name_of(one.mentor_person_id))

        # --- going ----------------------------------------------------------------------------------------------------

        @act(weight=2, name=people, how=st.sampled_from((0, 1, 2, -1, -1, -2)))
        def somebody_goes(self, name, how):
            if not self.here(name):
                return
            if how == -1:
                for one in world.of(name, STATE.enrolled, *ON_THE_WAY):
                    command, words = ("drop_out", {"words": ""}) if one.state is STATE.enrolled else ("withdraw", {})
                    assert world.tried(desk.act, world.at[name], command, cohort, one.id, now=world.now, **words)
                assert not world.of(name, STATE.enrolled, *ON_THE_WAY)
            elif how == -2 and not world.gone and self.steps > 6:
                world.erase(name)
                assert not world.of(name, STATE.enrolled, *ON_THE_WAY)
            elif how >= 0 and world.at[name].org_id != firms[how]:
                world.move_to(name, firms[how])
                assert not [one for one in world.of(name, STATE.enrolled) if one.firm_id], (
                    "the former one sees it no more"
                )
                assert not world.of(name, *ON_THE_WAY)

        @act(when=lambda self: any(one.state is STATE.enrolled and one.firm_id is None for one in self.rows), weight=2)
        def somebody_goes_on_elsewhere(self):
            for one in self.those(STATE.enrolled):
                name = world.name_of(one.person_id)
                if one.firm_id is None and world.tried(world.goes_on, name, one.id):
                    assert desk.read(one.id).firm_id == world.at[name].org_id

        # --- firms ----------------------------------------------------------------------------------------------------

        @act(choice=st.sampled_from((0, 1, 2)), acme=some, globex=some, how=st.sampled_from(("leave", "choose", "ask")))
        def a_firm_comes_or_goes(self, choice, acme, globex, how):
            keeper = world.keepers[firms[choice]]
            inside = {one.id for one in world.enrolments() if one.state in IN}
            if how == "choose":
                world.tried(world.choose, {firms[0]: (acme, None), firms[1]: (globex, globex)})
            elif how == "ask" and world.tried(world.ask_hooli):
                world.work()
                world.tried(world.hooli_answers)
            elif how == "leave" and world.tried(world.leave, keeper):
                self.done("programme.party_left", keeper.org_id)
                world.work()
                rows = world.enrolments()
                assert inside <= {one.id for one in rows if one.state in IN}, "who is in stays"
                assert not [one for one in rows if one.firm_id == keeper.org_id and one.state in ON_THE_WAY]

        @act(one=people, other=people, firmwide=mostly)
        def two_are_kept_apart_or_no_longer(self, one, other, firmwide):
            if not (self.here(one) and self.here(other)):
                return
            if firmwide and world.at[one].org_id != world.at[other].org_id:
                world.turn_conflict(world.at[one].org_id, world.at[other].org_id)
            elif one != other and not firmwide:
                pair = {"person_id": world.at[one].person_id, "blocked_person_id": world.at[other].person_id}
                operator.rollback()
                row = insert(PersonalBlock).values(org_id=world.at[one].org_id, **pair)
                operator.execute(row.on_conflict_do_nothing())
                operator.commit()
                world.blocks.add(frozenset(pair.values()))

        # --- time -----------------------------------------------------------------------------------------------------

        @act(weight=2, days=st.sampled_from((1, 3, 8, 15, 40)), twice=st.booleans())
        def time_passes(self, days, twice):
            if world.now + timedelta(days=days) > BEGINNING + LONGEST:
                return
            before = {one.id: one for one in world.enrolments()}
            by_hand = {one.phase for one in world.phases() if one.by_hand and one.opened_at}
            world.move_clock(world.now + timedelta(days=days))
            for _ in range(1 + twice):
                world.strike()
            assert by_hand == {one.phase for one in world.phases() if one.by_hand and one.opened_at}, "a hand opens it"
            for one in world.enrolments():
                was = before[one.id]
                if one.state is not was.state and was.state is not STATE.waiting:
                    assert (one.state, was.due_at <= world.now) == (STATE.expired, True), "the clock skips nobody"
                assert one.due_at is None or one.due_at > world.now
            assert not [one for one in world.requests(*OPEN_STATES) if one.due_at <= world.now]

        @act(choice=number, then=st.sampled_from(("carry", "remind", "close")))
        def a_phase_is_opened(self, choice, then):
            order = [one.phase for one in world.phases()]
            last = max((order.index(one.phase) for one in world.phases() if one.opened_at), default=-1)
            # The next one in most cases; else any, those behind too.
            phase = order[min(last + 1, len(order) - 1)] if choice % 2 else list(Phase)[choice % len(Phase)]
            before = {one.id: one.state for one in world.enrolments()}
            made = world.tried(world.as_, cast.ned, cohorts.open_phase, phase=phase, then=then)
            is_open = world.present().state is CohortState.open
            assert bool(made) == (is_open and phase in order and order.index(phase) > last), "never backwards"
            if made:
                self.done("cohort.phase_opened", cast.ned.org_id)
            for one in world.enrolments():
                if one.state is not before[one.id]:
                    assert then == "close" and before[one.id] in (STATE.nominated, STATE.awaiting_employer)
                    assert (one.state, one.reason) == (STATE.expired, "phase_over")

        @act(days=st.integers(-5, 20), by_hand=st.booleans())
        def days_are_changed(self, days, by_hand):
            phases = world.phases()
            wanted = {one.phase: one.starts_on + timedelta(days=0 if one.opened_at else days) for one in phases}
            hands = frozenset(one.phase for one in phases if by_hand or one.by_hand)
            if world.tried(world.as_, cast.ned, cohorts.change_timeline, days=wanted, by_hand=hands):
                self.done("cohort.timeline_changed", cast.ned.org_id)
                assert list(wanted.values()) == sorted(wanted.values())

        @act(places=st.tuples(some, some), quota=st.tuples(some, some))
        def numbers_are_changed(self, places, quota):
            wanted, few = {}, set()
            for at, (side, name) in enumerate(((Side.mentor, "mentors"), (Side.mentee, "mentees"))):
                firm_ids = [one.firm_id for one in world.enrolments() if one.side is side and one.state in IN]
                for key, most, there in (
                    (f"places_{name}", places[at], len(firm_ids)),
                    (f"quota_{name}", quota[at], max(Counter(firm_ids).values(), default=0)),
                ):
                    wanted[key] = most
                    few |= {key} if most is not None and most < there else set()
            before = world.present().choices
            made = world.tried(world.as_, cast.ned, cohorts.change_settings, is_pilot=False, numbers=wanted)
            if made:
                assert set(made[0]) == few, "below those who are in there is nothing"
                assert not few or world.present().choices == before

        @act(when=lambda self: self.steps > 15, how=st.sampled_from(("close_cohort", "cancel_cohort", "", "")))
        def it_ends(self, how):
            if how and world.tried(world.as_, cast.ned, getattr(cohorts, how)):
                self.done(f"cohort.{world.present().state.value}", cast.ned.org_id)
                assert not [one for one in world.enrolments() if one.state in ON_THE_WAY | {STATE.enrolled}]

        # --- what holds at every moment -------------------------------------------------------------------------------

        @invariant()
        def places_and_quotas_hold(self):
            there, rules = self.those(*IN), world.present().modalities
            for side, taken in Counter(one.side for one in there).items():
                assert taken <= (rules.rules(side).places or 100)
            for (firm_id, side), taken in Counter((one.firm_id, one.side) for one in there if one.firm_id).items():
                most = world.quota(firm_id, side)
                assert most is None or taken <= most

        @invariant()
        def everybody_stands_somewhere_once_and_the_board_shows_it(self):
            once = Counter((one.person_id, one.side) for one in self.those(*COUNTED))
            assert all(n == 1 for n in once.values())
            for one in self.rows:
                over = one.state not in ON_THE_WAY | {STATE.enrolled}
                assert bool(one.ended_at) == over
                erased = world.name_of(one.person_id) in world.gone
                assert not over or one.state is STATE.completed or one.reason in REASONS or erased
            with acting(app, cast.ned) as viewer:
                seen = cohort_or_404(viewer, cohort.id)
                counts = queries.counts(seen)
                shown = {one.id: one.state for one in queries.whole_board(seen, queries.Filters(), world.now)}
            assert counts == Counter((one.side, one.state) for one in self.rows)
            assert shown == {one.id: one.state for one in self.rows}

        @invariant()
        def no_phase_is_left_out_without_a_word(self):
            phases, state = world.phases(), world.present().state
            begun = [place for place, one in enumerate(phases) if one.opened_at]
            for one in phases[: begun[-1] if begun else 0]:
                assert one.opened_at or one.skipped_at
            now_open = [one.phase for one in phases if one.opened_at and not one.closed_at]
            assert now_open == ([phases[begun[-1]].phase] if begun and state is CohortState.open else [])

        @invariant()
        def a_mentee_has_one_pair_and_every_place_is_counted_once(self):
            running = [one for one in self.pairs if one.state in GOES_ON]
            assert all(n == 1 for n in Counter(one.mentee_person_id for one in running).values())
            confirmed = {one.request_id for one in running}
            held = [one for one in self.asked if one.holds_place]
            assert {one.id for one in held} == {
                one.id for one in self.asked if one.state is RequestState.accepted or one.id in confirmed
            }
            taken, home = Counter(one.mentor_id for one in held), {one.mentor_id for one in cast.values()}
            for page in world.all(sa.select(MentorProfile)):
                assert 0 <= page.open_slots <= page.capacity
                if page.id in home and page.capacity:
                    assert page.open_slots == page.capacity - taken[page.id]

        @invariant()
        def letters_come_once_and_whoever_moved_is_told(self):
            letters = world.letters()
            once = Counter((one.kind, one.org_id, one.person_id, str(one.data), one.created_at) for one in letters)
            assert all(n == 1 for n in once.values()), [key for key, n in once.items() if n > 1]
            told = {(one.person_id, one.data.get("what")) for one in letters if one.kind == "enrolment_answered"}
            for one in self.rows:
                if self.before.get(one.id) is not one.state and one.state in TOLD and one.firm_id:
                    gone = world.name_of(one.person_id) in world.gone
                    assert gone or (one.person_id, one.reason or one.state.value) in told, one.state
            self.before = {one.id: one.state for one in self.rows}

        @invariant()
        def a_conflict_is_never_spoken_of(self):
            said = [*world.sentences, *(str(one.data) for one in world.letters())]
            assert not [one for one in said if any(word in one.lower() for word in NEVER_SAID)]

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=8,
            stateful_step_count=26,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
