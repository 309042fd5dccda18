"""Where somebody has a dossier, what is in it, and its versions; what a mentor is shown of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from marketplace.dossiers.content import Dossier, Mandate
from marketplace.dossiers.deriving import kept_mandates
from marketplace.dossiers.face import Face
from marketplace.dossiers.models import BoardDossier, BoardMandate, DossierComment, DossierVersion
from marketplace.mentorships.queries import Pair
from marketplace.readiness import faces as readiness_faces
from marketplace.readiness import queries as readiness
from tenants.current import Acting
from tenants.shared.database import db


def latest_version(person_id: int, network_id: int) -> DossierVersion | None:
    """The version that is published now; None when none is, and to everybody whom the wall does not show it."""
    return db.session.scalar(
        sa.select(DossierVersion)
        .join(
            BoardDossier,
            sa.and_(BoardDossier.org_id == DossierVersion.org_id, BoardDossier.id == DossierVersion.dossier_id),
        )
        .where(
            BoardDossier.org_id == network_id,
            BoardDossier.person_id == person_id,
            BoardDossier.published_number == DossierVersion.number,
        )
    )


def face_of(version: DossierVersion) -> Face:
    return Face.model_validate(version.face)


# --- the candidate's own ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A network on whose board tracks the viewer has a dossier, or may begin one; ``enrolment_id``: their latest there."""

    network_id: int
    slug: str
    name: str
    enrolment_id: int | None


def places(_viewer: Acting) -> list[Place]:
    rows = db.session.execute(sa.text("SELECT network_id, slug, name, enrolment_id FROM dossier_networks()"))
    return [Place(*row) for row in rows]


def place_or_404(viewer: Acting, slug: str) -> Place:
    return next((one for one in places(viewer) if one.slug == slug), None) or abort(404)


def own_dossier(viewer: Acting, place: Place) -> BoardDossier | None:
    return db.session.scalar(
        sa.select(BoardDossier)
        .where(BoardDossier.org_id == place.network_id, BoardDossier.person_id == viewer.person_id)
        .execution_options(populate_existing=True)
    )


def mandates_of(viewer: Acting, place: Place) -> Sequence[BoardMandate]:
    """Those that are held first, then the latest."""
    return db.session.scalars(
        sa.select(BoardMandate)
        .where(BoardMandate.org_id == place.network_id, BoardMandate.person_id == viewer.person_id)
        .order_by(BoardMandate.until_on.desc().nulls_first(), BoardMandate.from_on.desc(), BoardMandate.id)
        .execution_options(populate_existing=True)
    ).all()


def mandate_or_404(viewer: Acting, place: Place, mandate_id: int) -> BoardMandate:
    return next((one for one in mandates_of(viewer, place) if one.id == mandate_id), None) or abort(404)


def versions_of(viewer: Acting, place: Place) -> Sequence[DossierVersion]:
    """The latest first."""
    return db.session.scalars(
        sa.select(DossierVersion)
        .where(DossierVersion.org_id == place.network_id, DossierVersion.person_id == viewer.person_id)
        .order_by(DossierVersion.number.desc())
    ).all()


def version_or_404(viewer: Acting, place: Place, number: int) -> DossierVersion:
    return next((one for one in versions_of(viewer, place) if one.number == number), None) or abort(404)


def whole(dossier: BoardDossier | None, mandates: Sequence[BoardMandate]) -> Dossier:
    """The draft together with its mandates, as a version of it would be."""
    draft = Dossier.model_validate(dossier.content) if dossier else Dossier()
    return draft.model_copy(update={"mandates": kept_mandates(mandates)})


def begun(viewer: Acting, place: Place) -> Dossier:
    """A dossier before its first word: with the candidate's levels and what shows them, from the latest assessment that is
    open to both, or that they gave. In the language they use here.
    """
    for file in readiness.files(viewer):
        if not file.mine or file.cohort_org_id != place.network_id:
            continue
        standings = readiness.standings(viewer, file)
        latest = readiness_faces.latest_shared(standings) or readiness_faces.latest_given(standings)
        if latest and latest.own:
            said = latest.own.said
            locale = "fr" if viewer.locale.startswith("fr") else "en"
            evidence = {slug: {locale: words[:500]} for slug, words in said.evidence.items() if words}
            return Dossier.model_validate({"level": said.levels, "evidence": evidence})
    return Dossier()


# --- the draft as the mentor reads it ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shared:
    """A candidate's draft, shown to the mentor who accompanies them now."""

    network_id: int
    person_id: int
    candidate: str
    pair_org_id: int
    pair_id: int
    saved_at: datetime
    dossier: Dossier


def shared_draft(_viewer: Acting, network_id: int, person_id: int) -> Shared | None:
    query = sa.text("SELECT * FROM shared_dossier(:network, :person)")
    row = db.session.execute(query, {"network": network_id, "person": person_id}).mappings().first()
    if row is None:
        return None
    mandates = tuple(
        Mandate(
            organisation=one["organisation_name"],
            **{name: one[name] for name in ("role", "committees", "listed", "executive", "from_on", "until_on")},
        )
        for one in row["mandates"]
    )
    draft = Dossier.model_validate(row["content"]).model_copy(update={"mandates": mandates})
    return Shared(network_id, person_id, row["candidate"], row["pair_org_id"], row["pair_id"], row["saved_at"], draft)


def shared_or_404(viewer: Acting, network_id: int, person_id: int) -> Shared:
    return shared_draft(viewer, network_id, person_id) or abort(404)


def comments_on(viewer: Acting, network_id: int, person_id: int) -> Sequence[DossierComment]:
    """To the candidate, what every mentor said that is not dealt with; to a mentor, all of their own. The oldest first."""
    mine = DossierComment.mentor_person_id == viewer.person_id
    if viewer.person_id == person_id:
        mine = DossierComment.settled_at.is_(None)
    return db.session.scalars(
        sa.select(DossierComment)
        .where(DossierComment.network_id == network_id, DossierComment.mentee_person_id == person_id, mine)
        .order_by(DossierComment.id)
    ).all()


def comment_or_404(viewer: Acting, place: Place, comment_id: int) -> DossierComment:
    found = comments_on(viewer, place.network_id, viewer.person_id)
    return next((one for one in found if one.id == comment_id), None) or abort(404)


def dossier_of_pair(viewer: Acting, pair: Pair) -> dict[str, Any] | None:
    """What the home of a board cohort's pair shows: the candidate's way in, or the draft that they share with their mentor."""
    mentorship = pair.mentorship
    if mentorship.cohort_org_id is None:
        return None
    if mentorship.mentee_person_id == viewer.person_id:
        place = next((one for one in places(viewer) if one.network_id == mentorship.cohort_org_id), None)
        return {"slug": place.slug} if place else None
    shared = shared_draft(viewer, mentorship.cohort_org_id, mentorship.mentee_person_id)
    return {"shared": shared} if shared else None
