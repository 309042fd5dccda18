"""Axe on every page of the access contract: English ones on a desktop, in light and dark, French ones on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from sqlalchemy.orm import Session

from tenants.accounts.models import Account, Person
from tests.browser.people import Visitor, seat
from tests.contracts.stage import Stage
from tests.contracts.table import Row
from tests.contracts.test_access import ROWS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOBODY = ""
BESIDES = (
    (NOBODY, "/nothing-here"),
    (NOBODY, "/links/nowhere"),
    ("mia", "/acme/nothing-here"),
    ("mia", "/acme/mentors/{max}"),
    ("mia", "/account/password"),
    ("mia", "/acme/mentors/?q=leading"),
    ("mia", "/acme/mentors/?q=xyzzyx"),
    ("max", "/globex/requests/"),
    ("max", "/globex/profile/"),
    ("ned", "/bridge/mentors/"),
)
"""Pages that the contract does not reach, or reaches once and somebody else finds otherwise."""


def reader_of(row: Row) -> str | None:
    """Who of the cast may read the page; nobody's name when it takes no sign-in, None when it is no page."""
    if row.method != "GET":
        return None
    if row.anonymous == 200:
        return NOBODY
    return next((name for name, status in row.expected.items() if status == 200), None)


FIRST = {row.endpoint: row for row in reversed(ROWS) if reader_of(row) is not None}
"""A page of several workspaces is looked at in each of them once, in English; on the French phone in the first."""

READERS = sorted({reader for row in ROWS if (reader := reader_of(row)) is not None} | {name for name, _path in BESIDES})


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader or "nobody")
def test_axe_finds_nothing_on_any_page(
    reader: str,
    visit: Callable[..., Visitor],
    stage: Stage,
    operator: Session,
    app: Flask,
    hashed_password: str,
    language: str,
):
    scene = stage()
    stage.changed()
    operator.execute(sa.update(Account).values(password=hashed_password))
    operator.execute(sa.update(Person).values(locale=language))
    operator.commit()
    # French is the longer of the two: it has the narrow screen. Contrasts are measured on the wide one, in both schemes.
    visitor = visit(language, phone=language == "fr", judged=True)
    if reader:
        seat(visitor, app, scene.cast[reader])
    with app.test_request_context():
        paths = [
            url_for(row.endpoint, **row.url(scene), **({"organisation": row.slug} if row.slug else {}))
            for row in ROWS
            if reader_of(row) == reader and (language == "en" or row is FIRST[row.endpoint])
        ]
    besides = [path.format(max=scene.max.mentor_id) for name, path in BESIDES if name == reader]
    for path in [*paths, *besides]:
        if visitor.open(path):
            visitor.check()
