"""Whoever may not be seen any more is gone at once: from lists, counts, suggestions, saved lists and old cursors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.directory import commands, queries
from marketplace.directory.forms import Search
from marketplace.mentors import commands as mentor_commands
from marketplace.mentors.models import Card
from tenants.affiliations.models import Affiliation, PersonalBlock
from tenants.organisations.models import (
    ConflictDeclaration,
    ConflictKind,
    FirmMembership,
    MembershipState,
    Organisation,
)
from tenants.shared.clock import today
from tests.cast import Cast
from tests.factories import NOW, acting, publish

TODAY = 20_759


@pytest.fixture
def published(app: Flask, cast: Cast) -> Cast:
    publish(app, cast.max, skills=["negotiation"])
    with acting(app, cast.mia) as viewer:
        mentor = queries.mentor_or_404(viewer, cast.max.mentor_id or 0)
        commands.save_mentor(acting=viewer, mentor=mentor, now=NOW)
    return cast


def traces(app: Flask, cast: Cast) -> list[str]:
    """Everywhere that Mia still meets Max."""
    max_id = cast.max.mentor_id or 0
    with acting(app, cast.mia) as viewer:
        page = queries.search_mentors(viewer, Search(full=True), today=TODAY)
        cursor = queries._signer(Search(full=True)).dumps([TODAY, 100_000, 0, "after"])
        later = queries.search_mentors(viewer, Search(full=True), today=TODAY, cursor=str(cursor))
        places = {
            "list": max_id in {m.mentor_id for m in page.mentors},
            "total": page.total > 0,
            "counts": any(page.counts.values()),
            "old cursor": max_id in {m.mentor_id for m in later.mentors},
            "similar": max_id in {m.mentor_id for m in queries.similar_mentors(viewer)},
            "saved": max_id in {m.mentor_id for m in queries.saved_mentors(viewer)},
            "named": bool(queries.visible_mentors(viewer, [max_id])),
        }
    return [place for place, still in places.items() if still]


def test_to_begin_with_he_is_everywhere(app: Flask, published: Cast) -> None:
    assert traces(app, published) == ["list", "total", "counts", "old cursor", "similar", "saved", "named"]


def pause(app: Flask, cast: Cast, operator: Session) -> None:
    with acting(app, cast.max) as viewer:
        mentor_commands.pause_profile(acting=viewer, now=NOW)


def narrow(app: Flask, cast: Cast, operator: Session) -> None:
    publish(app, cast.max, audience="company")


def leave(app: Flask, cast: Cast, operator: Session) -> None:
    membership = operator.get(FirmMembership, (cast.ned.org_id, cast.max.org_id))
    assert membership is not None
    membership.state = MembershipState.left
    operator.commit()


def viewer_leaves(app: Flask, cast: Cast, operator: Session) -> None:
    operator.execute(text("DELETE FROM firm_membership WHERE firm_id = :id"), {"id": cast.mia.org_id})
    operator.commit()


def leave_the_firm(app: Flask, cast: Cast, operator: Session) -> None:
    affiliation = operator.get(Affiliation, (cast.max.org_id, cast.max.affiliation_id))
    assert affiliation is not None
    affiliation.ended_on = today()
    operator.commit()


def conflict(one: str, other: str) -> Callable[..., None]:
    def declare(app: Flask, cast: Cast, operator: Session) -> None:
        a, b = cast[one], cast[other]
        operator.add(
            ConflictDeclaration(
                org_id=a.org_id, other_org_id=b.org_id, kind=ConflictKind.competitor, declared_by_id=a.person_id
            )
        )
        operator.commit()

    return declare


def block(one: str, other: str) -> Callable[..., None]:
    def refuse(app: Flask, cast: Cast, operator: Session) -> None:
        a, b = cast[one], cast[other]
        operator.add(PersonalBlock(org_id=a.org_id, person_id=a.person_id, blocked_person_id=b.person_id))
        operator.commit()

    return refuse


@pytest.mark.parametrize(
    "vanish",
    [
        pause,
        narrow,
        leave,
        viewer_leaves,
        leave_the_firm,
        conflict("mia", "max"),
        conflict("max", "mia"),
        block("mia", "max"),
        block("max", "mia"),
    ],
)
def test_he_is_gone_everywhere_at_once(
    app: Flask, published: Cast, operator: Session, vanish: Callable[..., None]
) -> None:
    vanish(app, published, operator)
    assert traces(app, published) == []


def test_a_firm_that_leaves_a_network_is_gone_there_in_the_same_transaction(published: Cast, operator: Session) -> None:
    aud = select(Card.aud).where(Card.mentor_id == published.max.mentor_id)
    assert operator.scalar(aud) == [published.ned.org_id]
    operator.execute(
        text("UPDATE firm_membership SET state = 'left' WHERE firm_id = :id"), {"id": published.max.org_id}
    )
    assert operator.scalar(aud) == []
    operator.execute(
        text("UPDATE firm_membership SET state = 'active' WHERE firm_id = :id"), {"id": published.max.org_id}
    )
    assert operator.scalar(aud) == [published.ned.org_id]
    operator.rollback()


def test_a_firm_that_leaves_the_marketplace_takes_its_mentors_along(app: Flask, cast: Cast, operator: Session) -> None:
    publish(app, cast.olga)
    acme, hooli = (operator.get(Organisation, actor.org_id) for actor in (cast.mia, cast.olga))
    assert acme is not None
    assert hooli is not None
    listed: list[Any] = []
    for acme_in, hooli_in in ((False, True), (True, True), (True, False)):
        acme.in_marketplace, hooli.in_marketplace = acme_in, hooli_in
        operator.commit()
        with acting(app, cast.mia) as viewer:
            listed.append(queries.search_mentors(viewer, Search(), today=TODAY).total)
    assert listed == [0, 1, 0]


def test_a_mentor_cannot_write_a_card_into_a_network_that_is_not_theirs(app: Flask, published: Cast) -> None:
    with acting(app, published.max):
        from tenants.shared.database import db

        everywhere = {"aud": [published.hal.org_id, 0, published.ned.org_id]}
        changed = db.session.execute(
            text("UPDATE card SET chosen = :aud, aud = :aud RETURNING aud"), everywhere
        ).scalar_one()
        assert changed == [published.ned.org_id]
