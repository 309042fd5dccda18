"""Mia (Acme) has published a dossier in Bridge. Max sits on Globex' nomination committee, Abe on that of Acme, her employer."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.dossiers.models import BoardDossier, DossierVersion
from marketplace.visibility.models import NominationCommitteeMember, Showing, ShownTo, ShownWhat
from tenants.shared.database import new_id

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FACE = {
    "headline": {"en": "Finance lead who has run an audit", "fr": "Directrice financière, un audit mené"},
    "proposition": {"en": "Ten years of closing books in two countries.", "fr": "Dix ans de clôtures dans deux pays."},
    "competencies": {"finance": 3, "audit_risk": 2},
    "functions": ["finance"],
    "sectors": ["energy"],
    "languages": ["en", "fr"],
    "region": "",
    "experience": "10_20",
    "committees": ["audit"],
    "mandates": "none",
    "days_a_year": 20,
}


def publish_dossier(session, actor, network_id):
    """A dossier with one published version, straight into the tables."""
    dossier = BoardDossier(
        org_id=network_id,
        person_id=actor.person_id,
        content={},
        published_number=1,
        created_at=LONG_AGO,
        saved_at=LONG_AGO,
    )
    session.add(dossier)
    session.flush()
    session.add(
        DossierVersion(
            org_id=network_id,
            dossier_id=dossier.id,
            number=1,
            person_id=actor.person_id,
            content={},
            face=FACE,
            published_at=LONG_AGO,
        )
    )
    session.flush()


def seat(session, actor, by):
    session.add(
        NominationCommitteeMember(
            org_id=actor.org_id,
            person_id=actor.person_id,
            affiliation_id=actor.affiliation_id,
            named_by_id=by.person_id,
            named_at=LONG_AGO,
        )
    )
    session.flush()


def consent(session, actor, network_id, days=30, to=ShownTo.committees, org_id=None, hidden=True):
    today = session.scalar(sa.text("SELECT current_date"))
    one = Showing(
        id=new_id(),
        org_id=network_id,
        person_id=actor.person_id,
        what=ShownWhat.card,
        to_kind=to,
        to_org_id=org_id,
        from_on=today,
        until_on=today + timedelta(days=days),
        hide_from_employer=hidden,
        created_at=LONG_AGO,
    )
    session.add(one)
    session.commit()
    return one


@pytest.fixture
def scene(operator, cast):
    publish_dossier(operator, cast.mia, cast.ned.org_id)
    seat(operator, cast.max, cast.gil)
    seat(operator, cast.abe, cast.ann)
    operator.commit()
    return cast


@pytest.fixture
def inside(database):
    """Ask the database as somebody in the web's role: nothing of the application before it."""

    engine = sa.create_engine(database, poolclass=sa.NullPool)

    @contextmanager
    def entered(actor):
        with engine.connect() as connection:
            connection.execute(
                sa.text("SELECT enter_workspace(:token, :slug)"), {"token": actor.token, "slug": actor.slug}
            )
            connection.exec_driver_sql("SET LOCAL ROLE passerelle_web")
            yield connection

    return entered
