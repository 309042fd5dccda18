"""The demo's organisations and people: three networks, forty firms, those who work there, and who may see whom."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dev.demo.content import table
from dev.demo.known import KNOWN
from dev.demo.people import Firm, Human, Network, Page, Population, firms, networks
from dev.demo.rows import Ids

MARKETPLACE = 0
DAY = timedelta(days=1)

STATES = ("published",) * 86 + ("paused",) * 5 + ("draft",) * 6 + ("withdrawn",) * 3
KNOWN_FAMILIES = frozenset(known.last for known in KNOWN)
AUDIENCES = ("networks",) * 60 + ("marketplace",) * 33 + ("company",) * 7


@dataclass(slots=True)
class Org:
    """An organisation as the demo knows it."""

    id: int
    slug: str
    name: str
    kind: str
    accent: str
    locale: str
    time_zone: str
    domain: str
    city: str
    created_at: datetime
    firm: Firm | None = None
    in_marketplace: bool = False
    needs_approval: bool = False
    welcome_open: bool = False
    memberships: dict[int, str] = field(default_factory=dict)
    conflicts: set[int] = field(default_factory=set)
    audiences: frozenset[int] = frozenset()
    """The organisations whose pages its people may see (0: the marketplace)."""

    def settle(self) -> None:
        """Read the audiences off the memberships."""
        active = {network for network, state in self.memberships.items() if state == "active"}
        self.audiences = frozenset({self.id, *active} | ({MARKETPLACE} if self.in_marketplace else set()))


@dataclass(slots=True)
class Member:
    """A person in one organisation."""

    org: Org
    human: Human
    person_id: int
    affiliation_id: int
    email: str
    role: str
    since: datetime
    skills: list[str] = field(default_factory=list)
    """What a mentee seeks."""

    @property
    def name(self) -> str:
        return self.human.name


@dataclass(slots=True)
class Mentor:
    """A member's mentor page. ``held``: places that accepted and confirmed requests use."""

    member: Member
    page: Page
    profile_id: int
    state: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    held: int = 0

    @property
    def chosen(self) -> list[int]:
        """The audiences that the page names."""
        match self.page.audience:
            case "company":
                return [self.member.org.id]
            case "marketplace":
                return [MARKETPLACE]
            case _:
                return sorted(self.page.network_ids)

    @property
    def room(self) -> int:
        return self.page.capacity - self.held


class World:
    """Organisations, members and mentors. ``now`` is the moment that everything is told from."""

    def __init__(self, *, seed: int, now: datetime, mentors: int, others: int) -> None:
        self.now = now
        self.rng = Random(f"{seed} world")
        self.ids = Ids(seed)
        self.population = Population(seed)
        self.orgs: dict[str, Org] = {}
        self.members: list[Member] = []
        self.mentors: list[Mentor] = []
        self.mentees: list[Member] = []
        self.blocks: set[tuple[int, int]] = set()
        self.conflicts: list[tuple[Org, Org, str, str]] = []
        self._emails: set[str] = set()
        self._names: set[str] = set()
        self.known: dict[str, Member] = {}
        self._found()
        self._welcome()
        self._hire(mentors, mentors + others)

    def days_ago(self, days: float) -> datetime:
        """A moment of a working day about so many days ago (up to 2.5 more), never in the future."""
        moment = self.now - timedelta(days=days)
        return min(self._at_work(moment) if days >= 1 else moment, self.now - timedelta(minutes=5))

    def before(self, moment: datetime, least: float, most: float) -> datetime:
        """A moment of a working day so many days before another, or the same day when that is near."""
        earlier = self._at_work(moment - timedelta(days=least + self.rng.random() * (most - least)))
        return min(earlier, moment - timedelta(minutes=20 + self.rng.random() * 120))

    def _at_work(self, moment: datetime) -> datetime:
        moment -= max(0, moment.weekday() - 4) * DAY
        hour, minute = 7 + int(self.rng.random() * 11), int(self.rng.random() * 60)
        return moment.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def networks(self) -> list[Org]:
        return [org for org in self.orgs.values() if org.kind == "network"]

    def firms(self) -> list[Org]:
        return [org for org in self.orgs.values() if org.kind == "company"]

    def role(self, slug: str, role: str) -> Member:
        """Whoever has this role in the organisation first."""
        org = self.orgs[slug]
        return next(member for member in self.members if member.org is org and member.role == role)

    def sees(self, viewer: Org, viewer_person: int, mentor: Mentor) -> bool:
        """Whether a mentee of ``viewer`` finds this mentor in the directory: the rule of the product, in short."""
        owner = mentor.member.org
        pair = (viewer_person, mentor.member.person_id)
        return (
            mentor.state == "published"
            and viewer is not owner
            and owner.id not in viewer.conflicts
            and not (owner.audiences & viewer.audiences).isdisjoint(mentor.chosen)
            and pair not in self.blocks
            and pair[::-1] not in self.blocks
        )

    # --- organisations ---

    def _found(self) -> None:
        facts: dict[str, Any] = table("firms")
        for network in networks():
            self._add_org(network, "network", self.days_ago(900 - 90 * len(self.orgs)))
        for firm in firms():
            org = self._add_org(firm, "company", self.days_ago(120 + self.rng.random() * 700))
            org.firm = firm
            org.in_marketplace = firm.slug not in facts["private"]
            org.needs_approval = firm.slug in facts["approving"]
            org.welcome_open = firm.slug in facts["empty"]
            org.memberships = {self.orgs[slug].id: "active" for slug in firm.networks}
        for network_slug, firm_slug, state, _ in facts["memberships"]:
            self.orgs[firm_slug].memberships[self.orgs[network_slug].id] = state
        for org in self.orgs.values():
            org.settle()
        self._declare(facts)

    def _add_org(self, source: Network | Firm, kind: str, created_at: datetime) -> Org:
        org = Org(
            id=len(self.orgs) + 1,
            slug=source.slug,
            name=source.name,
            kind=kind,
            accent=source.accent,
            locale=source.locale,
            time_zone=source.time_zone,
            domain=source.domain,
            city=source.city,
            created_at=created_at,
        )
        self.orgs[org.slug] = org
        return org

    def _declare(self, facts: dict[str, Any]) -> None:
        for one, other, kind, note in facts["conflicts"]:
            self._conflict(self.orgs[one], self.orgs[other], kind, note)
        declared = {one.slug for one, *_ in self.conflicts}
        everybody = self.firms()
        for org in everybody:
            if org.slug in declared or org.slug in facts["undeclared"] or org.slug in facts["empty"]:
                continue
            fellows = [
                other
                for other in everybody
                if other is not org and other.slug not in ("nordal", "lumen-energie", "helvia-care") and other.firm
            ]
            alike = [other for other in fellows if org.firm and other.firm and other.firm.industry == org.firm.industry]
            other = self.rng.choice(alike or fellows)
            self._conflict(org, other, "competitor" if alike else "client_or_supplier", "")

    def _conflict(self, one: Org, other: Org, kind: str, note: str) -> None:
        self.conflicts.append((one, other, kind, note))
        one.conflicts.add(other.id)
        other.conflicts.add(one.id)

    # --- people ---

    def _welcome(self) -> None:
        """The people whom one can sign in as, before anybody else."""
        for known in KNOWN:
            org = self.orgs[known.slug]
            org.created_at = min(org.created_at, self.days_ago(800))
            human = Human(
                *(known.first, known.last, known.gender, known.locale, known.languages),
                *(known.function, known.seniority, known.title),
                industry=org.firm.industry if org.firm else "public_non_profit",
            )
            self._names.add(human.name)
            member = self.join(org, human, known.role)
            member.since = self.days_ago(760)
            member.skills = list(known.skills)
            self.known[known.who] = member
            if known.page is not None:
                mentor = self.volunteer(member, replace(known.page), "published")
                mentor.page.audience = "networks"
                mentor.page.network_ids = sorted(org.memberships)

    def _hire(self, mentors: int, people: int) -> None:
        """Until there are so many mentor pages and so many people in all."""
        empty = set(table("firms")["empty"])
        peopled = [org for org in self.firms() if org.slug not in empty]
        weights = [org.firm.weight if org.firm else 0 for org in peopled]
        for network in self.networks():
            for role in ("network_admin", "programme_manager"):
                if not any(member.org is network and member.role == role for member in self.members):
                    self.join(network, self._drawn(network), role)
        for org, count in zip(peopled, shares(mentors - len(self.mentors), weights), strict=True):
            for _ in range(count):
                self.volunteer(self.join(org, self._drawn(org, mentor=True), "member"))
        for org in peopled:
            for role in ("company_admin", "hr_partner"):
                self.join(org, self._drawn(org, function="human_resources", seniority="department_head"), role)
        for org, count in zip(peopled, shares(max(0, people - len(self.members)), weights), strict=True):
            for _ in range(count):
                member = self.join(org, self._drawn(org), "member")
                member.skills = self.wishes(member.human)
                self.mentees.append(member)

    def _drawn(self, org: Org, *, mentor: bool = False, function: str = "", seniority: str = "") -> Human:
        """Somebody for ``org`` whose name nobody here bears yet."""
        firm = org.firm or self._as_firm(org)
        for _ in range(50):
            human = self.population.human(firm, mentor=mentor, function=function, seniority=seniority)
            if human.name not in self._names and human.last not in KNOWN_FAMILIES:
                break
        self._names.add(human.name)
        return human

    def stranger(self, org: Org) -> Human:
        """Somebody of ``org`` who is not here yet."""
        return self._drawn(org)

    @staticmethod
    def _as_firm(org: Org) -> Firm:
        """A network as an employer of its own few people."""
        origins = ("french", "british") if org.locale == "fr" else ("british", "nordic")
        return Firm(
            org.slug,
            org.name,
            "public_non_profit",
            org.city,
            org.accent,
            org.locale,
            org.time_zone,
            1,
            (),
            origins,
        )

    def join(self, org: Org, human: Human, role: str) -> Member:
        """``human`` as a member of ``org`` from some day on."""
        oldest = (self.now - org.created_at).days
        since = self.days_ago(8 + self.rng.random() * (oldest - 8)) if oldest > 8 else self.days_ago(1)
        member = Member(
            org=org,
            human=human,
            person_id=self.ids.at(since),
            affiliation_id=self.ids.at(since),
            email=self._email(human, org.domain),
            role=role,
            since=since,
        )
        self.members.append(member)
        return member

    def _email(self, human: Human, domain: str) -> str:
        plain = email = human.email(domain)
        number = 2
        while email in self._emails:
            email = plain.replace("@", f"{number}@")
            number += 1
        self._emails.add(email)
        return email

    def wishes(self, human: Human) -> list[str]:
        """What a mentee of this trade would like to learn: two to four skills, from two groups at least."""
        rng = self.rng
        own = table("people")["skills"][human.function]
        common = table("people")["common"]
        first, second = (own, common) if rng.random() < 0.55 else (common, own)
        chosen = dict.fromkeys([rng.choice(first), rng.choice(second)])
        for _ in range(int(rng.random() * 3)):
            chosen[rng.choice(common)] = None
        return list(chosen)

    def volunteer(self, member: Member, page: Page | None = None, state: str = "") -> Mentor:
        """A mentor page of the member's, published or on its way."""
        rng, org = self.rng, member.org
        firm = org.firm or self._as_firm(org)
        page = page or self.population.page(member.human, firm)
        self._choose_audience(page, org)
        oldest = max(2.0, (self.now - member.since) / DAY - 1)
        created = self.days_ago(1 + rng.random() * (oldest - 1))
        state = state or rng.choice(STATES)
        age = (self.now - created) / DAY
        mentor = Mentor(
            member=member,
            page=page,
            profile_id=self.ids.at(created),
            state=state,
            created_at=created,
            updated_at=self.days_ago(rng.random() * min(age, 60)),
            published_at=None if state == "draft" else created + timedelta(minutes=4 + rng.random() * 50),
        )
        page.id = mentor.profile_id
        if state == "draft":
            self._leave_unfinished(page)
        self.mentors.append(mentor)
        return mentor

    def _choose_audience(self, page: Page, org: Org) -> None:
        hidden = table("firms")["unpublished"].get(org.slug)
        mine = [network for network, state in org.memberships.items() if state in ("active", "suspended")]
        mine = [network for network in mine if not hidden or self.orgs[hidden].id != network]
        page.audience = self.rng.choice(AUDIENCES)
        if page.audience == "marketplace" and (not org.in_marketplace or hidden):
            page.audience = "networks"
        if page.audience == "networks":
            if not mine:
                page.audience = "marketplace" if org.in_marketplace else "company"
            else:
                page.network_ids = sorted(mine if self.rng.random() < 0.75 else [self.rng.choice(mine)])

    def _leave_unfinished(self, page: Page) -> None:
        """A draft stops somewhere: without a story, without a headline, or with two skills."""
        match int(self.rng.random() * 3):
            case 0:
                page.story = page.story.split("\n\n")[0][:120]
            case 1:
                page.headline, page.skills = "", page.skills[:2]
            case _:
                page.story, page.headline, page.forms = "", "", []


def shares(total: int, weights: list[int]) -> list[int]:
    """``total`` parted by weight into whole numbers that add up to it."""
    whole = sum(weights)
    found, done, seen = [], 0, 0
    for weight in weights:
        seen += weight
        upto = round(total * seen / whole)
        found.append(upto - done)
        done = upto
    return found
