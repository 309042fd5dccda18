"""A board cohort of Bridge: Mia (Acme) is a candidate, Max (Globex) accompanies her."""

from __future__ import annotations

import contextlib
import re
import zlib
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.programmes.modalities import Form, Side
from tenants.accounts.models import Person
from tests.factories import NOW, enrol, make_cohort, make_pair, make_programme, publish

BASE = "/acme/dossier/bridge"


@pytest.fixture(autouse=True)
def _at(monkeypatch):
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def board(app, cast, operator):
    publish(app, cast.max)
    operator.execute(sa.update(Person).values(locale="en"))
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, form=Form.board)
    cohort = make_cohort(operator, programme, launch_on=date(2026, 10, 5))
    enrol(operator, cohort, cast.mia, Side.mentee)
    enrol(operator, cohort, cast.max, Side.mentor)
    pair = make_pair(operator, cohort, cast.mia, cast.max)
    operator.commit()
    return pair


def sheet(**more):
    """A dossier that can be published, as a browser sends it."""
    return {
        "headline.en": "Operations, for boards that close and open sites",
        "proposition.en": "I have closed a plant and kept its people.",
        "proposition.fr": "J’ai fermé une usine en gardant ses salariés.",
        "positions-0-organisation": "Éts Corbeau",
        "positions-0-from_year": "2011",
        "positions-0-title_en": "Plant director",
        "positions-0-title_fr": "Directrice d’usine",
        "spoken-0-language": "fr",
        "spoken-0-level": "first",
        "spoken-1-language": "de",
        "spoken-1-level": "basic",
        "education-0-school": "École de Valcombe",
        "references-0-name": "Odile Ferrand",
        "references-0-contact": "odile@ferrand.example",
        "level.finance": "3",
        "evidence.finance.en": "Four warehouses, and a bank’s covenants in one bad year.",
        "days_a_year": "33",
        "card_headline.en": "Operations at the top of an industrial group",
        "card_proposition.en": "Closes sites without losing people.",
        "functions": ["operations"],
        "sectors": ["industry", "transport"],
        "experience": "10_20",
    } | {key.replace("__", "."): value for key, value in more.items()}


def streams(data):
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(found.group(1))
