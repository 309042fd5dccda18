"""Where somebody has a dossier, what is in it, and its versions; what a mentor is shown of a draft."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.dossiers.face import Face
from marketplace.dossiers.models import BoardDossier, DossierVersion
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
