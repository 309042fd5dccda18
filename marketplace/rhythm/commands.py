"""What one of a pair writes of its rhythm. What follows from it for the pair is done by the worker."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair, Party
from marketplace.rhythm import queries
from marketplace.rhythm.models import (
    CheckInAnswer,
    Extension,
    ExtensionState,
    Occasion,
    Pause,
    PauseReason,
    PauseState,
)
from marketplace.rhythm.queries import Round
from marketplace.rhythm.signs import mark_sign_of_life
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.links import spend_link

ANSWER_WITHIN = timedelta(days=30)


def answer_check_in(
    *,
    party: Party,
    pair: Pair,
    asked: Round,
    how: int | None,
    said: dict[str, str],
    shared: bool,
    now: datetime,
    link: bytes | None = None,
) -> None:
    """Keep what one of the two answers; until the check-in closes they may change it, but not a review both have read.

    Raises ``Refused`` when it has closed, or when a review was shown to both.
    """
    if not asked.open:
        raise Refused(_("The time for this check-in is over. The next one comes by itself."))
    review = asked.check_in.occasion is Occasion.review
    if review and asked.mine and asked.mine.shared:
        raise Refused(_("You have both read each other’s answers, so they stay as they are."))
    spend_link(link, now)
    values = {"how": how, "said": said, "shared": shared, "answered_at": now}
    statement = insert(cast(sa.Table, CheckInAnswer.__table__)).values(
        id=new_id(),
        check_in_id=asked.check_in.id,
        author_person_id=party.person_id,
        **pair.mentorship.pair_key,
        **values,
    )
    key = ["org_id", "check_in_id", "author_person_id"]
    db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    _signs(pair, now)
    if review:
        jobs.announce("review.answered", org_id=pair.mentorship.org_id, check_in_id=asked.check_in.id)
    db.session.commit()


def propose_extension(*, party: Party, pair: Pair, ends_on: date, now: datetime) -> None:
    """One of the two proposes a later last day; the other is written to.

    Raises ``Refused`` when the mentorship has ended, or when a proposal waits for an answer already.
    """
    _still_on(pair)
    earlier = queries.unanswered_extension(party, pair)
    if earlier and queries.open_extension(party, pair, now):
        raise Refused(_("A later end has been proposed already, and waits for an answer."))
    if earlier:
        mine = earlier.proposed_by_id == party.person_id
        _close(earlier, ExtensionState.withdrawn if mine else ExtensionState.declined, now)
    extension_id = new_id()
    statement = insert(cast(sa.Table, Extension.__table__)).values(
        id=extension_id,
        proposed_by_id=party.person_id,
        ends_on=ends_on,
        state=ExtensionState.open,
        proposed_at=now,
        closes_at=now + ANSWER_WITHIN,
        **pair.mentorship.pair_key,
    )
    if not _changed(statement.on_conflict_do_nothing()):
        raise Refused(_("A later end has been proposed already, and waits for an answer."))
    _signs(pair, now)
    jobs.announce("extension.proposed", org_id=pair.mentorship.org_id, extension_id=extension_id)
    db.session.commit()


def answer_extension(
    *, party: Party, pair: Pair, proposed: Extension | None, agreed: bool, now: datetime, link: bytes | None = None
) -> None:
    """The other one agrees or not. Raises ``Refused`` when it was answered or taken back, or to whoever proposed."""
    _still_on(pair)
    if proposed is None or proposed.proposed_by_id == party.person_id:
        raise Refused(_("There is nothing to answer any more. Open the mentorship again to see what is planned."))
    spend_link(link, now)
    _close(proposed, ExtensionState.agreed if agreed else ExtensionState.declined, now)
    _signs(pair, now)
    jobs.announce("extension.answered", org_id=proposed.org_id, extension_id=proposed.id)
    db.session.commit()


def withdraw_extension(*, party: Party, proposed: Extension | None, now: datetime) -> None:
    """Whoever proposed a later end takes it back. Raises ``Refused`` when it was answered meanwhile."""
    if proposed is None or proposed.proposed_by_id != party.person_id:
        raise Refused(_("There is nothing to take back any more."))
    _close(proposed, ExtensionState.withdrawn, now)
    db.session.commit()


def ask_for_pause(
    *, party: Party, pair: Pair, reason: PauseReason, words: str, begins_on: date, until_on: date, now: datetime
) -> None:
    """Either may pause, and needs nobody's leave for it. From today: the worker pauses at once; later: the clock does.

    Raises ``Refused`` unless the mentorship runs and no pause is planned.
    """
    if pair.mentorship.state is not MentorshipState.running:
        raise Refused(_("Only a mentorship that runs can be paused."))
    pause_id = new_id()
    statement = insert(cast(sa.Table, Pause.__table__)).values(
        id=pause_id,
        asked_by_id=party.person_id,
        reason=reason,
        words=words,
        begins_on=begins_on,
        until_on=until_on,
        state=PauseState.planned,
        act_on=begins_on,
        asked_at=now,
        **pair.mentorship.pair_key,
    )
    if not _changed(statement.on_conflict_do_nothing()):
        raise Refused(_("A pause is planned already."))
    _signs(pair, now)
    jobs.announce("pause.asked", org_id=pair.mentorship.org_id, pause_id=pause_id)
    db.session.commit()


def withdraw_pause(*, party: Party, planned: Pause | None) -> None:
    """Whoever planned a pause takes it back. Raises ``Refused`` when it has begun, or to the other one."""
    if planned is None or planned.asked_by_id != party.person_id or planned.state is not PauseState.planned:
        raise Refused(_("There is no planned pause of yours to take back."))
    taken_back = (
        sa.update(Pause)
        .where(Pause.org_id == planned.org_id, Pause.id == planned.id, Pause.state == PauseState.planned)
        .values(state=PauseState.withdrawn, act_on=None)
    )
    if not _changed(taken_back):
        raise Refused(_("The pause has begun meanwhile."))
    db.session.commit()


def _still_on(pair: Pair) -> None:
    if pair.mentorship.state is MentorshipState.ended:
        raise Refused(_("This mentorship has ended."))


def _close(proposed: Extension, state: ExtensionState, now: datetime) -> None:
    closed = (
        sa.update(Extension)
        .where(
            Extension.org_id == proposed.org_id,
            Extension.id == proposed.id,
            Extension.state == ExtensionState.open,
        )
        .values(state=state, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    if not _changed(closed):
        raise Refused(_("This was answered or taken back meanwhile."))


def _changed(statement: Any) -> bool:
    result = cast(sa.CursorResult[Any], db.session.execute(statement, execution_options={"preserve_rowcount": True}))
    return result.rowcount == 1


def _signs(pair: Pair, now: datetime) -> None:
    mark_sign_of_life(pair.mentorship.org_id, pair.mentorship.id, now)
