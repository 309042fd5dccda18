"""The kinds of letters that the marketplace writes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.shared.kinds import KINDS, Kind

KINDS |= {
    "request_received": Kind(_l("Somebody asks me to be their mentor")),
    "request_reminder": Kind(_l("A request still waits for my answer"), essential=False),
    "information_asked": Kind(_l("A mentor asks me for more information")),
    "information_given": Kind(_l("A mentee has answered my question")),
    "request_accepted": Kind(_l("A mentor says yes")),
    "request_declined": Kind(_l("A mentor says no")),
    "request_expired": Kind(_l("A mentor has not answered in time")),
    "request_expired_mentor": Kind(_l("A request to me has expired"), essential=False),
    "request_withdrawn": Kind(_l("A mentee withdraws a request"), essential=False),
    "request_lapsed": Kind(_l("A mentorship was not confirmed in time"), essential=False),
    "request_closed": Kind(_l("A request closes because somebody has left")),
    "mentorship_question": Kind(_l("We ask how a mentorship goes on")),
    "mentorship_continues": Kind(_l("A mentorship goes on")),
    "mentorship_waits": Kind(_l("A mentorship waits for a new employer")),
    "mentorship_paused": Kind(_l("A mentorship is paused")),
    "mentorship_ended": Kind(_l("A mentorship has ended")),
    "assistant_reminder": Kind(_l("My assistant reminds me"), essential=False),
    "mentorship_confirmed": Kind(_l("A mentorship is confirmed")),
    "chemistry_wanted": Kind(_l("Somebody would like a chemistry meeting first")),
    "chemistry_asked": Kind(_l("We ask whether we go on after a chemistry meeting")),
    "chemistry_ended": Kind(_l("A request ends after a chemistry meeting")),
    "meeting_planned": Kind(_l("A meeting is planned")),
    "meeting_moved": Kind(_l("A meeting has moved")),
    "meeting_cancelled": Kind(_l("A meeting is called off")),
    "meeting_reminder": Kind(_l("A meeting is a day away"), essential=False),
    "meeting_asked": Kind(_l("We ask whether a meeting took place"), essential=False),
    "meeting_assisted": Kind(_l("A meeting of somebody I assist"), essential=False),
    "employer_asked": Kind(_l("A request needs our approval")),
    "employer_approved": Kind(_l("My employer says yes"), essential=False),
    "employer_refused": Kind(_l("My employer says no")),
    "request_ended": Kind(_l("A request ends because the other person has left")),
    "pair_left": Kind(_l("A mentorship ends because the other person has left")),
    "concern_reported": Kind(_l("Somebody reports a concern")),
    "place_free": Kind(_l("A mentor I queue for has a free place"), essential=False),
    "profile_published": Kind(_l("My mentor page is published"), essential=False),
}
