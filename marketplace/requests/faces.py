"""Requests as their pages show them: the two people, the headline, what comes next and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.mentors.faces import photo_url
from marketplace.pages import day, moment
from marketplace.pairing.queries import OfCohort
from marketplace.requests.forms import TalkForm
from marketplace.requests.models import EmployerApproval, MessageKind, RequestMessage
from marketplace.requests.models import RequestState as S
from marketplace.requests.queries import AskedMentor, Seen, Side, Talk
from marketplace.requests.states import CLOSED_STATES, STEPS
from marketplace.requests.timeline import timeline
from marketplace.requests.words import (
    STATES,
    STATES_IN_COHORT,
    TALK_ENDED,
    TALK_HEADLINES,
    TALK_NEXT,
    headlines,
    next_words,
)
from tenants.current import Acting

WITHDRAWABLE = STEPS["withdraw_request"].before


@dataclass(frozen=True, slots=True)
class PersonFace:
    """One end of the tandem."""

    id: int
    name: str
    firm: str
    photo: str | None = None

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def face(side: Side, slug: str | None) -> PersonFace:
    """``slug``: the workspace whose address serves photos to the reader; None for a reader who is not signed in."""
    photo = photo_url(slug, side.id, side.fingerprint, small=True) if slug else None
    return PersonFace(side.id, side.name, side.firm, photo)


def myself(viewer: Acting) -> PersonFace:
    return PersonFace(viewer.person_id, viewer.person_name, viewer.org_name)


def mentor_face(mentor: AskedMentor, slug: str) -> PersonFace:
    photo = photo_url(slug, mentor.person_id, mentor.fingerprint, small=True)
    return PersonFace(mentor.person_id, mentor.name, mentor.firm, photo)


def arc(state: S) -> str:
    """How the tandem's arc is drawn."""
    if state is S.confirmed:
        return "confirmed"
    return "ended" if state in CLOSED_STATES else "open"


def _of_viewer(pair: tuple[Any, Any], seen: Seen) -> str:
    return str(pair[0 if seen.viewer_is_mentee else 1])


def scene(
    seen: Seen,
    viewer: Acting,
    messages: Sequence[RequestMessage],
    approval: EmployerApproval | None = None,
    *,
    signed_in: bool = True,
    talk: Talk | None = None,
    of_cohort: OfCohort | None = None,
) -> dict[str, Any]:
    """What the page of one request needs, whoever of the two reads it."""
    asked = seen.asked
    values = {
        "name": seen.other.first_name,
        "when": moment(asked.due_at, viewer.zone) if asked.due_at else "",
    }
    slug = viewer.slug if signed_in else None
    proposed = of_cohort is not None and of_cohort.reason is not None
    by_firms = proposed and of_cohort is not None and of_cohort.cohort.modalities.firms_say_yes
    return {
        "seen": seen,
        "asked": asked,
        "state": asked.state.value,
        "left": face(seen.mentee if seen.viewer_is_mentee else seen.mentor, slug),
        "right": face(seen.other, slug),
        "arc": arc(asked.state),
        "headline": _headline(seen, talk, proposed, by_firms) % values,
        "next": _next(seen, talk, proposed, by_firms) % values,
        "of_cohort": of_cohort,
        "proposed": proposed,
        "yours": seen.yours if talk is None or asked.state is not S.accepted else _talk_waits(talk),
        "talk": talk,
        "opening": opening_words(messages),
        "accepting": next((m.body for m in messages if m.kind is MessageKind.acceptance), ""),
        "replies": replies(seen, messages),
        "timeline": timeline(seen, messages, approval, proposed=proposed, by_firms=by_firms),
        "approval": approval,
    }


def _talk_waits(talk: Talk) -> bool:
    """Something is the viewer's to do: find a time, or answer."""
    return talk.meeting is None or (talk.over and talk.answer is None)


def _headline(seen: Seen, talk: Talk | None, proposed: bool, by_firms: bool) -> str:
    if talk and seen.asked.state in TALK_HEADLINES:
        return str(TALK_HEADLINES[seen.asked.state])
    return _of_viewer(headlines(seen.asked.state, seen.asked.form, proposed, by_firms), seen)


def _next(seen: Seen, talk: Talk | None, proposed: bool, by_firms: bool) -> str:
    """With a chemistry meeting the same words to both, so that they say nothing of who wished what."""
    if talk and seen.asked.state is S.lapsed:
        return str(TALK_ENDED)
    if talk and seen.asked.state is S.accepted:
        stage = "time" if talk.meeting is None else "answer" if talk.over and talk.answer is None else "wait"
        return str(TALK_NEXT["answered" if talk.answer is not None else stage])
    return _of_viewer(next_words(seen.asked.state, proposed, by_firms), seen)


def talk_form(talk: Talk | None, contact: str) -> TalkForm:
    answer = None if talk is None or talk.answer is None else "yes" if talk.answer else "no"
    return TalkForm(formdata=None, data={"goes_on": answer, "contact": contact})


OPENING = (MessageKind.goal, MessageKind.why_you, MessageKind.what_i_bring)


def opening_words(messages: Sequence[RequestMessage]) -> list[RequestMessage]:
    """The guided form's answers, in the form's order."""
    return sorted((m for m in messages if m.kind in OPENING), key=lambda m: OPENING.index(m.kind))


def replies(seen: Seen, messages: Sequence[RequestMessage]) -> list[RequestMessage]:
    """What followed the guided form. The mentor's yes is beside the mentee's button while they are to confirm."""
    said_above = {MessageKind.acceptance} if seen.asked.state is S.accepted and seen.yours else set()
    return [m for m in messages if m.kind not in {*OPENING, *said_above}]


def list_item(seen: Seen, viewer: Acting) -> dict[str, Any]:
    """One line of a list (see the macro ``inbox``); ``state_kind`` and ``state_text`` for the macro ``state``."""
    asked = seen.asked
    if asked.state is S.draft and asked.cohort_id is None:
        url = url_for("requests.new", mentor_id=asked.mentor_id)
    else:
        url = url_for("requests.show", request_id=asked.id)
    ended = asked.state in CLOSED_STATES
    neutral = STATES_IN_COHORT.get(asked.state) if asked.cohort_id is not None else None
    kind = "waits" if seen.yours else "ok" if asked.state is S.confirmed else "ended" if ended else ""
    return {
        "left": face(seen.mentee if seen.viewer_is_mentee else seen.mentor, viewer.slug),
        "right": face(seen.other, viewer.slug),
        "tandem_state": arc(asked.state),
        "title": seen.other.name,
        "url": url,
        "firm": seen.other.firm,
        "draft": asked.state is S.draft,
        "as_mentee": seen.viewer_is_mentee,
        "state_text": str(neutral or _of_viewer(STATES[asked.state], seen)),
        "state_kind": kind,
        "due": day(asked.due_at, viewer.zone) if asked.due_at else None,
        "closed": day(asked.closed_at, viewer.zone) if asked.closed_at else None,
        "yours": seen.yours,
        "id": asked.id,
    }
