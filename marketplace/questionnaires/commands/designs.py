"""Writing one's own questionnaire: the draft, and the versions that are published from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.programmes.models import Cohort
from marketplace.programmes.queries import CohortSeen
from marketplace.questionnaires.defaults import NAMED, PROMISE, default_design
from marketplace.questionnaires.designs import Design
from marketplace.questionnaires.models import (
    Audience,
    Moment,
    QuestionnaireDraft,
    QuestionnaireRound,
    QuestionnaireVersion,
    RoundState,
)
from marketplace.questionnaires.queries import design_for, missing_words
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Forbidden, Refused

Whom = tuple[Moment, Audience]


def _may(seen: CohortSeen) -> None:
    if not seen.runs:
        raise Forbidden(_("Only those who run the cohort write its questionnaires."))


def _take_turns(seen: CohortSeen) -> None:
    """Until the commit, nobody else writes a questionnaire of this organisation."""
    db.session.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("questionnaires", seen.cohort.org_id)))
    )


def kept_version(
    *, acting: Acting, seen: CohortSeen, whom: Whom, design: Design, anonymous: bool, now: datetime
) -> QuestionnaireVersion:
    """The version that asks and promises just this, new where there is none. Commits nothing."""
    promise, content = PROMISE if anonymous else NAMED, design.model_dump(mode="json")
    one = QuestionnaireVersion
    versions = db.session.scalars(
        sa.select(one)
        .where(one.org_id == seen.cohort.org_id, one.programme_id == seen.programme.id)
        .where(one.moment == whom[0], one.audience == whom[1])
        .order_by(one.number.desc())
    ).all()
    for version in versions:
        if (version.content, version.anonymous, version.promise_en) == (content, anonymous, promise.en):
            return version
    version = QuestionnaireVersion(
        org_id=seen.cohort.org_id,
        id=new_id(),
        programme_id=seen.programme.id,
        moment=whom[0],
        audience=whom[1],
        number=versions[0].number + 1 if versions else 1,
        anonymous=anonymous,
        promise_en=promise.en,
        promise_fr=promise.fr,
        content=content,
        published_by_id=acting.person_id,
        published_at=now,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _draft(seen: CohortSeen, whom: Whom) -> QuestionnaireDraft | None:
    key = (seen.cohort.org_id, seen.programme.id, *whom)
    return db.session.get(QuestionnaireDraft, key, populate_existing=True)


def edit_draft(
    *,
    acting: Acting,
    seen: CohortSeen,
    whom: Whom,
    change: Callable[[Design], Design],
    now: datetime,
    was: int | None = None,
) -> None:
    """Change the draft, which begins as what is asked now. Nobody is asked it before it is published.

    ``was``: the state that the change was written for; raises ``Refused`` where the draft has changed since.
    """
    _may(seen)
    _take_turns(seen)
    draft = _draft(seen, whom)
    if was is not None and was != (draft.version if draft else 0):
        raise Refused(_("Somebody has changed this questionnaire meanwhile. Look at it again, then save."))
    before = Design.model_validate(draft.content) if draft else design_for(seen, *whom)
    content = change(before).model_dump(mode="json")
    if draft is None:
        whose = {"org_id": seen.cohort.org_id, "programme_id": seen.programme.id}
        draft = QuestionnaireDraft(**whose, moment=whom[0], audience=whom[1], version=0)
        db.session.add(draft)
    draft.content, draft.version = content, draft.version + 1
    draft.saved_by_id, draft.saved_at = acting.person_id, now
    db.session.commit()


def publish_draft(*, acting: Acting, seen: CohortSeen, whom: Whom, was: int, now: datetime) -> QuestionnaireVersion:
    """From now on it is what is asked: of rounds that are planned too. Rounds that are open go on with what they began with.

    Raises ``Refused`` where a text is missing in one of the two languages, or the draft is not the one that was looked at.
    """
    _may(seen)
    _take_turns(seen)
    draft = _draft(seen, whom)
    if draft is None or draft.version != was:
        raise Refused(_("Somebody has changed this questionnaire meanwhile. Look at it again, then publish."))
    design = Design.model_validate(draft.content)
    if missing_words(design):
        raise Refused(_("Some texts are still missing in English or in French. They are marked in the list."))
    version = kept_version(acting=acting, seen=seen, whom=whom, design=design, anonymous=True, now=now)
    draft.published_id = version.id
    db.session.flush()
    _follow(acting, seen, whom, now)
    _log("questionnaire.published", acting, version, now)
    db.session.commit()
    return version


def discard_draft(*, acting: Acting, seen: CohortSeen, whom: Whom, now: datetime) -> None:
    """Ours is asked again, from the next round on, also of rounds that are planned. Without a draft nothing happens."""
    _may(seen)
    _take_turns(seen)
    draft = _draft(seen, whom)
    if draft is None:
        return
    published = draft.published_id
    db.session.delete(draft)
    db.session.flush()
    if published is not None:
        _follow(acting, seen, whom, now)
    db.session.commit()


def _follow(acting: Acting, seen: CohortSeen, whom: Whom, now: datetime) -> None:
    """Rounds of the programme that have not opened ask what is asked now, and promise what they promised."""
    one = QuestionnaireRound
    planned = (
        sa.select(one, Cohort)
        .join(Cohort, sa.and_(Cohort.org_id == one.org_id, Cohort.id == one.cohort_id))
        .where(one.org_id == seen.cohort.org_id, Cohort.programme_id == seen.programme.id)
        .where(one.moment == whom[0], one.audience == whom[1], one.state == RoundState.planned)
        .order_by(one.id)
        .with_for_update(of=one)
    )
    draft = _draft(seen, whom)
    own = db.session.get_one(QuestionnaireVersion, (draft.org_id, draft.published_id)).content if draft else None
    for planned_round, cohort in db.session.execute(planned).all():
        design = Design.model_validate(own) if own else default_design(cohort.form, *whom)
        version = kept_version(
            acting=acting, seen=seen, whom=whom, design=design, anonymous=planned_round.anonymous, now=now
        )
        planned_round.version_id = version.id


def _log(verb: str, acting: Acting, version: QuestionnaireVersion, now: datetime) -> None:
    record(
        verb,
        org_ids=[version.org_id],
        now=now,
        subject=("questionnaire", version.id),
        actor=(acting.person_id, acting.person_name),
    )
