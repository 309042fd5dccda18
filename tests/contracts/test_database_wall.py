"""The database's wall by itself: the pages of requests, mentorships and notices with a filter of the application taken
out of every statement, one after the other, and all at once. A page none of whose statements has a filter is not opened
without it: it would send what it always sends.

What counts is what the database hands out, not what a page makes of it: every row is looked at on its way. The
directory's filters are taken out in ``tests/marketplace/directory/test_sight.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression

from marketplace.notices import policy as notices_policy
from marketplace.notices import queries as notices_queries
from marketplace.requests import policy as requests_policy
from tenants.shared.database import db, new_id
from tenants.shared.models import Letter, LetterState, Notice
from tests.factories import NOW
from tests.marketplace.requests.conftest import SECRET_WORDS, _clock, ask, mentors, row, step

__all__ = ["_clock", "ask", "mentors", "step"]

PAIR = {"mia", "max"}
EVERYBODY = (*sorted(PAIR), "ann", "gil", "gus", "ned", "hal", "pam")
PAGES = (
    *("requests/", "requests/approvals", "requests/concerns", "requests/{request}", "requests/{request}/withdrawal"),
    *("mentorships/", "mentorships/{mentorship}", "notices/", "notices/letters", "notices/choices"),
)
FILTERS = (
    *("org_id", "mentor_org_id", "network_id", "person_id", "mentee_person_id", "mentor_person_id"),
    *("author_person_id", "about_person_id", "sent_at", "state", "kind", "about_account", "id", "request_id", "all"),
)

# What only these may be handed, of a pair that is still to confirm and of one that has confirmed.
SECRETS = {
    **{words: {*PAIR, "pam"} for words in SECRET_WORDS},
    "shift leaders": PAIR,
    "in spring": PAIR,
    "at max's desk": {"max"},
    "at pam's desk": {"pam", "max"},
    "He did not come twice": {"mia", "ned"},
    "a notice for Gus": {"gus"},
    "gus-letter@globex.example": {"gil"},
    "gus-account@globex.example": set(),
}


@pytest.fixture
def scene(ask: Any, step: Any, mentors: Any, operator: Session, sign_in: Any) -> dict[str, int]:
    """Mia and Max have written to each other; Pam and Max are a pair; Mia reported a concern; Gus was written to."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "ask_for_more", asked, question="What have you tried so far, and with whom?")
    step(mentors.mia, "answer_question", asked, answer="I shadowed the shift leaders.")
    step(mentors.max, "accept_request", asked, words="Gladly, in spring.", contact="at max's desk")
    step(mentors.mia, "report_concern", asked, reason="no_answer", words="He did not come twice.")
    other = ask(mentors.pam, mentors.max)
    step(mentors.max, "accept_request", other, words="", contact="")
    mentorship = step(mentors.pam, "confirm_request", other, contact="at pam's desk").id
    key = {"org_id": mentors.gus.org_id, "created_at": NOW}
    told = {"mentor_name": "a notice for Gus"}
    operator.add(Notice(id=new_id(), person_id=mentors.gus.person_id, kind="place_free", data=told, path="/", **key))
    for address, account in (("gus-letter@globex.example", False), ("gus-account@globex.example", True)):
        failed = {"state": LetterState.failed, "about_account": account, "data": {}, "attempts": 1, "error": "550"}
        operator.add(Letter(id=new_id(), kind="place_free", address=address, **failed, **key))
    operator.commit()
    return {"request": asked, "mentorship": mentorship}


def filtered(node: Any) -> str | None:
    """The name of the one column that this part of a condition compares."""
    if not isinstance(node, BinaryExpression | UnaryExpression):
        return None
    parts = list(visitors.iterate(node))
    compared = [part.key for part in parts if isinstance(part, sa.Column)]
    return compared[0] if len(compared) == 1 and not any(isinstance(part, sa.Select) for part in parts) else None


def filters_of(statement: Any) -> set[str]:
    """Whatever ``without`` may be asked to take out of the statement, and would."""
    where = statement.whereclause
    found = {filtered(node) for node in visitors.iterate(where)} - {None} if where is not None else set()
    return {*found, "all"} if found else set()


def without(statement: Any, name: str) -> Any:
    """The statement with every comparison of the column ``name`` (or of any one column: ``all``) made true."""

    def replace(node: Any, **_: Any) -> Any:
        column = filtered(node)
        return sa.true() if column is not None and name in (column, "all") else None

    where = statement.whereclause
    if where is None:
        return statement
    bare = statement.with_only_columns(*statement._raw_columns, maintain_column_froms=True)
    bare._where_criteria = ()
    return bare.where(visitors.replacement_traverse(where, {}, replace))


@dataclass
class Handed:
    """Every row that the database answered with, and what the application's statements filtered by."""

    rows: list[str] = field(default_factory=list)
    filters: set[str] = field(default_factory=set)


@contextmanager
def handed_out(app: Flask, removed: str | None) -> Iterator[Handed]:
    """Inside, the application's statements lack a filter."""
    seen = Handed()

    def watch(state: ORMExecuteState) -> Any:
        if not isinstance(state.statement, sa.Select | FromStatement):
            return None
        if isinstance(state.statement, sa.Select):
            seen.filters |= filters_of(state.statement)
            if removed is not None:
                state.statement = without(state.statement, removed)
        frozen = state.invoke_statement().freeze()
        for found in frozen():
            parts = found if isinstance(found, tuple | sa.Row) else [found]
            seen.rows.extend(str(vars(part)) if hasattr(part, "__mapper__") else str(part) for part in parts)
        return frozen()

    factory = db.session.session_factory
    event.listen(factory, "do_orm_execute", watch)
    try:
        yield seen
    finally:
        event.remove(factory, "do_orm_execute", watch)


@pytest.fixture
def look(app: Flask, sign_in: Any, mentors: Any, scene: dict[str, int]) -> Callable[[str, str, str | None], Handed]:
    """Open a page as somebody, with a filter removed; what the database handed out meanwhile."""
    clients = {}

    def looked(name: str, page: str, removed: str | None) -> Handed:
        client = clients.get(name) or clients.setdefault(name, sign_in(mentors[name]))
        with handed_out(app, removed) as seen, suppress(sa.exc.MultipleResultsFound):
            client.get(f"/{mentors[name].slug}/{page.format(**scene)}")
        return seen

    return looked


@pytest.fixture
def visit(look: Callable[[str, str, str | None], Handed]) -> Callable[[str, str | None], str]:
    """Open every page as somebody, with a filter removed; all that the database handed out meanwhile."""
    return lambda name, removed: "\n".join(row for page in PAGES for row in look(name, page, removed).rows)


@pytest.fixture
def no_filter_in_functions(database: str) -> Iterator[None]:
    """Statements that live in the database lack the application's filter as well; the policies stay as they are."""
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        whole = connection.scalar(sa.text("SELECT pg_get_functiondef('request_with_people'::regproc)"))
        bare = re.sub(r"WHERE r\.id = p_request AND .*?;", "WHERE r.id = p_request;", whole, flags=re.DOTALL)
        assert bare != whole
        connection.exec_driver_sql(bare)
        yield
        connection.exec_driver_sql(whole)
    engine.dispose()


@pytest.fixture
def everybody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the application asks of roles is out of the way too."""
    for module, names in (
        (requests_policy, ("may_see_approvals", "may_see_concerns", "may_read", "is_mentee")),
        (notices_policy, ("may_look_after_letters",)),
        (notices_queries, ("may_look_after_letters",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, lambda *_: True)


@pytest.mark.parametrize("name", EVERYBODY)
def test_without_a_filter_of_the_application_the_database_hands_out_no_more(
    name, look, mentors, everybody_may, no_filter_in_functions
):
    for page in PAGES:
        as_it_is = look(name, page, None)
        for removed in (None, *(one for one in FILTERS if one in as_it_is.filters)):
            handed = "\n".join(look(name, page, removed).rows if removed else as_it_is.rows)
            leaked = [secret for secret, readers in SECRETS.items() if name not in readers and secret in handed]
            assert leaked == [], f"{name} was handed what is not theirs by {page}, without the filter on {removed}."


def test_the_test_would_see_a_leak(visit, mentors, everybody_may, no_filter_in_functions, database):
    """With both walls gone, everybody is handed everything: so each secret is on the way of some statement."""
    tables = ("mentoring_request", "request_message", "concern", "mentorship", "notice", "letter", "person")
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            handed = visit("hal", "all")
        finally:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    engine.dispose()
    assert [secret for secret in SECRETS if secret not in handed] == []


def test_each_reads_what_is_theirs(visit, mentors, operator, scene):
    """The filters as they are: nothing is missing either."""
    assert row(operator, scene["request"]).state.value == "accepted"
    assert "shift leaders" in visit("mia", None) and "shift leaders" in visit("max", None)
    assert "a notice for Gus" in visit("gus", None)
    assert "gus-letter@globex.example" in visit("gil", None)
    assert "He did not come twice" in visit("ned", None)
