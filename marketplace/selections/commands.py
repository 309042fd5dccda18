"""Describing a seat, and keeping the record of who was looked at for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.selections.criteria import Criteria
from marketplace.selections.models import SeatSpecification, Selection, SelectionEntry, SelectionStep, Stage
from marketplace.selections.queries import cards_of, selection_of
from marketplace.selections.words import FOUND
from marketplace.visibility.queries import network_or_404
from tenants.current import Acting
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused

NEXT: dict[Stage, tuple[Stage, ...]] = {
    Stage.long: (Stage.short, Stage.set_aside),
    Stage.short: (Stage.introduced, Stage.set_aside, Stage.long),
    Stage.introduced: (Stage.chosen, Stage.set_aside),
    Stage.chosen: (Stage.introduced,),
    Stage.set_aside: (Stage.long,),
}
"""Where a candidate may go from each stage."""


@dataclass(frozen=True, slots=True)
class SeatWords:
    """A seat as a form says it. ``organisation_name``: a search firm's client; a company's committee seeks for its company."""

    title: str
    organisation_name: str
    listed: bool
    criteria: Criteria
    women: int | None
    men: int | None
    deadline: date | None


def describe_seat(*, acting: Acting, network_id: int, said: SeatWords, now: datetime) -> int:
    """The seat's id. 404 where the viewer fills no seats in the network."""
    network_or_404(acting, network_id)
    seat = SeatSpecification(
        id=new_id(),
        org_id=acting.org_id,
        network_id=network_id,
        created_by_id=acting.person_id,
        created_at=now,
        updated_at=now,
        **_columns(acting, said),
    )
    db.session.add(seat)
    _record("seat.described", acting, seat.id, now)
    db.session.commit()
    return seat.id


def revise_seat(*, acting: Acting, seat: SeatSpecification, said: SeatWords, version: int, now: datetime) -> None:
    """Raises Refused when the record is closed, and when somebody changed the seat since ``version``."""
    _open_selection(acting, seat)
    changed = (
        sa.update(SeatSpecification)
        .where(
            SeatSpecification.org_id == acting.org_id,
            SeatSpecification.id == seat.id,
            SeatSpecification.version == version,
        )
        .values(updated_at=now, version=version + 1, **_columns(acting, said))
        .execution_options(synchronize_session=False)
    )
    if not db.session.execute(changed).rowcount:  # type: ignore[attr-defined]
        raise Refused(_("Somebody changed this seat while you were writing. Open it again and make your change there."))
    _record("seat.revised", acting, seat.id, now)
    db.session.commit()


def _columns(acting: Acting, said: SeatWords) -> dict[str, object]:
    return {
        "title": said.title,
        "organisation_name": said.organisation_name if acting.in_search_firm else acting.org_name,
        "listed": said.listed,
        "criteria": said.criteria.model_dump(mode="json"),
        "women": said.women,
        "men": said.men,
        "deadline": said.deadline,
    }


def _open_selection(acting: Acting, seat: SeatSpecification) -> Selection | None:
    """The seat's record, locked, so that steps and the close take turns. Raises Refused when it is closed."""
    selection = db.session.scalar(
        sa.select(Selection)
        .where(Selection.org_id == acting.org_id, Selection.specification_id == seat.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    # What may not be changed cannot be locked either, so one that is closed is only found by looking.
    if selection is None and selection_of(acting, seat) is not None:
        raise Refused(_("This record is closed and stays as it is."))
    return selection


def put_down(*, acting: Acting, seat: SeatSpecification, card_id: int, now: datetime) -> None:
    """On the long list; once more is no error. 404 where the card is not shown for this seat."""
    if card_id not in cards_of(acting, seat, [card_id]):
        abort(404)
    begun = insert(cast(sa.Table, Selection.__table__)).values(
        org_id=acting.org_id,
        id=new_id(),
        specification_id=seat.id,
        opened_by_id=acting.person_id,
        opened_at=now,
        version=1,
    )
    db.session.execute(begun.on_conflict_do_nothing())
    selection = _open_selection(acting, seat) or abort(404)
    there = db.session.scalars(
        sa.select(SelectionEntry).where(
            SelectionEntry.org_id == acting.org_id, SelectionEntry.selection_id == selection.id
        )
    ).all()
    if any(one.card_id == card_id for one in there):
        return
    entry = SelectionEntry(
        org_id=acting.org_id,
        id=new_id(),
        selection_id=selection.id,
        number=1 + max((one.number for one in there), default=0),
        card_id=card_id,
        stage=Stage.long,
    )
    db.session.add(entry)
    db.session.flush()
    _step(acting, entry, Stage.long, FOUND, "", now)
    db.session.commit()


def move(
    *,
    acting: Acting,
    seat: SeatSpecification,
    entry_id: int,
    stage: Stage,
    reason: str,
    words: str,
    now: datetime,
) -> None:
    """To another stage, for a reason that stays. There already: nothing happens. Raises Refused where no way leads there, when
    somebody else is chosen, and when an introduction is wished for a card that is no longer shown.
    """
    selection = _open_selection(acting, seat) or abort(404)
    entry = db.session.scalar(
        sa.select(SelectionEntry)
        .where(
            SelectionEntry.org_id == acting.org_id,
            SelectionEntry.selection_id == selection.id,
            SelectionEntry.id == entry_id,
        )
        .execution_options(populate_existing=True)
    ) or abort(404)
    if entry.stage is stage:
        return
    if stage not in NEXT[entry.stage]:
        raise Refused(_("From where this candidate stands now, that step is not possible. Look at the record again."))
    if stage is Stage.introduced and entry.card_id not in cards_of(acting, seat, [entry.card_id]):
        raise Refused(_("This card is no longer shown, so nobody can be introduced by it."))
    if stage is Stage.chosen and _somebody_chosen(acting, selection):
        raise Refused(_("Somebody is chosen for this seat already. Take that back first."))
    entry.stage = stage
    _step(acting, entry, stage, reason, words, now)
    db.session.commit()


def _somebody_chosen(acting: Acting, selection: Selection) -> bool:
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    SelectionEntry.org_id == acting.org_id,
                    SelectionEntry.selection_id == selection.id,
                    SelectionEntry.stage == Stage.chosen,
                )
            )
        )
    )


def _step(acting: Acting, entry: SelectionEntry, stage: Stage, reason: str, words: str, now: datetime) -> None:
    db.session.add(
        SelectionStep(
            org_id=acting.org_id,
            selection_id=entry.selection_id,
            entry_id=entry.id,
            stage=stage,
            reason=reason,
            words=words,
            by_id=acting.person_id,
            at=now,
        )
    )


def close(*, acting: Acting, seat: SeatSpecification, now: datetime) -> None:
    """From now on the record and its seat stay as they are. Raises Refused when it is closed, 404 when there is none."""
    selection = _open_selection(acting, seat) or abort(404)
    selection.closed_at, selection.closed_by_id = now, acting.person_id
    selection.version += 1
    _record("selection.closed", acting, selection.id, now)
    db.session.commit()


def _record(verb: str, acting: Acting, subject_id: int, now: datetime) -> None:
    """Neither whose seat it is nor who was looked at: those who read the log need not know."""
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=(verb.split(".")[0], subject_id),
        actor=(acting.person_id, acting.person_name),
        data={},
    )
