"""The access contract: every endpoint, the whole cast, one expected status each. An endpoint that is not listed fails."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.contracts import access
from tests.contracts.scene import Scene
from tests.contracts.stage import Stage
from tests.contracts.table import Row, nothing

OPEN_TO_ALL = frozenset({"static", "accent", "health.health", "health.ready"})
"""Endpoints that answer everybody alike and know no tenant."""


def rows() -> list[Row]:
    found = []
    for module in pkgutil.iter_modules(access.__path__):
        found += importlib.import_module(f"{access.__name__}.{module.name}").ROWS
    return found


ROWS = rows()


def named(row: Row) -> str:
    return f"{row.method} {row.endpoint}"


def address(app: Flask, row: Row, scene: Scene, slug: str | None) -> str:
    with app.test_request_context():
        values = dict(row.url(scene))
        if slug is not None:
            values["organisation"] = slug
        return url_for(row.endpoint, **values)


def ask(stage: Stage, client: FlaskClient, row: Row, path: str) -> int:
    """The status. Whoever reads, is refused or is sent to the sign-in leaves the scene as it is."""
    if row.method == "GET":
        return client.get(path).status_code
    answer = client.open(path, method=row.method, data=dict(row.form))
    if answer.status_code < 400 and "/sign-in" not in answer.headers.get("Location", ""):
        stage.changed()
    return answer.status_code


def test_every_endpoint_is_in_the_contract(app: Flask):
    listed = {(row.method, row.endpoint) for row in ROWS}
    served = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_TO_ALL
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served - listed == set(), (
        "List these in tests/contracts/access/<feature>.py: who may, and what everybody else gets."
    )
    assert listed - served == set(), "These are listed and no longer served."


def holds(row: Row, names: Collection[str], app: Flask, stage: Stage, sign_in, anonymous) -> None:
    """Nobody, and those of the cast who are named, get what the row says."""
    scene = stage()
    path = address(app, row, scene, row.slug)
    got: dict[str, int] = {"(nobody)": ask(stage, anonymous, row, path)}
    wanted: dict[str, int] = {"(nobody)": row.anonymous}
    for name in sorted(names, key=lambda name: name in row.expected):
        stage()
        got[name] = ask(stage, sign_in(scene.cast[name]), row, path)
        wanted[name] = row.expected.get(name, row.others)
    assert got == wanted


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_of_the_cast_gets_what_the_contract_says(row: Row, app: Flask, stage: Stage, sign_in, anonymous):
    holds(row, stage.scene.cast, app, stage, sign_in, anonymous)


POINTING = [row for row in ROWS if row.slug and row.url is not nothing]


@pytest.mark.parametrize("row", POINTING, ids=named)
def test_another_tenants_id_and_a_missing_id_are_the_same_page(row: Row, app: Flask, stage: Stage, sign_in):
    scene = stage()
    real = row.url(scene)
    missing = {name: 1 if isinstance(value, int) else value for name, value in real.items()}
    # Olga shares neither a firm nor a network with anybody in the scene.
    client = sign_in(scene.olga)
    answers = []
    for values in (real, missing):
        with app.test_request_context():
            path = url_for(row.endpoint, organisation=scene.olga.slug, **values)
        answers.append(client.open(path, method=row.method, data=dict(row.form)))
    wanted = 303 if row.own_list else 404
    if {answer.status_code for answer in answers} != {404}:
        stage.changed()
    assert [answer.status_code for answer in answers] == [wanted, wanted]
    assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    assert answers[0].data == answers[1].data
