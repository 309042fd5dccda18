"""What the pages of an ending show, whether their reader signed in or came by a letter."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.charters.queries import paper_of
from marketplace.closing import queries
from marketplace.closing.forms import EndForm, LookBackForm
from marketplace.closing.models import NamesShown
from marketplace.closing.queries import Closing
from marketplace.mentorships.home import part
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair
from marketplace.requests.faces import face
from tenants.current import Acting

CERTIFICATE_DETAILS = {
    NamesShown.names.value: _l(
        "Your two names, the dates and the form of mentoring. Of two choices the more careful one holds."
    ),
    NamesShown.initials.value: _l("Initials instead of names, for both of you."),
    "none": _l("You can agree to one at any time later."),
}


@part("closing")
def home(viewer: Acting, pair: Pair) -> Closing:
    return queries.closing(viewer, pair)


def look_back_form(there: Closing) -> LookBackForm:
    """Filled with what is there; feedback is sent and not shown again."""
    mine = there.mine
    kept: dict[str, Any] = {"names_shown": "none"}
    if mine is not None:
        kept = {name: getattr(mine, name) for name in ("helped", "changed", "next_step", "thanks", "firms_shown")}
        kept["names_shown"] = mine.names_shown.value if mine.names_shown else "none"
    return LookBackForm(formdata=None, data=kept).fill_choices()


def scene(viewer: Acting, pair: Pair, *, signed_in: bool = True) -> dict[str, Any]:
    seen, slug = pair.seen, viewer.slug if signed_in else None
    there = queries.closing(viewer, pair)
    paper = paper_of(viewer, pair, there.certificate.id, str(get_locale())) if there.certificate else None
    return {
        "pair": pair,
        "mentorship": pair.mentorship,
        "me": viewer,
        "seen": seen,
        "other": seen.other,
        "left": face(seen.mentee if seen.viewer_is_mentee else seen.mentor, slug),
        "right": face(seen.other, slug),
        "arc": "ended" if there.ended else "confirmed",
        "closing": there,
        "paper": paper,
        "paused": pair.mentorship.state is MentorshipState.paused,
        "form": look_back_form(there),
        "end_form": EndForm(prefix="end", formdata=None),
        "details": CERTIFICATE_DETAILS,
        "extension": f"/{viewer.slug}/mentorships/{pair.mentorship.id}/extension",
    }
