"""A candidate writes, publishes and withdraws their dossier, keeps their mandates, and shares the draft with their mentor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.dossiers import queries
from marketplace.dossiers.content import Dossier, flat, from_flat
from marketplace.dossiers.deriving import face_from, missing
from marketplace.dossiers.following import tell_followers
from marketplace.dossiers.jobs import log_dossier
from marketplace.dossiers.models import BoardDossier, BoardMandate, DossierComment, DossierVersion
from marketplace.dossiers.queries import Place, Shared
from marketplace.dossiers.telling import telling_words
from marketplace.mentors.drafts import Window, differences, merge
from tenants.current import Acting
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Saved:
    """``elsewhere``: fields that another window changed meanwhile. ``contested``: fields that both changed, as stored."""

    dossier: BoardDossier
    elsewhere: tuple[str, ...]
    contested: Mapping[str, Any]


def _for_writing(acting: Acting, place: Place, now: datetime) -> BoardDossier:
    """The row, locked until the commit; made where there is none, also by two windows at once."""
    made = {"org_id": place.network_id, "id": new_id(), "person_id": acting.person_id, "content": Dossier().kept()}
    made |= {"created_at": now, "saved_at": now, "version": 1}
    db.session.execute(insert(BoardDossier).values(made).on_conflict_do_nothing())
    return _own_for_writing(acting, place)


def _own_for_writing(acting: Acting, place: Place) -> BoardDossier:
    found = db.session.scalar(
        sa.select(BoardDossier)
        .where(BoardDossier.org_id == place.network_id, BoardDossier.person_id == acting.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Refused(_("There is no dossier yet. Write a first line."))
    return found


def save_draft(
    *, acting: Acting, place: Place, values: Mapping[str, Any], window: Window | None, now: datetime
) -> Saved:
    """Keep what the candidate wrote (``content.FIELDS``, checked by the form). Others see none of it before it is published;
    their mentor does while they share the draft. Saving what is already stored changes nothing.
    """
    dossier = _for_writing(acting, place, now)
    there = flat(Dossier.model_validate(dossier.content))
    merged = merge(window, values, there, saved_in=dossier.saved_in)
    changed = differences(merged.values, there)
    if changed:
        dossier.content = from_flat({**there, **changed}).kept()
        agreed = not (merged.elsewhere or merged.contested)
        dossier.saved_in = window.name if window and agreed else ""
        dossier.version += 1
        dossier.saved_at = now
    db.session.commit()
    return Saved(dossier, merged.elsewhere, merged.contested)


def _changed_for_others(acting: Acting, verb: str, dossier: BoardDossier, now: datetime) -> None:
    db.session.flush()
    tell_followers(dossier.org_id, acting.person_id)
    db.session.execute(sa.text("SELECT forget_papers_about_me()"))
    jobs.announce(verb, org_id=dossier.org_id, person_id=acting.person_id)
    jobs.enqueue(
        log_dossier,
        org_id=dossier.org_id,
        person_id=acting.person_id,
        dossier_id=dossier.id,
        verb=verb,
        at=now.isoformat(),
    )


def publish(*, acting: Acting, place: Place, now: datetime) -> DossierVersion:
    """Make a numbered version of the draft with its mandates; it is what others may be shown from now on. Publishing once more
    what is published makes none.

    Raises ``Refused`` while something is missing, or the card's words tell who it is about.
    """
    dossier = _own_for_writing(acting, place)
    content = queries.whole(dossier, queries.mandates_of(acting, place))
    if missing(content) or telling_words(content, own_name=acting.person_name, employers=[acting.org_name]):
        raise Refused(_("Your dossier is not ready to be published."))
    versions = queries.versions_of(acting, place)
    latest = next((one for one in versions if one.number == dossier.published_number), None)
    if latest is not None and latest.content == content.kept():
        db.session.commit()
        return latest
    version = DossierVersion(
        org_id=place.network_id,
        id=new_id(),
        dossier_id=dossier.id,
        number=max((one.number for one in versions), default=0) + 1,
        person_id=acting.person_id,
        content=content.kept(),
        face=face_from(content).model_dump(mode="json"),
        published_at=now,
    )
    db.session.add(version)
    dossier.published_number = version.number
    _changed_for_others(acting, "dossier.published", dossier, now)
    db.session.commit()
    return version


def withdraw(*, acting: Acting, place: Place, now: datetime) -> None:
    """Nobody is shown the dossier or its card from this moment; draft and versions stay the candidate's."""
    dossier = _own_for_writing(acting, place)
    if dossier.published_number is not None:
        dossier.published_number = None
        _changed_for_others(acting, "dossier.withdrawn", dossier, now)
    db.session.commit()


def restore(*, acting: Acting, place: Place, version: DossierVersion, now: datetime) -> None:
    """The words of a version become the draft; mandates are as they are, and what is published stays so."""
    dossier = _own_for_writing(acting, place)
    dossier.content = Dossier.model_validate(version.content).model_copy(update={"mandates": ()}).kept()
    dossier.saved_in, dossier.saved_at, dossier.version = "", now, dossier.version + 1
    db.session.commit()


def share(*, acting: Acting, place: Place, shared: bool, now: datetime) -> None:
    """Let the mentor of the moment read the draft, or no longer."""
    dossier = _for_writing(acting, place, now)
    dossier.shares_draft = shared
    db.session.commit()


def add_mandate(*, acting: Acting, place: Place, values: Mapping[str, Any], now: datetime) -> BoardMandate:
    mandate = BoardMandate(
        org_id=place.network_id, id=new_id(), person_id=acting.person_id, created_at=now, updated_at=now, **values
    )
    db.session.add(mandate)
    db.session.commit()
    return mandate


def change_mandate(*, mandate: BoardMandate, values: Mapping[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(mandate, name, value)
    mandate.updated_at = now
    db.session.commit()


def remove_mandate(*, mandate: BoardMandate) -> None:
    """One that was put down by mistake. Raises ``Refused`` for one that came of an introduction: that one is ended."""
    if mandate.introduction_id is not None:
        raise Refused(_("This mandate came of an introduction. Say until when you held it instead."))
    db.session.delete(mandate)
    db.session.commit()


def comment(*, acting: Acting, shared: Shared, part: str, words: str, now: datetime) -> None:
    """What the mentor says of a part of the draft, to the candidate alone."""
    db.session.add(
        DossierComment(
            org_id=shared.pair_org_id,
            id=new_id(),
            mentorship_id=shared.pair_id,
            mentee_person_id=shared.person_id,
            mentor_person_id=acting.person_id,
            network_id=shared.network_id,
            part=part,
            words=words,
            created_at=now,
        )
    )
    db.session.commit()


def settle_comment(*, comment: DossierComment, now: datetime) -> None:
    comment.settled_at = comment.settled_at or now
    db.session.commit()
