"""Random lives of a cohort: people and firms come and go, pairs are made, phases and the clock move, and it ends.

What holds after every step is said in the words of the rules and counted from the rows, not from the code.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HP
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
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
from marketplace.programmes.commands import answer_asking, ask_party, choose_parties, leave_programme
from marketplace.programmes.design_queries import asked_or_404
from marketplace.programmes.modalities import Phase, Side
from marketplace.programmes.models import COUNTED, ON_THE_WAY, CohortState, EnrolmentState
from marketplace.programmes.queries import cohort_or_404, programme_or_404
from marketplace.requests.models import OPEN_STATES, RequestState
from marketplace.training.commands import say_done
from marketplace.training.models import TrainingModule
from marketplace.training.queries import module_or_404
from tenants.affiliations.models import PersonalBlock
from tenants.conflicts.commands import Declaration, declare_conflict, end_conflict
from tenants.organisations.models import ConflictDeclaration, ConflictKind
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.cohorts.world import BEGINNING, LONGEST, World, set_the_scene

PHASES = (HP.generate,) if os.environ.get("FAST") else tuple(HP)
STATE = EnrolmentState
IN = (STATE.enrolled, STATE.completed)
SIDES = (Side.mentor, Side.mentee)
PEOPLE = ("mia", "pam", "max", "gus", "olga")
GOES_ON = (MentorshipState.running, MentorshipState.paused)
NEVER_SAID = ("conflict", "compet", "block", "declared", "apart")
TOLD = {
    STATE.waiting: {"waiting"},
    STATE.enrolled: {"enrolled"},
    STATE.refused: {"refused", "not_approved"},
    STATE.expired: {"no_answer", "employer_silent", "phase_over", "cohort_closed"},
    STATE.completed: {"completed"},
}

people = st.sampled_from(PEOPLE)
sides = st.sampled_from(SIDES)
number = st.integers(0, 9)
some = st.one_of(st.none(), st.integers(1, 3))


@pytest.mark.slow
def test_lives_of_a_cohort(app, worker_app, operator, _admin, _tables, cast, keep_rows, set_clock):
    set_clock(BEGINNING)
    cohort = set_the_scene(app, operator, cast)
    again = keep_rows("kept_cohort")
    world = World(app, worker_app, operator, _admin, cast, cohort, set_clock)
    desk, firms = world.desk, tuple(world.keepers)

    class Lives(RuleBasedStateMachine):
        @initialize(started=st.booleans())
        def begin(self, started):
            world.begin(again, started)
            self.line = 0
            self.before = self.seen = {one.id: one.state for one in world.enrolments()}

        def here(self, name):
            return name not in world.gone

        def done(self, verb, org_id):
            """What was done stands in that organisation's log, once."""
            lines = [one for one in world.lines_after(self.line) if (one.verb, one.org_id) == (verb, org_id)]
            assert len(lines) == 1, (verb, [one.verb for one in world.lines_after(self.line)])

        def settle(self):
            """The jobs run, and a little time passes, so that one letter is never taken for another."""
            world.work()
            world.move_clock(world.now + timedelta(minutes=1))
            self.line = max((one.id for one in world.lines_after(0)), default=0)

        # --- coming in ------------------------------------------------------------------------------------------------

        @rule(name=people, side=sides)
        def is_nominated(self, name, side):
            keeper = world.keepers[world.at[name].org_id]
            if self.here(name) and world.tried(desk.nominate, keeper, cohort, world.at[name], side, now=world.now):
                self.done("enrolment.nominated", keeper.org_id)
                assert [one.side for one in world.of(name, STATE.nominated)].count(side) == 1
                assert not any(one.consented_at for one in world.of(name, STATE.nominated)), "nobody was asked yet"
            self.settle()

        @rule(name=people, agreed=st.sampled_from((True, True, False)))
        def answers(self, name, agreed):
            for one in world.of(name, STATE.nominated):
                if world.tried(desk.answer, world.at[name], cohort, one.id, agreed, now=world.now):
                    kept = desk.read(one.id)
                    assert (kept.consented_at == world.now) == agreed
            self.settle()

        @rule(name=people, side=sides)
        def applies(self, name, side):
            already = [one for one in world.of(name, *COUNTED) if one.side is side]
            if self.here(name):
                made = world.tried(desk.apply, world.at[name], cohort, side, now=world.now, places=2)
                assert not (made and already)
                if made:
                    self.done("enrolment.applied", world.at[name].org_id)
            self.settle()

        @rule(name=people, approved=st.sampled_from((True, True, False)))
        def employer_answers(self, name, approved):
            for one in world.of(name, STATE.awaiting_employer):
                keeper, values = (
                    world.keepers[one.firm_id],
                    {"approved": approved, "words": "Not now.", "now": world.now},
                )
                if world.tried(desk.act, keeper, "answer_for_employer", cohort, one.id, **values):
                    self.done("enrolment.approved" if approved else "enrolment.not_approved", keeper.org_id)
            self.settle()

        @rule(name=people, what=st.sampled_from(("take_in", "take_in", "put_on_waiting_list", "refuse")))
        def is_decided(self, name, what):
            for one in world.of(name, STATE.awaiting_decision, STATE.waiting):
                words = {"words": "Another time."} if what == "refuse" else {}
                if world.tried(desk.act, cast.ned, what, cohort, one.id, now=world.now, **words):
                    verb = {"take_in": "taken_in", "put_on_waiting_list": "put_on_list", "refuse": "refused"}[what]
                    self.done(f"enrolment.{verb}", cast.ned.org_id)
                    break
            self.settle()

        @rule(name=people)
        def is_trained(self, name):
            if self.here(name):
                world.tried(self.train, name)
            self.settle()

        def train(self, name):
            with acting(app, world.at[name]) as viewer:
                seen = cohort_or_404(viewer, cohort.id)
                module = module_or_404(viewer, seen, operator.scalars(sa.select(TrainingModule.id)).one())
                say_done(acting=viewer, there=module, now=world.now)

        # --- pairs ----------------------------------------------------------------------------------------------------

        @rule(mentee=st.sampled_from(PEOPLE[:2]), mentor=st.sampled_from(PEOPLE[2:]))
        def asks(self, mentee, mentor):
            if self.here(mentee) and world.tried(world.ask, mentee, mentor):
                assert not world.apart(mentee, mentor)
                assert any(one.trained_at for one in world.of(mentee, STATE.enrolled))
            self.settle()

        @rule(mentee=st.sampled_from(PEOPLE[:2]), mentor=st.sampled_from(PEOPLE[2:]))
        def committee_proposes(self, mentee, mentor):
            there = {one.id for one in world.requests()}
            if world.tried(world.propose, mentee, mentor):
                [made] = [one for one in world.requests() if one.id not in there]
                assert (made.state, made.cohort_id) == (RequestState.sent, cohort.id)
                assert not world.apart(mentee, mentor)
                assert any(one.trained_at for one in world.of(mentee, STATE.enrolled))
                self.done("request.proposed", cast.ned.org_id)
            self.settle()

        @rule(choice=number)
        def committee_takes_back(self, choice):
            proposals = world.all(sa.select(CohortProposal).where(CohortProposal.undone_at.is_(None)))
            if proposals:
                one = proposals[choice % len(proposals)]
                values = {"proposal_id": one.id, "names": ("", "")}
                if world.tried(world.as_, cast.ned, undo_proposal, **values):
                    self.done("request.proposal_undone", cast.ned.org_id)
            self.settle()

        @rule(choice=number, yes=st.sampled_from((True, True, True, False)))
        def mentor_answers(self, choice, yes):
            asked = world.requests(RequestState.sent)
            if asked:
                one = asked[choice % len(asked)]
                mentor = world.name_of(one.mentor_person_id)
                values = {"words": "", "contact": ""} if yes else {"words": "", "reason": "later"}
                command = "accept_request" if yes else "decline_request"
                if world.tried(world.step, mentor, command, one, **values):
                    self.done("request.accepted" if yes else "request.declined", one.org_id)
                    if yes:
                        assert not world.apart(world.name_of(one.mentee_person_id), mentor)
            self.settle()

        @rule(choice=number, yes=st.sampled_from((True, True, True, False)))
        def mentee_answers(self, choice, yes):
            accepted = world.requests(RequestState.accepted)
            asked = accepted or world.requests(*OPEN_STATES)
            if asked:
                one = asked[choice % len(asked)]
                mentee, paired = world.name_of(one.mentee_person_id), self.pairs_of(one.mentee_person_id)
                command, values = ("confirm_request", {"contact": ""}) if yes else ("withdraw_request", {"words": ""})
                if world.tried(world.step, mentee, command, one, **values):
                    self.done("mentorship.confirmed" if yes else "request.withdrawn", one.org_id)
                    if yes:
                        assert not paired
                        assert not world.apart(mentee, world.name_of(one.mentor_person_id))
            self.settle()

        def pairs_of(self, person_id):
            return [one for one in world.pairs() if one.mentee_person_id == person_id and one.state in GOES_ON]

        # --- going ----------------------------------------------------------------------------------------------------

        @rule(name=people)
        def leaves(self, name):
            for one in world.of(name, STATE.enrolled, *ON_THE_WAY):
                command, words = ("drop_out", {"words": ""}) if one.state is STATE.enrolled else ("withdraw", {})
                assert world.tried(desk.act, world.at[name], command, cohort, one.id, now=world.now, **words)
            assert not world.of(name, STATE.enrolled, *ON_THE_WAY)
            self.settle()

        @rule(name=people, firm=st.sampled_from((0, 0, 1, 1, 2)))
        def changes_employer(self, name, firm):
            if self.here(name) and world.at[name].org_id != firms[firm]:
                world.move_to(name, firms[firm])
                assert all(one.firm_id is None for one in world.of(name, STATE.enrolled)), (
                    "the former one sees it no more"
                )
                assert not world.of(name, *ON_THE_WAY)
            self.settle()

        @rule(name=people)
        def goes_on(self, name):
            for one in world.of(name, STATE.enrolled):
                if self.here(name) and one.firm_id is None and world.tried(world.goes_on, name, one.id):
                    assert desk.read(one.id).firm_id == world.at[name].org_id
            self.settle()

        @precondition(lambda self: len(world.gone) < 1)
        @rule(name=people, really=st.sampled_from((True, False, False)))
        def is_erased(self, name, really):
            if really:
                world.erase(name)
                assert not world.of(name, STATE.enrolled, *ON_THE_WAY)
            self.settle()

        # --- firms ----------------------------------------------------------------------------------------------------

        @rule(
            chosen=st.dictionaries(
                st.sampled_from((0, 1)), st.tuples(st.sampled_from((None, 1, 2)), st.just(None)), max_size=2
            )
        )
        def firms_are_chosen(self, chosen):
            quotas = {firms[key]: quota for key, quota in chosen.items()}
            world.tried(self.choose, quotas)
            self.settle()

        def choose(self, quotas):
            with acting(app, cast.ned) as viewer:
                programme = programme_or_404(viewer, cohort.programme_id)
                values = {"chosen": quotas, "looked_at": firms[:2], "now": world.now}
                choose_parties(acting=viewer, programme=programme, **values)

        @rule(firm=st.sampled_from((0, 1, 2)))
        def firm_leaves(self, firm):
            keeper = world.keepers[firms[firm]]
            inside = {one.id for one in world.enrolments() if one.state in IN}
            if world.tried(self.leave, keeper):
                self.done("programme.party_left", keeper.org_id)
                world.work()
                rows = world.enrolments()
                assert inside == {one.id for one in rows if one.state in IN and one.id in inside}, "who is in stays"
                assert not [one for one in rows if one.firm_id == keeper.org_id and one.state in ON_THE_WAY]
            self.settle()

        def leave(self, keeper):
            with acting(app, keeper) as viewer:
                asked = asked_or_404(viewer, cohort.org_id, cohort.programme_id)
                leave_programme(acting=viewer, asked=asked, now=world.now)

        @rule()
        def hooli_is_asked_and_comes(self):
            world.tried(self.ask_hooli)
            world.work()
            world.tried(self.hooli_answers)
            self.settle()

        def ask_hooli(self):
            with acting(app, cast.ned) as viewer:
                programme = programme_or_404(viewer, cohort.programme_id)
                ask_party(acting=viewer, programme=programme, slug="hooli", is_school=False, now=world.now)

        def hooli_answers(self):
            with acting(app, cast.hob) as viewer:
                asked = asked_or_404(viewer, cohort.org_id, cohort.programme_id)
                answer_asking(acting=viewer, asked=asked, accept=True, now=world.now)

        @rule(one=st.sampled_from((0, 1)), other=st.sampled_from((1, 2)))
        def conflict_is_declared_or_ends(self, one, other):
            pair = frozenset((firms[one], firms[other]))
            if len(pair) == 2:
                with acting(app, world.keepers[firms[one]]) as viewer:
                    if pair in world.conflicts:
                        [there] = world.all(sa.select(ConflictDeclaration).where(ConflictDeclaration.org_id.in_(pair)))
                        end_conflict(acting=viewer, conflict=db.session.merge(there), now=world.now)
                        world.conflicts.discard(pair)
                    else:
                        said = Declaration(firms[other], ConflictKind.competitor, world.now.date())
                        declare_conflict(acting=viewer, said=said, now=world.now)
                        world.conflicts.add(pair)
            self.settle()

        @rule(one=people, other=people)
        def one_blocks_another(self, one, other):
            if one != other and self.here(one) and self.here(other):
                pair = {"person_id": world.at[one].person_id, "blocked_person_id": world.at[other].person_id}
                operator.rollback()
                operator.execute(
                    insert(PersonalBlock).values(org_id=world.at[one].org_id, **pair).on_conflict_do_nothing()
                )
                operator.commit()
                world.blocks.add(frozenset((world.at[one].person_id, world.at[other].person_id)))
            self.settle()

        # --- time -----------------------------------------------------------------------------------------------------

        @rule(days=st.sampled_from((1, 3, 8, 15, 40)), twice=st.booleans())
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
            self.settle()

        @rule(phase=st.sampled_from(list(Phase)), then=st.sampled_from(("carry", "remind", "close")))
        def phase_is_opened(self, phase, then):
            there = {one.phase: one for one in world.phases()}
            order = [one.phase for one in world.phases()]
            last = max((order.index(one.phase) for one in there.values() if one.opened_at), default=-1)
            before = {one.id: one.state for one in world.enrolments()}
            done = world.tried(world.as_, cast.ned, cohorts.open_phase, phase=phase, then=then)
            assert bool(done) == (
                world.present().state is CohortState.open and phase in order and order.index(phase) > last
            ), "forwards, and never backwards"
            if done:
                self.done("cohort.phase_opened", cast.ned.org_id)
            for one in world.enrolments():
                if one.state is not before[one.id]:
                    assert then == "close" and before[one.id] in (STATE.nominated, STATE.awaiting_employer)
                    assert (one.state, one.reason) == (STATE.expired, "phase_over")
            self.settle()

        @rule(days=st.integers(-5, 20), by_hand=st.booleans())
        def days_are_changed(self, days, by_hand):
            phases = world.phases()
            wanted = {one.phase: one.starts_on + timedelta(days=0 if one.opened_at else days) for one in phases}
            hands = frozenset(one.phase for one in phases if by_hand or one.by_hand)
            if world.tried(world.as_, cast.ned, cohorts.change_timeline, days=wanted, by_hand=hands):
                self.done("cohort.timeline_changed", cast.ned.org_id)
                assert list(wanted.values()) == sorted(wanted.values())
            self.settle()

        @rule(mentors=some, mentees=some, give=some, send=some)
        def numbers_are_changed(self, mentors, mentees, give, send):
            wanted = {
                "places_mentors": mentors,
                "places_mentees": mentees,
                "quota_mentors": give,
                "quota_mentees": send,
            }
            there = [one for one in world.enrolments() if one.state in IN]
            few = {
                key
                for side, places, quota in ((Side.mentor, "mentors", "mentors"), (Side.mentee, "mentees", "mentees"))
                for key, most in (
                    (f"places_{places}", sum(one.side is side for one in there)),
                    (
                        f"quota_{quota}",
                        max(Counter(one.firm_id for one in there if one.side is side).values(), default=0),
                    ),
                )
                if wanted[key] is not None and wanted[key] < most
            }
            before = world.present().choices
            done = world.tried(world.as_, cast.ned, cohorts.change_settings, is_pilot=False, numbers=wanted)
            if done:
                assert set(done[0]) == few, "below those who are in there is nothing"
                assert not few or world.present().choices == before
            self.settle()

        @precondition(lambda self: world.now > BEGINNING + timedelta(days=5))
        @rule(how=st.sampled_from(("close_cohort", "cancel_cohort", "", "", "", "")))
        def it_ends(self, how):
            if how and world.tried(world.as_, cast.ned, getattr(cohorts, how)):
                self.done(f"cohort.{world.present().state.value}", cast.ned.org_id)
                assert not [one for one in world.enrolments() if one.state in ON_THE_WAY | {STATE.enrolled}]
            self.settle()

        # --- what holds at every moment -------------------------------------------------------------------------------

        @invariant()
        def places_and_quotas_hold(self):
            there = [one for one in world.enrolments() if one.state in IN]
            usual = world.present().modalities
            for side, taken in Counter(one.side for one in there).items():
                assert taken <= (usual.rules(side).places or 100)
            for (firm_id, side), taken in Counter((one.firm_id, one.side) for one in there if one.firm_id).items():
                most = world.quota(firm_id, side)
                assert most is None or taken <= most

        @invariant()
        def everybody_stands_somewhere_once_and_the_board_shows_it(self):
            rows = world.enrolments()
            assert all(
                n == 1 for n in Counter((one.person_id, one.side) for one in rows if one.state in COUNTED).values()
            )
            for one in rows:
                over = one.state not in ON_THE_WAY | {STATE.enrolled}
                assert bool(one.ended_at) == over
                assert not over or one.state is STATE.completed or one.reason in REASONS
            with acting(app, cast.ned) as viewer:
                seen = cohort_or_404(viewer, cohort.id)
                counts = queries.counts(seen)
                shown = {one.id: one.state for one in queries.whole_board(seen, queries.Filters(), world.now)}
            assert counts == Counter((one.side, one.state) for one in rows)
            assert shown == {one.id: one.state for one in rows}
            assert sum(counts.values()) == len(rows)

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
            asked, pairs = world.requests(), world.pairs()
            running = [one for one in pairs if one.state in GOES_ON and one.cohort_id == cohort.id]
            assert all(n == 1 for n in Counter(one.mentee_person_id for one in running).values())
            held = [one for one in asked if one.holds_place]
            confirmed = {one.request_id for one in pairs if one.state is not MentorshipState.ended}
            assert {one.id for one in held} == {
                one.id for one in asked if one.state is RequestState.accepted or one.id in confirmed
            }
            taken = Counter(one.mentor_id for one in held)
            for page in world.all(sa.select(MentorProfile)):
                assert 0 <= page.open_slots <= page.capacity
                if page.id in {one.mentor_id for one in cast.values()} and page.capacity:
                    assert page.open_slots == page.capacity - taken[page.id]

        @invariant()
        def letters_come_once_and_everybody_who_moved_is_told(self):
            letters = world.letters()
            once = Counter((one.kind, one.org_id, one.person_id, str(one.data), one.created_at) for one in letters)
            assert all(n == 1 for n in once.values()), [key for key, n in once.items() if n > 1]
            told = Counter((one.person_id, one.data.get("what")) for one in letters if one.kind == "enrolment_answered")
            for one in world.enrolments():
                if self.before.get(one.id) is not one.state and one.state in TOLD and one.firm_id:
                    what = one.reason or one.state.value
                    if world.name_of(one.person_id) not in world.gone:
                        assert told[one.person_id, what], (one.state, what)
            self.before = {one.id: one.state for one in world.enrolments()}

        @invariant()
        def a_conflict_is_never_spoken_of(self):
            said = [*world.sentences, *(str(one.data) for one in world.letters())]
            assert not [one for one in said if any(word in one.lower() for word in NEVER_SAID)]

    run_state_machine_as_test(
        Lives,
        settings=settings(
            phases=PHASES,
            report_multiple_bugs=False,
            max_examples=8,
            stateful_step_count=24,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
