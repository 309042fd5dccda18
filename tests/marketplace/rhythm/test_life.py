"""Random lives of a mentorship under a random clock, against a small model written from the rules and not from the code."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from marketplace.mentorships import commands as mentorship_commands
from marketplace.mentorships import jobs as mentorship_jobs
from marketplace.mentorships.models import Answer
from marketplace.rhythm import commands, jobs, queries
from marketplace.rhythm.models import PauseReason
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.models import Letter
from tests.factories import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WRITTEN = ("mentorship_answer", "mentorship_question", "check_in_answer", "check_in", "mentorship_pause")
COUNTED = ("check_in_asked", "review_asked", "pair_quiet", "quiet_hint", "mentorship_question")
PEOPLE = ("mia", "max")


@pytest.mark.slow
def test_lives_of_a_mentorship(app, worker_app, mentors, pair, again, operator, run, work, set_clock):
    class Lives(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            operator.rollback()
            for table in (*WRITTEN, "mentorship_extension", "action_link", "letter", "notice"):
                operator.execute(sa.text(f"DELETE FROM {table}"))
            operator.execute(
                sa.text("UPDATE mentorship SET state = 'running', ended_at = NULL, ends_on = NULL, paused_at = NULL")
            )
            operator.execute(
                sa.text(
                    "UPDATE mentorship_pulse SET over = false, paused_at = NULL, nudged_at = NULL, hinted_at = NULL, "
                    "last_sign_at = :now, check_in_at = :check_in, review_at = :review, reviewed_at = NULL"
                ),
                {"now": NOW, "check_in": NOW + 42 * DAY, "review": NOW + 182 * DAY},
            )
            operator.commit()
            self.now, self.state, self.ends_on = NOW, "running", None
            self.check_in, self.review, self.sign = NOW + 42 * DAY, NOW + 182 * DAY, NOW
            self.nudged = self.hinted = self.paused = self.begins = self.until = self.due = None
            self.answers: dict[str, Answer] = {}
            self.letters: Counter[str] = Counter()

        # --- the model's own steps ---

        def gives_a_sign(self):
            if self.state != "ended" and (self.nudged or self.sign < self.now - HOUR):
                self.sign, self.nudged, self.hinted = max(self.sign, self.now), None, None

        def pauses(self):
            self.state, self.paused, self.begins = "paused", self.now, None

        def asks(self):
            if self.due is None:
                self.due, self.answers = self.now + 14 * DAY, {}
                self.letters["mentorship_question"] += 2

        def goes_on(self):
            rested = self.now - self.paused
            self.state, self.paused, self.until = "running", None, None
            self.check_in += rested
            self.review = self.review and self.review + rested
            self.ends_on = self.ends_on and self.ends_on + timedelta(days=round(rested / DAY))
            self.sign, self.nudged, self.hinted = self.now, None, None

        def ends(self):
            self.state = "ended"
            self.check_in = self.review = self.paused = self.begins = self.until = None

        # --- what people and the clock do ---

        @rule(days=st.integers(0, 40), hours=st.integers(0, 23))
        def time_goes_by(self, days, hours):
            self.now += timedelta(days=days, hours=hours)

        @rule(twice=st.booleans())
        def the_clock_strikes(self, twice):
            set_clock(self.now)
            for _ in range(1 + twice):
                with worker_app.app_context():
                    jobs.turn_clock_of_rhythm.func.__wrapped__()
                    mentorship_jobs.settle_due_questions.func.__wrapped__()
                    db.session.commit()
                work()
                self.model_strikes()

        def model_strikes(self):
            now, today = self.now, self.now.date()
            if self.state == "running":
                if self.review and self.review <= now:
                    self.review = None
                    self.letters["review_asked"] += 2
                    self.check_in += 42 * DAY if self.check_in <= now + 7 * DAY else timedelta()
                if self.check_in <= now:
                    self.check_in += (1 + (now - self.check_in) // (42 * DAY)) * 42 * DAY
                    self.letters["check_in_asked"] += 2
                if self.nudged and not self.hinted and self.nudged <= now - 14 * DAY:
                    self.hinted = now
                    self.letters["quiet_hint"] += 3
                if not self.nudged and self.sign <= now - 45 * DAY:
                    self.nudged = now
                    self.letters["pair_quiet"] += 2
            expired = self.due and self.due <= now
            if self.begins and self.begins <= today:
                self.pauses()
            elif self.paused and self.until and self.until <= today:
                self.until = None
                if not expired:
                    self.asks()
            if expired:
                self.due = None

        @rule(who=st.sampled_from(PEOPLE), ahead=st.sampled_from((0, 0, 5, 20)), days=st.integers(1, 60))
        def pause(self, who, ahead, days):
            set_clock(self.now)
            begins = self.now.date() + timedelta(days=ahead)
            values = {
                "reason": PauseReason.leave,
                "words": "",
                "begins_on": begins,
                "until_on": begins + timedelta(days=days),
            }
            if self.state != "running" or self.begins:
                with pytest.raises(Refused):
                    run(mentors[who], commands.ask_for_pause, self.now, works=False, **values)
                return
            run(mentors[who], commands.ask_for_pause, self.now, **values)
            self.gives_a_sign()
            self.begins, self.until = begins, values["until_on"]
            if not ahead:
                self.pauses()

        @rule(who=st.sampled_from(PEOPLE))
        def wish_to_take_it_up_again(self, who):
            set_clock(self.now)

            def ask(*, party, pair, now):
                mentorship_commands.ask_again(pair=pair)

            if self.state != "paused":
                with pytest.raises(Refused):
                    run(mentors[who], ask, self.now, works=False)
                return
            run(mentors[who], ask, self.now)
            self.asks()

        @rule(who=st.sampled_from(PEOPLE), answer=st.sampled_from((Answer.go_on, Answer.go_on, Answer.go_on, *Answer)))
        def answer(self, who, answer):
            set_clock(self.now)
            if self.due is None or self.due <= self.now:
                return
            run(mentors[who], mentorship_commands.answer_question, self.now, answer=answer)
            self.answers[who] = answer
            if answer is Answer.end:
                self.due = None
                self.ends()
            elif len(self.answers) == 2:
                self.due = None
                if set(self.answers.values()) == {Answer.go_on}:
                    self.goes_on()

        @rule(days=st.integers(1, 200), agreed=st.booleans())
        def extend(self, days, agreed):
            set_clock(self.now)
            day = (self.ends_on or self.now.date()) + timedelta(days=days)
            if self.state == "ended":
                with pytest.raises(Refused):
                    run(mentors.mia, commands.propose_extension, self.now, works=False, ends_on=day)
                return
            run(mentors.mia, commands.propose_extension, self.now, ends_on=day)

            def answer(*, party, pair, now):
                proposed = queries.open_extension(party, pair, now)
                commands.answer_extension(party=party, pair=pair, proposed=proposed, agreed=agreed, now=now)

            run(mentors.max, answer, self.now)
            self.gives_a_sign()
            if agreed:
                self.ends_on = day
                half = NOW + (datetime.combine(day, time(), UTC) - NOW) / 2
                self.review = self.review and half

        @invariant()
        def as_the_model_says(self):
            one, pulse = again()
            assert (one.state.value, one.ends_on) == (self.state, self.ends_on)
            assert (pulse.check_in_at, pulse.review_at, pulse.paused_at) == (self.check_in, self.review, self.paused)
            if self.state != "ended":
                assert (pulse.last_sign_at, pulse.nudged_at, pulse.hinted_at) == (self.sign, self.nudged, self.hinted)
            written = Counter(operator.scalars(sa.select(Letter.kind).where(Letter.kind.in_(COUNTED))))
            assert written == +self.letters

    chosen = settings(
        max_examples=8, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Lives, settings=chosen)
