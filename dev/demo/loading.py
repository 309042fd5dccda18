"""Puts the demo into the database: everything in one transaction, as the owner of the tables.

COPY does not work under row-level security, so the owner lays its ``FORCE`` aside inside the transaction and puts it
back before the commit: no other session ever sees the tables without it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.types.json import JsonbDumper

from dev.demo.people import Page
from dev.demo.rows import ORDER, Rows
from dev.demo.world import Member, Mentor, Org
from marketplace.directory.words import IN_PERSON, REMOTE, name_lexemes, place_key, text_lexemes, tsvector
from marketplace.mentors import cards, drafts, stories
from tenants.accounts.security import SETTINGS
from tenants.walls import role_name

KEPT = frozenset({"alembic_version", "wall_key"})
"""Tables that a reset leaves alone."""

APPEND_ONLY = (("activity", "keep_all_activity"), ("activity_checkpoint", "keep_checkpoints"))
"""Tables that nobody may empty, and the trigger that sees to it: only the demo begins its history again."""

SAME_ON_CARD = (
    *("title", "headline", "skills", "own_words", "languages", "function", "industries", "seniority", "forms"),
    *("place", "remote", "in_person", "cadence", "board_mandates"),
)


class DemoProblem(Exception):
    """Why the demo cannot be loaded, as a sentence that says what to do."""


def hash_password(password: str) -> str:
    """``password`` as the product stores it: Argon2id with the product's own parameters."""
    options = SETTINGS["PASSWORD_HASH_PASSLIB_OPTIONS"]
    return PasswordHasher(
        time_cost=options["argon2__time_cost"],
        memory_cost=options["argon2__memory_cost"],
        parallelism=options["argon2__parallelism"],
    ).hash(password)


# --- rows -----------------------------------------------------------------------------------------------------------


def add_organisation(rows: Rows, org: Org) -> None:
    rows.add(
        "organisation",
        id=org.id,
        kind=org.kind,
        slug=org.slug,
        name=org.name,
        accent=org.accent,
        locale=org.locale,
        industry=org.firm.industry if org.firm else None,
        in_marketplace=org.in_marketplace,
        request_approval="always" if org.needs_approval else "never",
        max_open_requests=5 if org.slug == "lumen-energie" else 3,
        invited_by_id=None,
        welcome_open=org.welcome_open,
        created_at=org.created_at,
    )


def add_member(rows: Rows, member: Member, password_hash: str) -> None:
    """The person, their account and their affiliation. Everybody signs in with the same password."""
    rows.add(
        "person",
        id=member.person_id,
        name=member.name,
        locale=member.human.locale,
        time_zone=member.org.time_zone,
        created_at=member.since,
    )
    rows.add(
        "account",
        id=member.person_id,
        email=member.email,
        password=password_hash,
        active=True,
        fs_uniquifier=secrets.token_urlsafe(32),
        confirmed_at=member.since,
        last_sign_in_at=None,
        created_at=member.since,
    )
    rows.add(
        "affiliation",
        org_id=member.org.id,
        id=member.affiliation_id,
        person_id=member.person_id,
        role=member.role,
        job_title=member.human.title,
        work_email=member.email,
        started_on=member.since.date(),
        ended_on=None,
        closed_at=None,
        created_at=member.since,
    )


def add_mentor(rows: Rows, mentor: Mentor) -> None:
    """The mentor's page, and its card when it is published."""
    page, member = mentor.page, mentor.member
    words = {name: getattr(page, name) for name in drafts.PUBLISHED_FIELDS}
    rows.add(
        "mentor_profile",
        org_id=member.org.id,
        id=mentor.profile_id,
        affiliation_id=member.affiliation_id,
        person_id=member.person_id,
        state=mentor.state,
        **words,
        capacity=page.capacity,
        open_slots=mentor.room,
        published=None if mentor.published_at is None else words,
        version=1,
        published_at=mentor.published_at,
        updated_at=mentor.updated_at,
        created_at=mentor.created_at,
    )
    if mentor.state != "published":
        return
    chosen = mentor.chosen
    usable = sorted(member.org.audiences.intersection(chosen))
    rows.add(
        "card",
        org_id=member.org.id,
        mentor_id=mentor.profile_id,
        person_id=member.person_id,
        chosen=chosen,
        aud=usable,
        room=max(mentor.room, 0),
        capacity=page.capacity,
        **card_values(page, member.name, member.org.name),
        time_zone=member.org.time_zone,
        story_html=story_html(page.story),
        published_at=mentor.published_at,
        active_at=max(mentor.updated_at, mentor.published_at or mentor.updated_at),
    )


def card_values(page: Page, name: str, firm: str) -> dict[str, Any]:
    """What the product's ``cards.card_values`` gives, ten times faster: what was seen before is not read again."""
    facets = cards.facets(page)
    return {field: getattr(page, field) for field in SAME_ON_CARD} | {
        "score": cards.score(page, photo=None),
        "name": name,
        "firm": firm,
        "photo": None,
        "facets": facets,
        "search": _search(page, name, firm, facets),
    }


def _search(page: Page, name: str, firm: str, facets: list[str]) -> str:
    """As ``cards.search_vector``, part by part; PostgreSQL keeps the best weight of a lexeme that comes twice."""
    parts = [
        *(_name_lexemes(word) for word in name.split()),
        *map(_facet_lexeme, facets),
        _text_lexemes(page.headline, "B"),
        *(_text_lexemes(text, "C") for text in (page.title, firm, page.place, *page.own_words)),
        *(_text_lexemes(paragraph, "D") for paragraph in page.story.split("\n\n")),
    ]
    return " ".join(filter(None, parts))


@lru_cache(maxsize=20_000)
def _name_lexemes(word: str) -> str:
    return tsvector(name_lexemes(word))


@lru_cache(maxsize=20_000)
def _text_lexemes(text: str, weight: str) -> str:
    return tsvector(text_lexemes(text, weight))


@lru_cache(maxsize=20_000)
def _facet_lexeme(token: str) -> str:
    if token.startswith("w:") and token not in (REMOTE, IN_PERSON):
        token = f"w:{place_key(token[2:].replace('_', ' '))}"
    return tsvector([(token, "B")])


def story_html(story: str) -> str:
    """What the product's ``story_html`` gives: a page's paragraphs stand alone, so each is rendered once."""
    return "".join(_paragraph_html(paragraph) for paragraph in story.split("\n\n"))


@lru_cache(maxsize=20_000)
def _paragraph_html(paragraph: str) -> str:
    return str(stories.story_html(paragraph))


# --- the database ---------------------------------------------------------------------------------------------------


class Loader:
    """One load: opened by ``loading``, which commits everything or nothing."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        connection.adapters.register_dumper(dict, JsonbDumper)

    def copy(self, rows: Rows) -> None:
        """Put every row where it belongs."""
        with self.connection.cursor() as cursor:
            for table, columns, values in rows.tables():
                names = sql.SQL(", ").join(map(sql.Identifier, columns))
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
                with cursor.copy(statement) as stream:
                    for row in values:
                        stream.write_row(row)

    def is_empty(self) -> bool:
        return not self._holds(sql.SQL("SELECT EXISTS (SELECT FROM organisation)"))

    def erase(self) -> None:
        """Empty every table of the product. Raises ``DemoProblem`` where an account is not the demo's own."""
        if self._holds(sql.SQL("SELECT EXISTS (SELECT FROM account WHERE email NOT LIKE '%.example')")):
            raise DemoProblem(
                "This database holds accounts that are not the demo's (their addresses do not end in .example)."
                " Nothing was erased; give the demo a database of its own."
            )
        tables = [name for name in self._tables() if name not in KEPT]
        for table, trigger in APPEND_ONLY:
            self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        self.connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for table, trigger in APPEND_ONLY:
            self.connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        self.connection.execute("DELETE FROM procrastinate_jobs")

    def number_organisations_from(self, number: int) -> None:
        self.connection.execute("SELECT setval('organisation_id_seq', %s, false)", (number,))

    @contextmanager
    def indexes_afterwards(self, many: bool) -> Iterator[None]:
        """With ``many`` cards to come, the directory's indexes are built at the end in one go, and the database does not
        work out each card's audience again: three times quicker.
        """
        if not many:
            yield
            return
        found = self.connection.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'card'
               AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
        ).fetchall()
        for name, _ in found:
            self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for trigger in ("keep_audience", "consent_by_card"):
            self.connection.execute(f"ALTER TABLE card DISABLE TRIGGER {trigger}")
        yield
        for trigger in ("keep_audience", "consent_by_card"):
            self.connection.execute(f"ALTER TABLE card ENABLE TRIGGER {trigger}")
        self.connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in found:
            self.connection.execute(definition)

    def _holds(self, question: sql.SQL) -> bool:
        row = self.connection.execute(question).fetchone()
        return bool(row and row[0])

    def _tables(self) -> list[str]:
        rows = self.connection.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE 'procrastinate%' ORDER BY 1"""
        )
        return [name for (name,) in rows]


@contextmanager
def loading(address: str) -> Iterator[Loader]:
    """A load into the database at ``address`` (the operator's, without a driver's name): all of it, or nothing.

    Raises ``DemoProblem`` when the database cannot be reached or is not prepared.
    """
    try:
        connection = psycopg.connect(address, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DemoProblem(f"The database does not answer: {str(error).splitlines()[0]}") from None
    with connection:
        try:
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role_name("owner"))))
            connection.execute("SELECT FROM organisation LIMIT 0")
        except psycopg.Error:
            raise DemoProblem("The database is not prepared. Run first: passerelle database prepare") from None
        _force(connection, "NO FORCE")
        yield Loader(connection)
        # The log is chained now: a table with work left for the commit cannot be altered.
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _force(connection, "FORCE")
    with psycopg.connect(address, autocommit=True) as after:
        after.execute("ANALYZE")


def _force(connection: psycopg.Connection, word: str) -> None:
    for table in ORDER:
        connection.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(sql.Identifier(table), sql.SQL(word)))
