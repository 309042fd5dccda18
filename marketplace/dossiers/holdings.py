"""What is held about candidates' dossiers: drafts, versions, mandates, what a mentor said of a draft, and papers made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from marketplace.dossiers.models import BoardDossier, BoardMandate, DossierComment, DossierVersion
from marketplace.papers.models import DrawnPaper
from tenants.shared.database import db
from tenants.shared.fading import Fading, fade
from tenants.shared.holdings import Holding, Subject, register


def export_dossiers(subject: Subject) -> list[dict[str, Any]]:
    """The person's drafts, versions and mandates, and comments that they wrote or were written to them."""
    me = subject.person_id
    records: list[dict[str, Any]] = [
        {
            "kind": "dossier",
            "organisation": subject.slugs.get(one.org_id, ""),
            "content": one.content,
            "published_version": one.published_number,
            "draft_shown_to_mentor": one.shares_draft,
        }
        for one in db.session.scalars(
            sa.select(BoardDossier).where(BoardDossier.person_id == me).order_by(BoardDossier.id)
        )
    ]
    records += [
        {
            "kind": "version",
            "organisation": subject.slugs.get(one.org_id, ""),
            "number": one.number,
            "published_at": one.published_at.isoformat(),
            "content": one.content,
            "card": one.face,
        }
        for one in db.session.scalars(
            sa.select(DossierVersion).where(DossierVersion.person_id == me).order_by(DossierVersion.id)
        )
    ]
    records += [
        {
            "kind": "mandate",
            "organisation": subject.slugs.get(one.org_id, ""),
            "company": one.organisation_name,
            "listed": one.listed,
            "role": one.role,
            "committees": one.committees,
            "executive": one.executive,
            "from": one.from_on.isoformat(),
            "until": one.until_on.isoformat() if one.until_on else None,
        }
        for one in db.session.scalars(
            sa.select(BoardMandate).where(BoardMandate.person_id == me).order_by(BoardMandate.id)
        )
    ]
    records += [
        {
            "kind": "comment",
            "as": "candidate" if one.mentee_person_id == me else "mentor",
            "part": one.part,
            "words": one.words,
            "at": one.created_at.isoformat(),
        }
        for one in db.session.scalars(
            sa.select(DossierComment)
            .where(sa.or_(DossierComment.mentee_person_id == me, DossierComment.mentor_person_id == me))
            .order_by(DossierComment.id)
        )
    ]
    return records


def erase_dossiers(subject: Subject, _now: datetime) -> None:
    """All of a candidate's, papers and what was said of it included; what a mentor said stays the candidate's."""
    me = subject.person_id
    for statement in (
        sa.delete(DrawnPaper).where(sa.or_(DrawnPaper.about_person_id == me, DrawnPaper.reader_person_id == me)),
        sa.delete(DossierComment).where(DossierComment.mentee_person_id == me),
        sa.delete(DossierVersion).where(DossierVersion.person_id == me),
        sa.delete(BoardMandate).where(BoardMandate.person_id == me),
        sa.delete(BoardDossier).where(BoardDossier.person_id == me),
    ):
        db.session.execute(statement, execution_options={"synchronize_session": False})


register(
    Holding(
        "dossiers",
        _l("Board dossier"),
        frozenset(
            {
                "board_dossier.person_id",
                "dossier_version.person_id",
                "board_mandate.person_id",
                "drawn_paper.about_person_id",
                "drawn_paper.reader_person_id",
            }
        ),
        export_dossiers,
        erase_dossiers,
        goes=_l("Your board dossier with all its versions, your mandates, and what your mentor said of it."),
        stays=_l("What you said of a candidate’s dossier as their mentor: it was written to them."),
    )
)

fade(Fading("dossier_comment"))
