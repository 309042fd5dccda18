"""Mentors beyond the demo's own, by the hundred thousand, in firms of their own: what the bench searches.

Made and handed over in batches, so that memory does not grow with their number.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from dev.demo.content import table
from dev.demo.people import Firm, Population
from dev.demo.rows import Ids
from dev.demo.world import Member, Mentor, Org
from marketplace.vocabulary import INDUSTRIES
from marketplace.vocabulary.folding import words

MENTORS_PER_FIRM = 500
FIRMS_PER_NETWORK = 40
BATCH = 4000


class Crowd:
    """``count`` more mentors. Their organisations come first (``orgs``), then ``batches`` of mentor pages."""

    def __init__(self, *, seed: int, now: datetime, count: int, first_org_id: int, taken: set[str]) -> None:
        self.now = now
        self.count = count
        self.rng = Random(f"{seed} crowd")
        self.ids = Ids(seed + 1)
        self.population = Population(seed + 1)
        firms = max(1, -(-count // MENTORS_PER_FIRM)) if count else 0
        networks = -(-firms // FIRMS_PER_NETWORK)
        names = self._names(taken)
        self.orgs: list[Org] = []
        for number in range(networks + firms):
            kind = "network" if number < networks else "company"
            self.orgs.append(self._org(first_org_id + number, next(names), kind))
        self.firms = self.orgs[networks:]
        for number, org in enumerate(self.firms):
            own = self.orgs[number // FIRMS_PER_NETWORK]
            also = self.orgs[int(self.rng.random() * networks)]
            org.memberships = {own.id: "active", also.id: "active"}
            org.settle()

    def batches(self) -> Iterator[list[Mentor]]:
        """The mentors, at most ``BATCH`` at a time, firm by firm."""
        batch: list[Mentor] = []
        for number in range(self.count):
            batch.append(self._mentor(self.firms[number * len(self.firms) // self.count], number))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _names(self, taken: set[str]) -> Iterator[tuple[str, str]]:
        """(name, slug) pairs that no organisation has yet."""
        parts = table("firms")["coined"]
        starts, ends, trades = (parts[key].split() for key in ("starts", "ends", "trades"))
        pairs = [(start + end, trade) for start in starts for end in ends for trade in trades]
        self.rng.shuffle(pairs)
        for coined, trade in pairs:
            name = f"{coined} {trade}"
            slug = "-".join(words(name))
            if slug not in taken:
                yield name, slug

    def _org(self, number: int, named: tuple[str, str], kind: str) -> Org:
        name, slug = named
        city, time_zone, locale = self.rng.choice(table("firms")["coined"]["cities"])
        industry = self.rng.choice(INDUSTRIES.slugs)
        accent = self.rng.choice(table("firms")["coined"]["accents"])
        origins = table("firms")["coined"]["origins"][locale].split()
        firm = Firm(slug, name, industry, city, accent, locale, time_zone, 1, (), tuple(self.rng.sample(origins, 3)))
        return Org(
            id=number,
            slug=slug,
            name=name,
            kind=kind,
            accent=accent,
            locale=locale,
            time_zone=time_zone,
            domain=firm.domain,
            city=city,
            created_at=self.now - timedelta(days=900),
            firm=firm if kind == "company" else None,
            in_marketplace=kind == "company" and self.rng.random() < 0.7,
        )

    def _mentor(self, org: Org, number: int) -> Mentor:
        if org.firm is None:
            raise ValueError("a network has no mentors of its own here")
        human = self.population.human(org.firm, mentor=True)
        random = self.rng.random
        since = self.now - timedelta(minutes=60 * 24 * 30 + random() * 60 * 24 * 800)
        created = since + (self.now - since) * (0.1 + 0.8 * random())
        email = human.email(f"{number}.{org.domain}")
        member = Member(org, human, self.ids.at(since), self.ids.at(since), email, "member", since)
        page = self.population.page(human, org.firm)
        chance = random()
        if chance < 0.3 and org.in_marketplace:
            page.audience = "marketplace"
        elif chance > 0.95:
            page.audience = "company"
        else:
            page.network_ids = sorted(org.memberships)
        mentor = Mentor(
            member=member,
            page=page,
            profile_id=self.ids.at(created),
            state="published",
            created_at=created,
            updated_at=created + (self.now - created) * random(),
            published_at=created + timedelta(minutes=20),
            held=int(random() * (page.capacity + 1)) if random() < 0.4 else 0,
        )
        page.id = mentor.profile_id
        return mentor
