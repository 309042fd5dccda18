"""The full dossier: asked for by a seeker, opened by its candidate to one organisation until a day, or by a secret link."""

from __future__ import annotations

import secrets
from datetime import date, datetime

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from marketplace.visibility import jobs
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tenants.shared.jobs import enqueue
from tenants.shared.secrets import hash_of

ASK = sa.text("SELECT * FROM ask_dossier(:network, :card, :reason, :now)")
ANSWER = sa.text("SELECT answer_dossier_request(:network, :id, :until, :now)")
MAKE = sa.text("SELECT make_dossier_link(:network, :hash, :recipient, :until, :now)")
REVOKE = sa.text("SELECT revoke_dossier_links(:network, :id, :now)")


def ask_dossier(*, acting: Acting, network_id: int, card_id: int, reason: str, now: datetime) -> None:
    """Once: while a question waits, or the dossier is open, another adds nothing. 404 where the card is not shown to the viewer;
    raises Refused for a month after the candidate's no.
    """
    values = {"network": network_id, "card": card_id, "reason": reason, "now": now}
    asked = db.session.execute(ASK, values).first()
    if asked is None:
        abort(404)
    if asked.outcome == "declined":
        raise Refused(_("The candidate has said no. You may ask again a month after that."))
    if asked.outcome == "asked":
        enqueue(jobs.tell_of_request, org_id=network_id, request_id=asked.id)
        record(
            "dossier.asked",
            org_ids=[acting.org_id],
            now=now,
            subject=("dossier_request", asked.id),
            actor=(acting.person_id, acting.person_name),
        )
    db.session.commit()


def answer_request(*, network_id: int, request_id: int, until_on: date | None, now: datetime) -> None:
    """The candidate's yes until a day (included), or no (None). 404 for a request to somebody else; Refused once answered."""
    values = {"network": network_id, "id": request_id, "until": until_on, "now": now}
    done = db.session.scalar(ANSWER, values)
    if not done:
        abort(404)
    if done != "done":
        raise Refused(_("You have answered this already."))
    enqueue(jobs.tell_of_dossier_answer, org_id=network_id, request_id=request_id)
    db.session.commit()


def make_link(*, network_id: int, recipient: str, until_on: date, now: datetime) -> str:
    """The secret of the new link, which nobody can read again. Raises Refused without a published dossier."""
    token = secrets.token_urlsafe(32)
    values = {"network": network_id, "hash": hash_of(token), "recipient": recipient, "until": until_on, "now": now}
    if not db.session.scalar(MAKE, values):
        raise Refused(_("Publish your dossier first: a link shows its published version."))
    db.session.commit()
    return token


def revoke_link(*, network_id: int, link_id: int, now: datetime) -> None:
    """It opens nothing from this moment. Once more is no error."""
    db.session.execute(REVOKE, {"network": network_id, "id": link_id, "now": now})
    db.session.commit()
