"""What has happened between the demo's people: a scene for each of the four to sign in as, and the life around them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random

from dev.demo.content import table, texts, typeset
from dev.demo.conversations import Conversations
from dev.demo.exchanges import OPEN, Asked, Exchanges, author_of, groups_of
from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, Mentor, Org, World
from marketplace.requests import letters

# How many requests of each state there are around the four, for 220 mentees, and how long ago it began at most (days).
LIFE = {
    "draft": (16, 6),
    "awaiting_employer": (7, 11),
    "sent": (60, 11),
    "more_information": (20, 11),
    "accepted": (22, 4.2),
    "confirmed": (104, 330),
    "declined": (34, 120),
    "withdrawn": (12, 90),
    "expired": (18, 80),
    "lapsed": (8, 70),
    "refused_by_employer": (5, 60),
}
MENTEES_OF_LIFE = 220
MOST_OPEN = 3
TRIES = 60


class Scenes:
    """Fills ``rows`` with what happened. Needs an app context."""

    def __init__(self, world: World, rows: Rows, seed: int) -> None:
        self.world = world
        self.rows = rows
        self.rng = Random(f"{seed} scenes")
        self.exchanges = Exchanges(world, rows, seed)
        self.reserved = {member.person_id for member in world.known.values()}
        self.waiting: list[tuple[Asked, str]] = []
        """Requests of the four whose letter should lie in the mailbox, and the kind of that letter."""

    def play(self) -> None:
        self._blocks()
        self._executive()
        self._mentee()
        self._employer()
        self._life()
        Conversations(self.world, self.rows).play()
        self._concerns()
        self._around_mentees()
        self._organisations()
        self._looks()

    # --- the four ---

    def _mentee(self) -> None:
        """A mentorship that runs, a yes that waits for her, a question asked, one sent, and what became of earlier ones."""
        self._sonia_asks("confirmed", 97, "delegation", talk=False)
        yes = self._sonia_asks("accepted", 2.1, "delegation", talk=False)
        if yes:
            self.waiting.append((yes, "request_accepted"))
        self._sonia_asks("more_information", 1.2, "executive_presence")
        self._sonia_asks("expired", 9, "promotion_preparation")
        self._sonia_asks("declined", 27, "executive_presence")
        self._sonia_asks("draft", 0.8, "promotion_preparation")
        self._sonia_asks("confirmed", 470, "public_speaking", over=True)

    def _sonia_asks(
        self, state: str, days: float, skill: str, *, talk: bool | None = None, over: bool = False
    ) -> Asked | None:
        sonia = self.world.known["mentee"]
        for mentor in self._chooser(sonia)(state, days, skill):
            if mentor.member.human.locale != sonia.human.locale:
                continue
            asked = self.exchanges.ask(
                sonia,
                mentor,
                state,
                days=days,
                skill=skill,
                talk=talk,
                over=over,
                goal=own_goal(skill),
            )
            if asked:
                return asked
        return None

    def _executive(self) -> None:
        """Two requests that wait for her answer, one kept place, three people she accompanies or did."""
        helene = self._page_of("executive mentor")
        sonia = self.world.known["mentee"]
        goal = own_goal("inherited_team")
        first = self.exchanges.ask(sonia, helene, "sent", days=2.6, skill="inherited_team", talk=False, goal=goal)
        others = [mentee for mentee in self._mentees_for(helene) if mentee.org is not sonia.org]
        second = self._first_that_asks(others, helene, "sent", days=8.3, skill="first_board_seat", talk=True)
        self._first_that_asks(others, helene, "accepted", days=1.4, skill="inherited_team", talk=False)
        self._first_that_asks(others, helene, "confirmed", days=96, skill="returning_from_leave")
        self._first_that_asks(others, helene, "confirmed", days=11, skill="leading_change")
        self._first_that_asks(others, helene, "confirmed", days=520, skill="leading_change", over=True)
        self._first_that_asks(others, helene, "declined", days=44, skill="inherited_team")
        for asked, kind in ((first, "request_received"), (second, "request_reminder")):
            if asked:
                self.waiting.append((asked, kind))

    def _employer(self) -> None:
        """Requests that wait for the employer's yes, and earlier answers."""
        org = self.world.known["HR partner"].org
        mentees = [mentee for mentee in self.world.mentees if mentee.org is org]
        plan = (("awaiting_employer", (0.4, 2, 5, 10.6)), ("refused_by_employer", (19,)), ("sent", (3, 6)))
        for state, ages in plan:
            for days in ages:
                self._any_of_asks(mentees, state, days)

    # --- everybody else ---

    def _life(self) -> None:
        share = len(self.world.mentees) / MENTEES_OF_LIFE
        plan = [(state, most) for state, (count, most) in LIFE.items() for _ in range(round(count * share))]
        self.rng.shuffle(plan)
        mentees = self._askers()
        approving = [mentee for mentee in mentees if mentee.org.needs_approval]
        for state, most in plan:
            needs_employer = state in ("awaiting_employer", "refused_by_employer")
            least = 6.0 if state in ("confirmed", "declined", "lapsed", "withdrawn", "expired") else 0.2
            days = least + self.rng.random() ** 1.6 * (most - least)
            self._any_of_asks(approving if needs_employer else mentees, state, days)

    def _askers(self) -> list[Member]:
        """Mentees of firms whose people have asked somebody."""
        quiet = set(table("firms")["unasked"])
        return [mentee for mentee in self.world.mentees if mentee.org.slug not in quiet]

    def _any_of_asks(self, mentees: Sequence[Member], state: str, days: float) -> Asked | None:
        """Somebody among them asks somebody they see; who has been here long enough, and has not asked too many."""
        for _ in range(TRIES if mentees else 0):
            mentee = self.rng.choice(mentees)
            too_new = mentee.since > self.world.now - timedelta(days=days + 20)
            if too_new or (state in OPEN and self.exchanges.open.get(mentee.person_id, 0) >= MOST_OPEN):
                continue
            asked = self._asks(mentee, self._chooser(mentee), state, days=days)
            if asked:
                return asked
        return None

    def _asks(
        self,
        mentee: Member,
        choose: Callable[[str, float, str], Iterable[Mentor]],
        state: str,
        *,
        days: float,
        skill: str = "",
        talk: bool | None = None,
        over: bool = False,
    ) -> Asked | None:
        for mentor in choose(state, days, skill):
            asked = self.exchanges.ask(mentee, mentor, state, days=days, skill=skill, talk=talk, over=over)
            if asked:
                return asked
        return None

    def _chooser(self, mentee: Member) -> Callable[[str, float, str], Iterable[Mentor]]:
        """Mentors whom the mentee may ask, best first: same language, the skill sought, published by then."""

        def choose(state: str, days: float, skill: str) -> list[Mentor]:
            wanted = groups_of([skill, *mentee.skills[:1]] if skill else mentee.skills)
            found = []
            for mentor in self.world.mentors:
                if mentor.member.person_id in self.reserved or mentor.published_at is None:
                    continue
                if mentor.published_at > self.world.now - timedelta(days=days + 16):
                    continue
                if self.exchanges.may_pair(mentee, mentor, state):
                    skills = mentor.page.skills
                    fit = 3 * (skill in skills) + len(wanted & groups_of(skills))
                    fit += 2 * (mentor.member.human.locale == mentee.human.locale)
                    found.append((fit + 2 * self.rng.random(), mentor))
            return [mentor for _, mentor in sorted(found, key=lambda pair: -pair[0])[:5]]

        return choose

    def _mentees_for(self, mentor: Mentor) -> list[Member]:
        found = [
            mentee
            for mentee in self._askers()
            if self.world.sees(mentee.org, mentee.person_id, mentor) and not mentee.org.needs_approval
        ]
        self.rng.shuffle(found)
        return sorted(found, key=lambda mentee: mentee.human.locale != mentor.member.human.locale)

    def _first_that_asks(
        self,
        mentees: Sequence[Member],
        mentor: Mentor,
        state: str,
        *,
        days: float,
        skill: str,
        talk: bool | None = None,
        over: bool = False,
    ) -> Asked | None:
        long_here = [m for m in mentees if m.since < self.world.now - timedelta(days=days + 20)]
        for mentee in long_here or mentees:
            if self.exchanges.may_pair(mentee, mentor, state) and not self.exchanges.open.get(mentee.person_id):
                asked = self.exchanges.ask(mentee, mentor, state, days=days, skill=skill, talk=talk, over=over)
                if asked:
                    return asked
        return None

    def _page_of(self, who: str) -> Mentor:
        member = self.world.known[who]
        return next(mentor for mentor in self.world.mentors if mentor.member is member)

    # --- around ---

    def _blocks(self) -> None:
        """A few people who do not wish to meet; never the four."""
        mentees = [member for member in self.world.mentees if member.person_id not in self.reserved]
        for _ in range(min(12, len(mentees))):
            who = self.rng.choice(mentees)
            whom = self.rng.choice(self.world.mentors).member
            pair = (who.person_id, whom.person_id)
            if whom.person_id in self.reserved or pair in self.world.blocks or who is whom:
                continue
            self.world.blocks.add(pair)
            self.rows.add(
                "personal_block",
                org_id=who.org.id,
                person_id=who.person_id,
                blocked_person_id=whom.person_id,
                created_at=self.world.days_ago(1 + self.rng.random() * 100),
            )

    def _around_mentees(self) -> None:
        """What mentees say of themselves, whom they saved, and whom they queue for."""
        pen = self.exchanges.pen
        for mentee in [self.world.known["mentee"], *self.world.mentees]:
            author = author_of(mentee, mentee.skills)
            self.rows.add(
                "mentee_profile",
                org_id=mentee.org.id,
                affiliation_id=mentee.affiliation_id,
                person_id=mentee.person_id,
                goals=mentee.skills,
                seeking=pen.line("seeking", author),
                experience=pen.line("experience", author, mentee.human.function),
                function=mentee.human.function,
                languages=list(mentee.human.languages),
                place=mentee.org.city,
                updated_at=self.world.days_ago(1 + self.rng.random() * 90),
            )
            known = mentee.person_id in self.reserved
            if not known and self.rng.random() > 0.35:
                continue
            seen = [m for m in self.world.mentors if self.world.sees(mentee.org, mentee.person_id, m)]
            self.rng.shuffle(seen)
            for mentor in seen[: 4 if known else 1 + int(self.rng.random() * 4)]:
                self._keep("saved_mentor", mentee, mentor)
            full = [m for m in seen if m.room < 1]
            for mentor in full[:1] if known or self.rng.random() < 0.3 else ():
                self._keep("queue_place", mentee, mentor)

    def _keep(self, kind: str, mentee: Member, mentor: Mentor) -> None:
        more = {"mentor_person_id": mentor.member.person_id, "told_at": None} if kind == "queue_place" else {}
        self.rows.add(
            kind,
            org_id=mentee.org.id,
            person_id=mentee.person_id,
            mentor_org_id=mentor.member.org.id,
            mentor_id=mentor.profile_id,
            created_at=self.world.days_ago(0.5 + self.rng.random() * 40),
            **more,
        )

    def _concerns(self) -> None:
        """Two concerns on the desk of the known administrator's network, one of them taken care of."""
        admin = self.world.known["network administrator"]
        network = admin.org.id
        pairs = [row for row in self.rows.of("mentorship") if row["state"] == "running"]
        orgs = {org.id: org for org in self.world.firms()}
        shared = [
            row
            for row in pairs
            if orgs[row["org_id"]].memberships.get(network) == "active"
            and orgs[row["mentor_org_id"]].memberships.get(network) == "active"
            and row["mentor_person_id"] not in self.reserved
        ]
        by_person = {member.person_id: member for member in self.world.members}
        for row, reason, days in zip(shared, ("no_answer", "recruiting_or_selling"), (2.2, 31), strict=False):
            mentee = by_person[row["mentee_person_id"]]
            line = texts("requests", "concerns", mentee.human.locale)[reason][0]
            at = self.world.days_ago(days)
            self.rows.add(
                "concern",
                org_id=network,
                id=self.world.ids.at(at),
                reporter_person_id=mentee.person_id,
                reporter_org_id=mentee.org.id,
                about_person_id=row["mentor_person_id"],
                request_org_id=row["org_id"],
                request_id=row["request_id"],
                reason=reason,
                body=line.by(mentee.human.gender),
                created_at=at,
                handled_at=at + 2 * DAY if days > 10 else None,
            )
            path = f"/{admin.org.slug}/requests/concerns"
            self.exchanges.news("concern_reported", admin, at, letters.concern_reported(path), path)

    def log_page(self, mentor: Mentor) -> None:
        """What the log of the mentor's firm says about the page."""
        member, subject = mentor.member, ("mentor_profile", mentor.profile_id)
        if mentor.published_at is None:
            return
        self.exchanges.log(member.org, "profile.published", mentor.published_at, member, subject)
        if mentor.state in ("paused", "withdrawn"):
            at = max(mentor.updated_at, mentor.published_at + timedelta(hours=1))
            self.exchanges.log(member.org, f"profile.{mentor.state}", min(at, self.world.now), member, subject)

    # --- the organisations' own papers ---

    def _organisations(self) -> None:
        for org in self.world.firms():
            self._memberships(org)
        self._conflicts()
        self._invitations()
        self._lost_letters()

    def _memberships(self, org: Org) -> None:
        known = {(network, firm): days for network, firm, _state, days in table("firms")["memberships"]}
        by_id = {network.id: network for network in self.world.networks()}
        for network_id, state in org.memberships.items():
            network = by_id[network_id]
            oldest = (self.world.now - org.created_at) / DAY
            days = known.get((network.slug, org.slug), 15 + self.rng.random() * (oldest - 15))
            since = self.world.days_ago(days)
            self.rows.add(
                "firm_membership",
                network_id=network_id,
                firm_id=org.id,
                state=state,
                joined_on=since.date(),
                left_on=self.world.days_ago(30).date() if state == "left" else None,
            )
            admin = self.world.role(network.slug, "network_admin")
            subject = ("organisation", org.id)
            if state == "invited":
                self.exchanges.log(network, "firm.asked_to_join", since, admin, subject, {"slug": org.slug})
                continue
            self.exchanges.log(network, "firm.admitted", since, admin, subject, {"firm": org.name})
            self.exchanges.log(org, "firm.admitted", since, admin, subject, {"firm": org.name})
            if state in ("left", "suspended"):
                self.exchanges.log(network, f"firm.{state}", self.world.days_ago(30), admin, subject)

    def _conflicts(self) -> None:
        for one, other, kind, note in self.world.conflicts:
            declarer = self.world.role(one.slug, "company_admin")
            at = self.world.days_ago(5 + self.rng.random() * 100)
            conflict_id = self.world.ids.at(at)
            self.rows.add(
                "conflict_declaration",
                org_id=one.id,
                id=conflict_id,
                other_org_id=other.id,
                kind=kind,
                since=at.date(),
                until=None,
                note=note,
                declared_by_id=declarer.person_id,
                created_at=at,
            )
            self.exchanges.log(one, "conflict.declared", at, declarer, ("conflict", conflict_id), {"kind": kind})

    def _invitations(self) -> None:
        """Open invitations: to the first person of a firm that has just been taken in, and to colleagues."""
        empty = table("firms")["empty"]
        for org in self.world.firms():
            if org.slug in empty:
                network = next(n for n in self.world.networks() if n.id in org.memberships)
                self._invite(org, network, "company_admin", 1)
            elif self.rng.random() < 0.3 or org is self.world.known["HR partner"].org:
                for _ in range(1 + int(self.rng.random() * 3)):
                    self._invite(org, org, "member", self.rng.random() * 12)

    def _invite(self, org: Org, inviter: Org, role: str, days: float) -> None:
        sender = self.world.role(inviter.slug, "network_admin" if inviter.kind == "network" else "hr_partner")
        human = self.world.stranger(org)
        at = self.world.days_ago(days)
        invitation_id = self.world.ids.at(at)
        self.rows.add(
            "invitation",
            org_id=org.id,
            id=invitation_id,
            inviter_org_id=inviter.id,
            invited_by_id=sender.person_id,
            email=human.email(org.domain),
            name=human.name,
            role=role,
            job_title=human.title,
            locale=human.locale,
            token_hash=self.rng.randbytes(32),
            state="open",
            expires_at=at + 14 * DAY,
            accepted_at=None,
            sent_at=at,
            created_at=at,
        )
        data = {"name": human.name, "role": role, "organisation": org.name}
        for where in {org.id: org, inviter.id: inviter}.values():
            self.exchanges.log(where, "invitation.sent", at, sender, ("invitation", invitation_id), data)

    def _looks(self) -> None:
        """Who has looked at the executive's page these last weeks: a count by firm and day."""
        helene = self._page_of("executive mentor")
        firms = sorted({member.org.id for member in self._mentees_for(helene)} - {helene.member.org.id})[:3]
        for number, org_id in enumerate(firms):
            for days in (2 + number, 9 + number, 17):
                self.rows.add(
                    "profile_view",
                    org_id=helene.member.org.id,
                    mentor_id=helene.profile_id,
                    viewer_org_id=org_id,
                    day=(self.world.now - days * DAY).date(),
                    mentor_person_id=helene.member.person_id,
                    views=4 - number,
                    marks=[],
                )

    def _lost_letters(self) -> None:
        """Letters that a mail server refused, for the coordinators to see: one at each known coordinator's."""
        refusal = "550 5.1.1 The mailbox does not exist."
        for who in ("HR partner", "network administrator"):
            org = self.world.known[who].org
            reader = next(member for member in reversed(self.world.members) if member.org is org)
            data = {"url": f"/{org.slug}/profile"}
            self.exchanges.letter("profile_published", reader, self.world.days_ago(2.5), data, refusal)


def own_goal(skill: str) -> str:
    """What the known mentee wrote about one of her goals."""
    return typeset(table("known")["goals"][skill], "en")
