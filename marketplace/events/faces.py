"""An event as its reader sees it: by whose clock, where it stands, what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.events.commands import CODE_AFTER, CODE_BEFORE
from marketplace.events.letters import differs
from marketplace.events.models import Event, EventState
from marketplace.events.queries import EventSeen
from marketplace.events.words import NEXT, STANDS
from marketplace.pages import moment
from tenants.shared.prose import prose_html

SHADES = {"yes": "ok", "waiting": "waits", "maybe": "", "no": "ended", "": "waits"}


@dataclass(frozen=True, slots=True)
class EventFace:
    """``own``: when, by the reader's clock; ``theirs``: by the event's, where clocks differ. ``places_left``: if limited."""

    there: EventSeen
    title: str
    words: Markup
    own: str
    theirs: str
    state: str
    shade: str
    next: str
    over: bool
    open: bool
    places_left: int | None

    @property
    def event(self) -> Event:
        return self.there.event


def event_face(there: EventSeen, zone: ZoneInfo, locale: str, now: datetime) -> EventFace:
    event = there.event
    over = event.ends_at <= now
    live = event.state is EventState.published
    state, shade = _state(there, over)
    return EventFace(
        there=there,
        title=event.title(locale),
        words=prose_html(event.words(locale), below=2),
        own=moment(event.starts_at, zone),
        theirs=moment(event.starts_at, event.zone) if differs(event, zone.key) else "",
        state=state,
        shade=shade,
        next=_next(there),
        over=over or event.state is EventState.cancelled,
        open=live and event.starts_at > now and there.mine is not None and there.mine.attended_at is None,
        places_left=max(event.capacity - there.figures.coming, 0) if event.capacity is not None else None,
    )


def _state(there: EventSeen, over: bool) -> tuple[str, str]:
    event = there.event
    if event.state is EventState.draft:
        return _("Draft"), ""
    if event.state is EventState.cancelled:
        return _("Does not take place"), "ended"
    if there.mine is not None and there.mine.attended_at is not None:
        return _("You were there"), "ok"
    if over:
        return _("It is over"), "ended"
    if there.mine is None:
        return _("Invitations are out"), "ok"
    return str(STANDS[there.stands]), SHADES[there.stands]


def _next(there: EventSeen) -> str:
    line = there.figures.in_line
    if there.stands == "waiting" and line:
        return _("%(sentence)s You are number %(place)s in line.", sentence=NEXT["waiting"], place=line)
    return str(NEXT.get(there.stands, ""))


def answered(stands: str) -> str:
    return _("%(stands)s. %(next)s", stands=STANDS[stands], next=NEXT[stands])


def attendance_open(event: Event, now: datetime) -> bool:
    """Whether hosts may note who came."""
    return event.state is EventState.published and now >= event.starts_at - CODE_BEFORE


def may_enter_code(there: EventSeen, now: datetime) -> bool:
    event = there.event
    return (
        there.mine is not None
        and there.mine.attended_at is None
        and attendance_open(event, now)
        and now <= event.ends_at + CODE_AFTER
    )
