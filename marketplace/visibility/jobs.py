"""Letters of introductions and of requests for a dossier, and the clock that reminds and lets lapse.

A candidate's letters are between them and the door: their employer's coordinators see that none was written.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job
from tenants.shared.letters import queue_letter

INTRODUCTION = sa.text("SELECT * FROM introduction_told(:id)")
REQUEST = sa.text("SELECT * FROM dossier_request_told(:id)")


def _told(query: sa.TextClause, which: int) -> sa.RowMapping | None:
    return db.session.execute(query, {"id": which}).mappings().first()


def _to_candidate(one: sa.RowMapping, kind: str, path: str, data: dict[str, Any]) -> None:
    """Whoever is between employers finds it on their page when they are back."""
    if one["candidate_org_id"] is None:
        return
    path = f"/{one['candidate_slug']}{path}"
    queue_letter(
        kind,
        org_id=one["candidate_org_id"],
        person_id=one["candidate_id"],
        now=clock.now(),
        data={"firm_name": one["organisation"], "network_name": one["network"], "url": path} | data,
        path=path,
    )


def _to_seeker(one: sa.RowMapping, kind: str, path: str, data: dict[str, Any]) -> None:
    """To who asked, while they belong to the organisation for which they did."""
    if one["asker_id"] is None:
        return
    path = f"/{one['asker_slug']}{path}"
    queue_letter(
        kind,
        org_id=one["asker_org_id"],
        person_id=one["asker_id"],
        now=clock.now(),
        data={"network_name": one["network"], "url": path} | data,
        path=path,
    )


def _write_candidate(org_id: int, introduction_id: int, *, again: bool = False) -> None:
    one = _told(INTRODUCTION, introduction_id)
    if one is None:
        return
    data = {
        "seat": one["seat"],
        "state": one["state"],
        "due_at": one["answer_due"].isoformat(),
        "again": "again" if again else "",
    }
    kind = "introduction_asked" if one["state"] == "asked" else "introduction_settled"
    _to_candidate(one, kind, f"/introductions/{org_id}/{introduction_id}", data)


def _write_seeker(org_id: int, introduction_id: int, news: str = "") -> None:
    one = _told(INTRODUCTION, introduction_id)
    if one is not None:
        data = {"seat": one["seat"], "state": news or one["state"]}
        _to_seeker(one, "introduction_answered", f"/introductions/{org_id}/{introduction_id}", data)


@tenant_job("tell_candidate_of_introduction")
def tell_candidate(*, org_id: int, introduction_id: int) -> None:
    _write_candidate(org_id, introduction_id)
    db.session.commit()


@tenant_job("tell_seeker_of_introduction")
def tell_seeker(*, org_id: int, introduction_id: int, news: str = "") -> None:
    """``news``: ``contradicted``, where the state alone would say something else."""
    _write_seeker(org_id, introduction_id, news)
    db.session.commit()


@tenant_job("tell_network_of_introduction")
def tell_network(*, org_id: int, introduction_id: int) -> None:
    one = _told(INTRODUCTION, introduction_id)
    if one is None:
        return
    path = f"/{one['network_slug']}/introductions/{org_id}/{introduction_id}"
    for person_id in db.session.scalars(sa.select(sa.func.coordinators_of(org_id))):
        queue_letter(
            "introduction_help",
            org_id=org_id,
            person_id=person_id,
            now=clock.now(),
            data={"firm_name": one["organisation"], "seat": one["seat"], "url": path},
            path=path,
        )
    db.session.commit()


@tenant_job("tell_candidate_of_dossier_request")
def tell_of_request(*, org_id: int, request_id: int) -> None:
    one = _told(REQUEST, request_id)
    if one is not None and one["state"] == "asked":
        _to_candidate(one, "dossier_asked", f"/visibility/?network={org_id}", {})
    db.session.commit()


@tenant_job("tell_seeker_of_dossier_answer")
def tell_of_dossier_answer(*, org_id: int, request_id: int) -> None:
    one = _told(REQUEST, request_id)
    if one is not None and one["state"] != "asked":
        data = {"state": one["state"], "until_on": one["until_on"].isoformat() if one["until_on"] else ""}
        _to_seeker(one, "dossier_answered", f"/candidates/{org_id}/{one['card_id']}/dossier", data)
    db.session.commit()


@tenant_job("turn_introduction")
def turn(*, org_id: int, introduction_id: int) -> None:
    """Once each: the reminder, and the end of one that nobody answered in time."""
    query = sa.text("SELECT turn_introduction(:id, :now)")
    done = db.session.scalar(query, {"id": introduction_id, "now": clock.now()})
    if done == "reminded":
        _write_candidate(org_id, introduction_id, again=True)
    elif done == "lapsed":
        _write_seeker(org_id, introduction_id)
    db.session.commit()


@clock_job("turn_introductions", "*/15 * * * *")
def turn_introductions() -> None:
    for row in db.session.execute(sa.text("SELECT * FROM introductions_due(:now)"), {"now": clock.now()}):
        enqueue(turn, org_id=row.org_id, introduction_id=row.id, once=f"turn_introduction {row.id}")
