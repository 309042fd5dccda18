"""Any number of invented mentors with cards, loaded fast: for measuring only, the words mean little.

The shape matters: few skills are frequent and many rare, a third of the firms are in the marketplace, networks are
small, some mentors are full. The same number and seed give the same people.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import sql

from marketplace.mentors.cards import card_values, chosen_audiences
from marketplace.mentors.models import Audience
from marketplace.vocabulary import CADENCES, FORMS, FUNCTIONS, INDUSTRIES, LANGUAGES, SENIORITIES, SKILLS
from tenants.organisations.models import MARKETPLACE
from tenants.shared.secrets import hash_of
from tenants.walls import plain_address

MENTORS_PER_FIRM = 25
FIRMS_PER_NETWORK = 12
VIEWERS = 16
EPOCH = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
PLACES = ("Paris", "Lyon", "London", "Lille", "Nantes", "Bruxelles", "Genève", "Dublin", "Aix-en-Provence", "Bristol")
SYLLABLES = (
    "ba be bo bri ca co da de dou el fa fer ga gui ha hel in jo ka la le lo ma mer mi na no or pa qui ra ro".split()
)
SYLLABLES += "sa sel so ta the ti to tra u va ver vi vo wa xa yo za".split()
WORDS = (
    "team plant budget board career warehouse finance usine équipe décision client growth failure listening risque "
    "chantier réseau mandate project change promotion doubt courage confiance conflit planning audit market language "
    "engineer stratégie négociation hiring culture quality sécurité logistics energy hospital school family move "
    "restructuring turnaround feedback presence visibilité succession mission travel night shift customer supplier"
).split()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who can sign in: the secret of the session cookie and the workspace's slug."""

    token: str
    slug: str
    in_marketplace: bool


def fill(admin_address: str, mentors: int, *, seed: int = 7, tell: Callable[[str], None] | None = None) -> list[Viewer]:
    """Load ``mentors`` published mentors into an empty, migrated database, and return people who may look at them.

    ``admin_address`` must be a superuser's: rows are copied in with triggers and indexes off, which are put back after.
    About two minutes per million cards and core.
    """
    say = tell or (lambda text: print(text, file=sys.stderr))
    invent = Population(mentors, seed)
    with psycopg.connect(plain_address(admin_address)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for table, columns, rows in invent.tables():
            _copy(connection, table, columns, rows)
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'card' AND indexname LIKE 'ix_card_%'"
        ).fetchall()
        for name, _definition in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        _copy(connection, "card", CARD_COLUMNS, _progress(invent.cards(), mentors, say))
        connection.execute("SET maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            connection.execute(definition)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
    return invent.viewers


CARD_COLUMNS = (
    "org_id mentor_id person_id chosen aud score room capacity name firm title headline skills own_words languages "
    "function industries seniority forms place remote in_person cadence board_mandates time_zone photo story_html facets "
    "search published_at active_at"
).split()


class Population:
    """The people, made one after the other so that a million never stand in memory."""

    def __init__(self, mentors: int, seed: int) -> None:
        self.mentors = mentors
        self.rng = Random(seed)
        self.firms = max(mentors // MENTORS_PER_FIRM, 12)
        self.networks = max(self.firms // FIRMS_PER_NETWORK, 3)
        self.first_firm = self.networks + 1
        self.member_of = {
            self.first_firm + at: sorted(self.rng.sample(range(1, self.networks + 1), self.rng.choice((1, 1, 2))))
            for at in range(self.firms)
        }
        self.open_firms = {firm for firm in self.member_of if self.rng.random() < 0.35}
        self.stories = [self._story() for _ in range(400)]
        self.headlines = [" ".join(self.rng.choices(WORDS, k=9)).capitalize() + "." for _ in range(400)]
        firms = list(self.member_of)
        self.viewers = [
            Viewer(f"bench-viewer-{at}", f"firm-{firm}", firm in self.open_firms)
            for at, firm in enumerate(firms[i % len(firms)] for i in range(VIEWERS))
        ]

    def tables(self) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]:
        organisation = "id kind slug name accent locale industry in_marketplace request_approval max_open_requests"
        yield "organisation", organisation.split(), self._organisations()
        memberships = ((network, firm, "active") for firm, networks in self.member_of.items() for network in networks)
        yield "firm_membership", ("network_id", "firm_id", "state"), memberships
        yield "person", ("id", "name", "locale", "time_zone"), self._people()
        people = "org_id id person_id role job_title work_email".split()
        yield "affiliation", people, self._affiliations()
        accounts = ((self._viewer(at), f"viewer{at}@bench.example", True, v.token) for at, v in enumerate(self.viewers))
        yield "account", ("id", "email", "active", "fs_uniquifier"), accounts
        now = datetime.now(UTC)
        sessions = (
            (self._viewer(at), self._viewer(at), hash_of(v.token), "", "", now, now)
            for at, v in enumerate(self.viewers)
        )
        columns = "id person_id token_hash browser system created_at seen_at".split()
        yield "account_session", columns, sessions
        goals = list(SKILLS.slugs[3:40:12])
        mentees = (
            (int(v.slug[5:]), self._viewer(at), self._viewer(at), goals, "", "", "finance", ["en", "fr"], "Paris")
            for at, v in enumerate(self.viewers)
        )
        columns = "org_id affiliation_id person_id goals seeking experience function languages place".split()
        yield "mentee_profile", columns, mentees
        profile = (
            "org_id id affiliation_id person_id state headline story title industries skills own_words languages place "
            "remote in_person forms board_mandates capacity open_slots audience network_ids version"
        ).split()
        yield "mentor_profile", profile, self._profiles()

    def cards(self) -> Iterator[Sequence[Any]]:
        rng = Random(self.rng.random())
        skills, functions, industries = SKILLS.slugs, FUNCTIONS.slugs, INDUSTRIES.slugs
        for at in range(self.mentors):
            firm = self._firm(at)
            audience = rng.choices((Audience.company, Audience.networks, Audience.marketplace), (10, 60, 30))[0]
            chosen = chosen_audiences(audience, firm, self.member_of[firm])
            page = SimpleNamespace(
                id=self._id(at),
                skills=list(dict.fromkeys(skills[min(int(rng.expovariate(0.06)), len(skills) - 1)] for _ in range(5))),
                own_words=[],
                languages=["en", "fr"] if rng.random() < 0.6 else [rng.choice(LANGUAGES.slugs)],
                function=rng.choice(functions),
                industries=[industries[firm % len(industries)]],
                seniority=rng.choice(SENIORITIES.slugs[2:]),
                forms=["cross_company", rng.choice(FORMS.slugs)],
                place=rng.choice(PLACES),
                remote=rng.random() < 0.8,
                in_person=rng.random() < 0.5,
                cadence=rng.choice(CADENCES.slugs),
                board_mandates="",
                title=f"Director of {rng.choice(WORDS)}",
                headline=rng.choice(self.headlines),
                story=rng.choice(self.stories)[: rng.choice((400, 900, 1600))],
            )
            values = card_values(page, name=self._name(at), firm=self._firm_name(firm), photo=None)
            capacity = rng.choice((1, 2, 3))
            active = EPOCH - timedelta(days=rng.randrange(120))
            values |= {
                "org_id": firm,
                "mentor_id": page.id,
                "person_id": page.id,
                "chosen": chosen,
                "aud": [a for a in chosen if a != MARKETPLACE or firm in self.open_firms],
                "room": capacity if rng.random() < 0.8 else 0,
                "capacity": capacity,
                "time_zone": "Europe/Paris",
                "story_html": f"<p>{page.story}</p>",
                "published_at": EPOCH,
                "active_at": active,
            }
            yield [values[column] for column in CARD_COLUMNS]

    def _organisations(self) -> Iterator[Sequence[Any]]:
        for network in range(1, self.networks + 1):
            yield (
                network,
                "network",
                f"network-{network}",
                f"Network {network}",
                "#0e5a5c",
                "en",
                None,
                False,
                "never",
                3,
            )
        for firm in self.member_of:
            name, slug = self._firm_name(firm), f"firm-{firm}"
            yield firm, "company", slug, name, "#0e5a5c", "en", "energy", firm in self.open_firms, "never", 3

    def _people(self) -> Iterator[Sequence[Any]]:
        for at in range(self.mentors):
            yield self._id(at), self._name(at), "en", "Europe/Paris"
        for at, _v in enumerate(self.viewers):
            yield self._viewer(at), f"Viewer {at}", "en", "Europe/Paris"

    def _affiliations(self) -> Iterator[Sequence[Any]]:
        for at in range(self.mentors):
            yield self._firm(at), self._id(at), self._id(at), "member", "", ""
        for at, viewer in enumerate(self.viewers):
            yield int(viewer.slug[5:]), self._viewer(at), self._viewer(at), "member", "Analyst", ""

    def _profiles(self) -> Iterator[Sequence[Any]]:
        for at in range(self.mentors):
            who = self._id(at)
            words: tuple[Any, ...] = ("", "", "", [], [], [], [], "")
            yield self._firm(at), who, who, who, "published", *words, True, False, [], "", 3, 2, "networks", [], 1

    def _firm(self, at: int) -> int:
        return self.first_firm + at % self.firms

    def _id(self, at: int) -> int:
        return 1_000_000 + at * 7

    def _viewer(self, at: int) -> int:
        return 900_000 + at

    def _name(self, at: int) -> str:
        rng = Random(at)
        return f"{_invented(rng, 2)} {_invented(rng, 3)}"

    def _firm_name(self, firm: int) -> str:
        return f"{_invented(Random(-firm), 2)} {_invented(Random(-firm - 1), 2)}"

    def _story(self) -> str:
        words = self.rng.choices(WORDS, weights=[1 / rank for rank in range(1, len(WORDS) + 1)], k=220)
        return " ".join(words)


def _invented(rng: Random, syllables: int) -> str:
    return "".join(rng.choices(SYLLABLES, k=syllables)).capitalize()


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _progress(rows: Iterable[Sequence[Any]], total: int, say: Callable[[str], None]) -> Iterator[Sequence[Any]]:
    for number, row in zip(count(1), rows, strict=False):
        yield row
        if number % 100_000 == 0:
            say(f"{number:,} of {total:,} cards")
