"""Where a request stands, as steps: what was done and when, what comes next and by when, what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask_babel import gettext as _

from marketplace.requests.models import EmployerApproval, MessageKind, RequestMessage
from marketplace.requests.models import RequestState as S
from marketplace.requests.queries import Seen
from marketplace.requests.states import CLOSED_STATES

Stage = Literal["done", "next", "later", "stopped"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One line; ``at`` is when it was done, or by when it is due."""

    text: str
    at: datetime | None
    state: Stage


def timeline(
    seen: Seen,
    messages: Sequence[RequestMessage],
    approval: EmployerApproval | None = None,
    *,
    proposed: bool = False,
    by_firms: bool = False,
) -> list[Stop]:
    """The steps as the viewer of ``seen`` reads them. ``proposed``: a committee asked on the mentee's behalf; ``by_firms``: and
    the firms of both are asked first.
    """
    asked, name = seen.asked, seen.other.first_name
    done = _done(seen, messages, approval)
    if proposed:
        done[0] = Stop(_("The committee proposed it"), done[0].at, "done")
    if asked.state in CLOSED_STATES:
        ending = _("Taken back") if proposed and asked.state is S.withdrawn else _ending(seen)
        if by_firms and asked.state in {S.refused_by_employer, S.expired}:
            ending = _("It came to nothing")
        return [*done, Stop(ending, asked.closed_at, "stopped")]
    if asked.state is S.confirmed:
        confirmed = _("You confirmed") if seen.viewer_is_mentee else _("%(name)s confirmed", name=name)
        return [*done, Stop(confirmed, asked.closed_at, "done"), Stop(_("First meeting"), None, "next")]
    return done + _to_come(seen, by_firms)


def _done(seen: Seen, messages: Sequence[RequestMessage], approval: EmployerApproval | None) -> list[Stop]:
    asked, mine, name = seen.asked, seen.viewer_is_mentee, seen.other.first_name
    first = next((m.created_at for m in messages if m.kind is MessageKind.goal), asked.created_at)
    stops = [Stop(_("You asked") if mine else _("%(name)s asked", name=name), first, "done")]
    if approval is not None and approval.approved:
        stops.append(Stop(_("Your employer agreed"), approval.decided_at, "done"))
    for message in messages:
        if message.kind is MessageKind.question:
            text = _("%(name)s asked for more", name=name) if mine else _("You asked for more")
            stops.append(Stop(text, message.created_at, "done"))
        elif message.kind is MessageKind.answer:
            text = _("You answered") if mine else _("%(name)s answered", name=name)
            stops.append(Stop(text, message.created_at, "done"))
    if asked.accepted_at is not None:
        text = _("%(name)s accepted", name=name) if mine else _("You accepted")
        stops.append(Stop(text, asked.accepted_at, "done"))
    return stops


def _ending(seen: Seen) -> str:
    mine, name = seen.viewer_is_mentee, seen.other.first_name
    match seen.asked.state:
        case S.declined:
            return _("%(name)s declined", name=name) if mine else _("You declined")
        case S.withdrawn:
            return _("You withdrew") if mine else _("%(name)s withdrew", name=name)
        case S.expired:
            return _("No answer in time")
        case S.lapsed:
            return _("Not confirmed")
        case S.closed:
            return _("Closed, and nobody said no")
        case _:
            return _("Your employer said no")


def _to_come(seen: Seen, by_firms: bool) -> list[Stop]:
    asked, mine, name = seen.asked, seen.viewer_is_mentee, seen.other.first_name
    mentor_answers = _("%(name)s answers", name=name) if mine else _("You answer")
    mentee_confirms = _("You confirm") if mine else _("%(name)s confirms", name=name)
    coming = [mentor_answers, mentee_confirms, _("First meeting")]
    if asked.state is S.awaiting_employer:
        coming.insert(0, _("Both organisations answer") if by_firms else _("Your employer answers"))
    elif asked.state is S.more_information:
        coming.insert(0, _("You answer") if mine else _("%(name)s answers", name=name))
        coming[1] = _("%(name)s decides", name=name) if mine else _("You decide")
    elif asked.state is S.accepted:
        coming = coming[1:]
    return [Stop(coming[0], asked.due_at, "next"), *(Stop(text, None, "later") for text in coming[1:])]
