"""Random lives of requests under a random clock, against a small model written from the rules and not from the code."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from marketplace.mentors.models import MentorProfile
from marketplace.requests import commands, queries
from marketplace.requests.models import OPEN_STATES
from marketplace.requests.states import REMIND_AFTER
from tenants.shared.errors import Refused
from tenants.shared.models import Letter
from tests.factories import NOW
from tests.marketplace.requests.conftest import working

DAY = timedelta(days=1)
PLACES = 2

# act: (who, from, to, days until it is due, letters)
RULES = {
    "ask_for_more": ("mentor", {"sent"}, "more_information", 14, ["information_asked"]),
    "answer_question": ("mentee", {"more_information"}, "sent", 14, ["information_given"]),
    "accept_request": ("mentor", {"sent"}, "accepted", 7, ["request_accepted"]),
    "decline_request": ("mentor", {"sent", "more_information"}, "declined", None, ["request_declined"]),
    "withdraw_request": (
        "mentee",
        {"sent", "more_information", "accepted"},
        "withdrawn",
        None,
        ["request_withdrawn"],
    ),
    # Both are told by the worker, whose letters arrange the first meeting.
    "confirm_request": ("mentee", {"accepted"}, "confirmed", None, []),
}
VALUES = {
    "ask_for_more": {"question": "What have you tried so far?"},
    "answer_question": {"answer": "I asked the shift leaders."},
    "accept_request": {"words": "", "contact": ""},
    "decline_request": {"reason": "later", "words": ""},
    "withdraw_request": {"words": ""},
    "confirm_request": {"contact": ""},
}


@pytest.mark.slow
def test_lives_of_requests(app, worker_app, mentors, operator, ask, step):
    mentees = [mentors.mia, mentors.pam, mentors.ann]

    class Lives(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            operator.rollback()
            for table in ("mentorship", "request_message", "action_link", "letter", "notice"):
                operator.execute(sa.text(f"DELETE FROM {table}"))
            operator.execute(sa.text("DELETE FROM mentoring_request"))
            operator.execute(sa.update(MentorProfile).values(open_slots=PLACES, capacity=PLACES))
            operator.execute(sa.text("UPDATE card SET room = :room"), {"room": PLACES})
            operator.commit()
            self.jobs_before = self.jobs()
            self.now = NOW
            self.state, self.due, self.turn, self.reminded = {}, {}, {}, set()
            self.letters = Counter()
            self.pairs = {}

        def jobs(self):
            operator.rollback()
            rows = operator.scalars(
                sa.text("SELECT args->>'kind' FROM procrastinate_jobs WHERE task_name = 'tell_by_link'")
            )
            return Counter(rows)

        def held(self):
            return sum(state in {"accepted", "confirmed"} for state in self.state.values())

        def mentee_of(self, asked):
            return next(m for m in mentees if m.person_id == self.pairs[asked])

        @rule(days=st.integers(0, 9), hours=st.integers(0, 23))
        def time_goes_by(self, days, hours):
            self.now += timedelta(days=days, hours=hours)

        @rule(mentee=st.sampled_from(mentees))
        def send(self, mentee):
            open_one = [
                asked
                for asked, state in self.state.items()
                if self.pairs[asked] == mentee.person_id and state in {s.value for s in OPEN_STATES}
            ]
            if self.held() >= PLACES and not open_one:
                with pytest.raises(Refused):
                    ask(mentee, mentors.max, self.now)
                operator.execute(
                    sa.text(
                        "DELETE FROM request_message WHERE request_id IN "
                        "(SELECT id FROM mentoring_request WHERE state = 'draft')"
                    )
                )
                operator.execute(sa.text("DELETE FROM mentoring_request WHERE state = 'draft'"))
                operator.commit()
                return
            asked = ask(mentee, mentors.max, self.now)
            if open_one:
                assert asked == open_one[0]
                return
            self.pairs[asked] = mentee.person_id
            self.state[asked], self.due[asked], self.turn[asked] = "sent", self.now + 14 * DAY, self.now
            self.letters["request_received"] += 1

        @rule(name=st.sampled_from(sorted(RULES)), choice=st.integers(0, 9))
        def act(self, name, choice):
            if not self.state:
                return
            asked = sorted(self.state)[choice % len(self.state)]
            who, before, after, days, told = RULES[name]
            actor = mentors.max if who == "mentor" else self.mentee_of(asked)
            possible = self.state[asked] in before
            if name == "accept_request" and self.held() >= PLACES:
                possible = False
            if not possible:
                with pytest.raises(Refused):
                    step(actor, name, asked, now=self.now, **VALUES[name])
                return
            step(actor, name, asked, now=self.now, **VALUES[name])
            self.state[asked] = after
            self.due[asked] = self.now + days * DAY if days else None
            if after == "sent":
                self.turn[asked] = self.now
                self.reminded.discard(asked)
            self.letters.update(told)

        @rule(twice=st.booleans())
        def the_clock_strikes(self, twice):
            for _ in range(1 + twice):
                org_id = mentors.mia.org_id
                with working(worker_app, org_id):
                    for asked in queries.due_requests(org_id, self.now, self.now - REMIND_AFTER):
                        commands.turn_clock(org_id=org_id, request_id=asked, now=self.now)
            for asked, state in self.state.items():
                over = self.due[asked] is not None and self.due[asked] <= self.now
                if over and state in {"sent", "more_information"}:
                    self.state[asked], self.due[asked] = "expired", None
                    self.letters.update(["request_expired", "request_expired_mentor"])
                elif over and state == "accepted":
                    self.state[asked], self.due[asked] = "lapsed", None
                    self.letters.update(["request_lapsed"] * 2)
                elif state == "sent" and asked not in self.reminded and self.turn[asked] + 7 * DAY <= self.now:
                    self.reminded.add(asked)
                    self.letters["request_reminder"] += 1

        @invariant()
        def as_the_model_says(self):
            operator.rollback()
            rows = operator.execute(sa.text("SELECT id, state, holds_place, due_at FROM mentoring_request")).all()
            assert {row.id: row.state for row in rows} == self.state
            assert {row.id: row.due_at for row in rows} == self.due
            held = {row.id for row in rows if row.holds_place}
            assert held == {asked for asked, state in self.state.items() if state in {"accepted", "confirmed"}}
            slots = operator.scalar(
                sa.select(MentorProfile.open_slots).where(MentorProfile.id == mentors.max.mentor_id)
            )
            room = operator.scalar(
                sa.text("SELECT room FROM card WHERE mentor_id = :id"), {"id": mentors.max.mentor_id}
            )
            assert slots == room == PLACES - len(held) >= 0
            written = Counter(operator.scalars(sa.select(Letter.kind))) + self.jobs() - self.jobs_before
            assert written == self.letters

    chosen = settings(
        max_examples=12, stateful_step_count=24, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Lives, settings=chosen)
