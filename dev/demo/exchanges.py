"""Requests between the demo's people, in every state, with what they wrote, what was logged and who was told.

Each request is built backwards from the moment its present state began, with the product's own periods, so that the
clock finds nothing to make up for when it starts.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from dev.demo.people import two_groups
from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, Mentor, Org, World
from dev.demo.writing import GROUP_OF, Author, Correspondent, Request
from marketplace.meetings.hours import Hours, Weekly
from marketplace.requests import letters
from marketplace.requests.models import OPEN_STATES
from marketplace.requests.states import ANSWER_WITHIN, CONFIRM_WITHIN, REMIND_AFTER
from marketplace.vocabulary import DECLINE_REASONS
from tenants.shared.activity import NAMED
from tenants.shared.models import commitment

REASONS = ("no_room_now",) * 4 + tuple(DECLINE_REASONS.slugs)
BEFORE_SENDING = frozenset({"draft", "awaiting_employer", "refused_by_employer"})
HOLDING = frozenset({"accepted", "confirmed"})
ACCEPTED_ONCE = frozenset({"accepted", "confirmed", "lapsed"})
OPEN = frozenset(state.value for state in OPEN_STATES)


@dataclass(slots=True)
class Asked:
    """A request that was made, and the moments of its life so far."""

    id: int
    mentee: Member
    mentor: Mentor
    state: str
    words: Request
    group: str
    created_at: datetime
    sent_at: datetime | None = None
    """When the mentor's present turn began."""
    first_sent_at: datetime | None = None
    asked_at: datetime | None = None
    """When the mentor asked for more."""
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    reminded_at: datetime | None = None
    mentorship_id: int = 0

    @property
    def orgs(self) -> list[Org]:
        both = [self.mentee.org, self.mentor.member.org]
        return both if self.first_sent_at else both[:1]


def author_of(member: Member, skills: list[str], locale: str = "") -> Author:
    author = member.human.author(two_groups(skills))
    return Author(locale or author.locale, author.gender, author.function, author.industry, author.groups)


class Exchanges:
    """Makes requests and adds their rows. Needs an app context: notices say what the product says."""

    def __init__(self, world: World, rows: Rows, seed: int) -> None:
        self.world = world
        self.rows = rows
        self.rng = Random(f"{seed} exchanges")
        self.pen = Correspondent(seed)
        self.pairs: set[tuple[int, int]] = set()
        self.open: dict[int, int] = {}
        self.meeting_mentors: dict[int, int] = {}
        self.approvers = {member.org.id: member for member in reversed(world.members) if member.role == "hr_partner"}

    # --- choosing who asks whom ---

    def may_pair(self, mentee: Member, mentor: Mentor, state: str) -> bool:
        """Whether this request could exist: seen in the directory, not asked before, room where a place is held."""
        if (mentee.person_id, mentor.member.person_id) in self.pairs:
            return False
        if state in HOLDING and mentor.room < 1:
            return False
        return self.world.sees(mentee.org, mentee.person_id, mentor)

    def ask(
        self,
        mentee: Member,
        mentor: Mentor,
        state: str,
        *,
        days: float,
        skill: str = "",
        talk: bool | None = None,
        over: bool = False,
        goal: str = "",
    ) -> Asked | None:
        """A request of ``mentee`` to ``mentor`` that has been in ``state`` for ``days``.

        ``skill``: what it is about, if not what the mentee seeks first; ``talk``: the mentor asked for more on the way
        (by chance when None); ``over``: the mentorship that came of it has ended; ``goal``: the mentee's own
        words for it. None when nothing written suits the pair.
        """
        page = f"{mentor.page.headline} {mentor.page.story}"
        locale = mentor.member.human.locale
        if locale not in mentee.human.languages:
            return None
        skills = [skill, *mentee.skills] if skill else mentee.skills
        author = author_of(mentee, skills, locale)
        words = self.pen.request(author, page, goal)
        if words is None:
            return None
        asked = self._life(mentee, mentor, state, days, words, author.groups[0], talk)
        self.pairs.add((mentee.person_id, mentor.member.person_id))
        if state in OPEN:
            self.open[mentee.person_id] = self.open.get(mentee.person_id, 0) + 1
        if state in HOLDING and not over:
            mentor.held += 1
        self._write(asked, author, over)
        self._tell(asked)
        return asked

    # --- its life so far ---

    def _life(
        self,
        mentee: Member,
        mentor: Mentor,
        state: str,
        days: float,
        words: Request,
        group: str,
        talk: bool | None,
    ) -> Asked:
        now, before = self.world.now, self.world.before
        began = self.world.days_ago(days)
        asked = Asked(0, mentee, mentor, state, words, group, began)
        talked = self.rng.random() < 0.3 if talk is None else talk
        match state:
            case "draft":
                pass
            case "awaiting_employer":
                asked.due_at = began + ANSWER_WITHIN
            case "refused_by_employer":
                asked.created_at, asked.closed_at = before(began, 1, 3), began
            case "sent":
                asked.sent_at = began
                asked.due_at = began + ANSWER_WITHIN
                asked.reminded_at = began + REMIND_AFTER if began + REMIND_AFTER <= now else None
            case "more_information":
                talked = True
                asked.asked_at, asked.due_at = began, began + ANSWER_WITHIN
                asked.sent_at = before(began, 1, 6)
            case "accepted":
                asked.accepted_at, asked.due_at = began, began + CONFIRM_WITHIN
                asked.sent_at = before(began, 1, 6)
            case "confirmed":
                asked.closed_at, asked.accepted_at = began, before(began, 0.3, 5)
                asked.sent_at = before(asked.accepted_at, 1, 9)
            case "lapsed":
                asked.closed_at, asked.accepted_at = began, began - CONFIRM_WITHIN
                asked.sent_at = before(asked.accepted_at, 1, 6)
            case "expired":
                asked.closed_at, asked.sent_at = began, began - ANSWER_WITHIN
                asked.reminded_at = asked.sent_at + REMIND_AFTER
                talked = False
            case _:
                asked.closed_at = began
                asked.sent_at = before(began, 1, 9)
        if state not in BEFORE_SENDING:
            self._begin(asked, talked)
        asked.id = self.world.ids.at(asked.created_at)
        return asked

    def _begin(self, asked: Asked, talked: bool) -> None:
        """How it came to the mentor's present turn."""
        turn = asked.sent_at or asked.created_at
        if not talked or asked.state == "more_information":
            asked.first_sent_at = turn
        else:
            asked.asked_at = self.world.before(turn, 0.5, 3)
            asked.first_sent_at = self.world.before(asked.asked_at, 1, 4)
        asked.created_at = asked.first_sent_at
        if asked.mentee.org.needs_approval:
            asked.created_at = self.world.before(asked.first_sent_at, 0.5, 3)

    # --- rows ---

    def _write(self, asked: Asked, author: Author, over: bool) -> None:
        mentee, mentor, state = asked.mentee, asked.mentor.member, asked.state
        latest = asked.closed_at or asked.accepted_at or asked.asked_at or asked.sent_at or asked.created_at
        self.rows.add(
            "mentoring_request",
            org_id=mentee.org.id,
            id=asked.id,
            mentee_id=mentee.affiliation_id,
            mentee_person_id=mentee.person_id,
            mentor_org_id=mentor.org.id,
            mentor_id=asked.mentor.profile_id,
            mentor_person_id=mentor.person_id,
            state=state,
            form="cross_company",
            cadence=asked.mentor.page.cadence,
            holds_place=state in HOLDING and not over,
            sent_at=asked.sent_at,
            due_at=asked.due_at,
            reminded_at=asked.reminded_at,
            accepted_at=asked.accepted_at,
            closed_at=asked.closed_at,
            resent_from_id=None,
            version=1,
            created_at=asked.created_at,
            updated_at=latest,
            cohort_org_id=None,
            cohort_id=None,
        )
        words = asked.words
        self._say(asked, mentee, "goal", words.goal, asked.created_at)
        self._say(asked, mentee, "why_you", words.why_you, asked.created_at)
        self._say(asked, mentee, "what_i_bring", words.what_i_bring, asked.created_at)
        answerer = author_of(mentor, asked.mentor.page.skills)
        if asked.asked_at:
            question, answer = self.pen.exchange(answerer, author, words)
            self._say(asked, mentor, "question", question, asked.asked_at)
            if state != "more_information" and asked.sent_at:
                self._say(asked, mentee, "answer", answer, asked.sent_at)
        if asked.accepted_at:
            yes = self.pen.acceptance(answerer, asked.group, words)
            self._say(asked, mentor, "acceptance", yes, asked.accepted_at)
            self._say(asked, mentor, "contact", self._contact(mentor, answerer), asked.accepted_at)
        if state == "confirmed" and asked.closed_at:
            self._say(asked, mentee, "contact", self._contact(mentee, author), asked.closed_at)
            self._pair_up(asked, asked.closed_at, over)
        if state == "declined" and asked.closed_at:
            reason = self.rng.choice(REASONS)
            no = self.pen.decline(answerer, reason, asked.group)
            self._say(asked, mentor, "decline", no, asked.closed_at, reason)
        if state == "withdrawn" and asked.closed_at:
            self._say(asked, mentee, "withdrawal", self.pen.line("withdrawals", author), asked.closed_at)
        if mentee.org.needs_approval and state not in ("draft", "awaiting_employer"):
            self._employer(asked)

    def _say(self, asked: Asked, who: Member, kind: str, body: str, at: datetime, reason: str | None = None) -> None:
        self.rows.add(
            "request_message",
            org_id=asked.mentee.org.id,
            id=self.world.ids.at(at),
            request_id=asked.id,
            author_person_id=who.person_id,
            kind=kind,
            reason=reason,
            body=body,
            created_at=at,
        )

    def _contact(self, who: Member, author: Author) -> str:
        return self.pen.line("contacts", author).replace("{email}", who.email)

    def _employer(self, asked: Asked) -> None:
        approver = self.approvers[asked.mentee.org.id]
        refused = asked.state == "refused_by_employer"
        author = author_of(approver, ["hr_leadership", "feedback"], asked.mentee.human.locale)
        self.rows.add(
            "employer_approval",
            org_id=asked.mentee.org.id,
            request_id=asked.id,
            approved=not refused,
            reason=self.pen.line("refusals", author) if refused else "",
            decided_by_id=approver.person_id,
            decided_at=asked.closed_at if refused else asked.first_sent_at,
        )

    def _pair_up(self, asked: Asked, at: datetime, over: bool) -> None:
        asked.mentorship_id = self.world.ids.at(at)
        self.rows.add(
            "mentorship",
            org_id=asked.mentee.org.id,
            id=asked.mentorship_id,
            request_id=asked.id,
            mentee_person_id=asked.mentee.person_id,
            mentor_org_id=asked.mentor.member.org.id,
            mentor_id=asked.mentor.profile_id,
            mentor_person_id=asked.mentor.member.person_id,
            mentee_employer_id=asked.mentee.org.id,
            mentor_employer_id=asked.mentor.member.org.id,
            form="cross_company",
            cadence=asked.mentor.page.cadence,
            state="ended" if over else "running",
            started_at=at,
            ended_at=min(at + 365 * DAY, self.world.days_ago(3)) if over else None,
            ends_on=(at + 365 * DAY).date(),
        )
        self._meet(asked, at, over)

    def _meet(self, asked: Asked, at: datetime, over: bool) -> None:
        """Up to three meetings behind them and, while it runs, one ahead; the mentor's hours with their first pair."""
        mentor, now = asked.mentor.member, self.world.now
        zone = mentor.org.time_zone
        place = self.meeting_mentors.get(mentor.person_id, 0)
        self.meeting_mentors[mentor.person_id] = place + 1
        if not place:
            self.rows.add(
                "meeting_hours",
                person_id=mentor.person_id,
                zone=zone,
                minutes=45,
                notice_hours=48,
                pattern=Hours(zone, weekly=(Weekly(1, time(17), time(19)), Weekly(3, time(8), time(9, 30)))).pattern(),
                changed_at=at,
            )
        first = now.replace(hour=7 + place % 10, minute=0, second=0, microsecond=0)
        for days in (-70, -42, -14, 5):
            starts_at = first + days * DAY
            if starts_at <= at + 2 * DAY or (days > 0 and over):
                continue
            meeting_id = self.world.ids.at(max(at, starts_at - 7 * DAY) if days < 0 else now - 2 * DAY)
            made_at = starts_at - 7 * DAY if days < 0 else now - 2 * DAY
            self.rows.add(
                "meeting",
                org_id=asked.mentee.org.id,
                id=meeting_id,
                mentorship_id=asked.mentorship_id,
                request_id=None,
                mentee_person_id=asked.mentee.person_id,
                mentor_person_id=mentor.person_id,
                uid=f"meeting-{meeting_id}@passerelle",
                sequence=0,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                zone=zone,
                place="",
                video_url="https://meet.example/footbridge",
                agenda="",
                state="held" if days < 0 else "planned",
                set_by_person_id=asked.mentee.person_id,
                made_at=made_at,
                changed_at=made_at,
                reminded_at=starts_at - DAY if days < 0 else None,
                asked_at=starts_at + timedelta(hours=1) if days < 0 else None,
                mentee_said="held" if days < 0 else None,
                mentor_said=None,
            )

    # --- who was told ---

    def _tell(self, asked: Asked) -> None:
        """The log, the notices and the letters of each step taken so far."""
        if asked.state == "draft":
            return
        mentee, mentor = asked.mentee, asked.mentor.member
        path = letters.request_path(mentee.org.slug, asked.id)
        theirs = letters.request_path(mentor.org.slug, asked.id)
        steps: list[tuple[datetime | None, str, Member | None]] = []
        approver = self.approvers.get(mentee.org.id)
        if mentee.org.needs_approval:
            steps.append((asked.created_at, "request.put_to_employer", mentee))
            if approver:
                data = letters.employer_asked(mentee.name, mentor.name, mentor.org.name, path)
                desk = f"/{mentee.org.slug}/requests/approvals"
                self.news("employer_asked", approver, asked.created_at, data, desk)
        if asked.first_sent_at:
            verb = "request.approved" if mentee.org.needs_approval else "request.sent"
            steps.append((asked.first_sent_at, verb, approver if mentee.org.needs_approval else mentee))
            data = letters.request_received(mentee.name, mentee.org.name, "", asked.first_sent_at + ANSWER_WITHIN)
            self.news("request_received", mentor, asked.first_sent_at, data, theirs)
        if asked.asked_at:
            steps.append((asked.asked_at, "request.more_asked", mentor))
            data = letters.information_asked(mentor.name, path, asked.asked_at + ANSWER_WITHIN)
            self.news("information_asked", mentee, asked.asked_at, data, path)
            if asked.state != "more_information" and asked.sent_at:
                steps.append((asked.sent_at, "request.answered", mentee))
                data = letters.information_given(mentee.name, "", asked.sent_at + ANSWER_WITHIN)
                self.news("information_given", mentor, asked.sent_at, data, theirs)
        if asked.reminded_at:
            data = letters.request_received(mentee.name, mentee.org.name, "", asked.reminded_at + REMIND_AFTER)
            self.news("request_reminder", mentor, asked.reminded_at, data, theirs)
        if asked.accepted_at:
            steps.append((asked.accepted_at, "request.accepted", mentor))
            data = letters.request_accepted(mentor.name, mentor.org.name, "", asked.accepted_at + CONFIRM_WITHIN)
            self.news("request_accepted", mentee, asked.accepted_at, data, path)
        if asked.closed_at:
            steps.append(self._tell_end(asked, path, theirs))
        for at, verb, actor in steps:
            if at is not None:
                self._log(asked, verb, at, actor)

    def _tell_end(self, asked: Asked, path: str, theirs: str) -> tuple[datetime | None, str, Member | None]:
        mentee, mentor, at = asked.mentee, asked.mentor.member, asked.closed_at or self.world.now
        match asked.state:
            case "confirmed":
                for reader, other in ((mentee, mentor), (mentor, mentee)):
                    home = f"/{reader.org.slug}/mentorships/{asked.mentorship_id}"
                    data = {
                        "other_name": other.name,
                        "other_firm": other.org.name,
                        "mentor": reader is mentor,
                        "url": home,
                    }
                    self.news("mentorship_confirmed", reader, at, data, home)
                return at, "mentorship.confirmed", mentee
            case "declined":
                self.news("request_declined", mentee, at, letters.request_declined(mentor.name, path), path)
                return at, "request.declined", mentor
            case "withdrawn":
                self.news("request_withdrawn", mentor, at, letters.request_withdrawn(mentee.name, theirs), theirs)
                return at, "request.withdrawn", mentee
            case "refused_by_employer":
                data = letters.employer_answered(mentor.name, path)
                self.news("employer_refused", mentee, at, data, path)
                return at, "request.refused_by_employer", self.approvers.get(mentee.org.id)
            case "expired":
                self.news("request_expired", mentee, at, letters.request_expired(mentor.name, path, True), path)
                data = letters.request_expired_mentor(mentee.name, theirs)
                self.news("request_expired_mentor", mentor, at, data, theirs)
            case _:
                for reader, other, page in ((mentee, mentor, path), (mentor, mentee, theirs)):
                    self.news("request_lapsed", reader, at, letters.request_lapsed(other.name, page), page)
        return at, f"request.{asked.state}", None

    def _log(self, asked: Asked, verb: str, at: datetime, actor: Member | None) -> None:
        before = verb in ("request.put_to_employer", "request.refused_by_employer")
        for org in asked.orgs[:1] if before else asked.orgs:
            self.log(
                org,
                verb,
                at,
                actor,
                ("request", asked.id),
                {"mentee": asked.mentee.name, "mentor": asked.mentor.member.name},
            )

    def log(
        self,
        org: Org,
        verb: str,
        at: datetime,
        actor: Member | None,
        subject: tuple[str, int | None],
        data: dict[str, Any] | None = None,
    ) -> None:
        """One line in an organisation's log, and the names it speaks of beside it."""
        line_id, data = self.world.ids.at(at), dict(data or {})
        names = {slot: data.pop(slot) for slot in sorted(NAMED & data.keys())}
        if actor:
            names["actor"] = actor.name
        salts = {slot: hashlib.sha256(f"{line_id} {slot}".encode()).digest() for slot in names}
        self.rows.add(
            "activity",
            org_id=org.id,
            id=line_id,
            at=at,
            actor_person_id=actor.person_id if actor else None,
            verb=verb,
            subject_kind=subject[0],
            subject_id=subject[1],
            data=data,
            marks={slot: commitment(salts[slot], name) for slot, name in names.items()},
        )
        for slot, name in names.items():
            self.rows.add(
                "activity_name",
                org_id=org.id,
                activity_id=line_id,
                slot=slot,
                person_id=actor.person_id if actor and slot == "actor" else None,
                name=name,
                salt=salts[slot],
            )

    def news(self, kind: str, reader: Member, at: datetime, data: dict[str, Any], path: str) -> None:
        """A notice as the product would have left it, and the letter that went out with it."""
        age = self.world.now - at
        plain = {key: value for key, value in data.items() if isinstance(value, str | int) and not key.endswith("url")}
        read = age > 4 * DAY or (age > DAY and self.rng.random() < 0.6)
        self.rows.add(
            "notice",
            org_id=reader.org.id,
            id=self.world.ids.at(at),
            person_id=reader.person_id,
            kind=kind,
            data=plain,
            path=path,
            created_at=at,
            read_at=at + age * (0.1 + 0.4 * self.rng.random()) if read else None,
        )
        self.letter(kind, reader, at)

    def letter(
        self, kind: str, reader: Member, at: datetime, data: dict[str, Any] | None = None, error: str = ""
    ) -> None:
        """A letter that was sent and emptied, or one that the mail server refused for good and that may go again."""
        self.rows.add(
            "letter",
            org_id=reader.org.id,
            id=self.world.ids.at(at),
            kind=kind,
            person_id=reader.person_id,
            address=None,
            locale=None,
            data=data or {},
            state="failed" if error else "sent",
            attempts=1,
            error=error,
            created_at=at,
            sent_at=None if error else min(at + timedelta(seconds=20 + self.rng.random() * 40), self.world.now),
        )


def groups_of(skills: list[str]) -> set[str]:
    return {GROUP_OF[skill] for skill in skills}
