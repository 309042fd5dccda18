"""What the pages of matching say of where somebody stands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.pairing.queries import Stage
from marketplace.requests.models import RequestState as S

STAGES = {
    Stage.not_yet: _l("Matching has not begun in this cohort yet. You get a letter when it does."),
    Stage.over: _l("Matching is over in this cohort. Whoever runs the programme can tell you how it goes on."),
    Stage.training: _l(
        "In this programme the training comes before matching. Complete it on the training page; then you can ask here."
    ),
    Stage.by_hand: _l(
        "In this cohort the committee pairs. It asks on your behalf, and nothing begins before you have confirmed."
    ),
    Stage.paired: _l("You have your pair in this cohort."),
    Stage.open: "",
}

# What those who look after a cohort read of a request: neither side's own words.
STATES = {
    S.awaiting_employer: _l("Waits for the employer"),
    S.sent: _l("Waits for the mentor’s answer"),
    S.more_information: _l("Waits for the mentee’s answer"),
    S.accepted: _l("Waits for the mentee to confirm"),
    S.confirmed: _l("A pair"),
    S.declined: _l("Declined"),
    S.withdrawn: _l("Withdrawn"),
    S.expired: _l("No answer in time"),
    S.lapsed: _l("Not confirmed in time"),
    S.refused_by_employer: _l("Refused by the employer"),
    S.closed: _l("Closed: somebody has left"),
}
STATES_OF_PEERS = STATES | {
    S.sent: _l("Waits for the other’s answer"),
    S.more_information: _l("Waits for more information"),
    S.accepted: _l("Waits for confirmation"),
}
