"""What the pages of matching say of where somebody stands."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.pairing.candidates import Standing
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

# What those who look after a cohort read of a request: whose turn it is, by name, whoever is called mentor in its form.
STATES = {
    S.awaiting_employer: _l("Waits for the employer"),
    S.sent: _l("%(mentor)s is asked"),
    S.more_information: _l("%(mentee)s is asked for more"),
    S.accepted: _l("%(mentee)s has to confirm"),
    S.confirmed: _l("A pair"),
    S.declined: _l("Declined"),
    S.withdrawn: _l("Withdrawn"),
    S.expired: _l("No answer in time"),
    S.lapsed: _l("Not confirmed in time"),
    S.refused_by_employer: _l("Refused by the employer"),
    S.closed: _l("Closed: somebody has left"),
}

# Who said what to a proposal, and when.
SAID = {
    "proposed": _l("%(name)s proposed, %(day)s"),
    "employer_yes": _l("%(name)s approved for the employer, %(day)s"),
    "employer_no": _l("%(name)s refused for the employer, %(day)s"),
    "mentee_firm_yes": _l("%(mentee_firm)s said yes, %(day)s"),
    "mentee_firm_no": _l("%(mentee_firm)s said no, %(day)s"),
    "mentor_firm_yes": _l("%(mentor_firm)s said yes, %(day)s"),
    "mentor_firm_no": _l("%(mentor_firm)s said no, %(day)s"),
    "mentor_yes": _l("%(name)s said yes, %(day)s"),
    "mentor_no": _l("%(name)s said no, %(day)s"),
    "mentee_yes": _l("%(name)s confirmed, %(day)s"),
    "mentee_no": _l("%(name)s said no, %(day)s"),
}


# Where the firms of both answer first. Which of them said no, or nothing, is told to the committee alone.
BY_FIRMS = {
    S.awaiting_employer: _l("Waits for %(firms)s"),
    S.refused_by_employer: _l("An organisation said no"),
    S.expired: _l("No answer of %(firms)s in time"),
}


def state_words(one: Standing) -> str:
    if one.undone:
        return _("Taken back")
    if one.firms and one.state in BY_FIRMS:
        silent = [one.firm_of(word.side) for word in one.firms if word.state == "waiting"]
        if one.state is not S.refused_by_employer and silent:
            return str(BY_FIRMS[one.state]) % {"firms": ", ".join(silent)}
        if one.state is S.refused_by_employer:
            return str(BY_FIRMS[one.state])
    return str(STATES[one.state]) % {"mentee": one.mentee_name, "mentor": one.mentor_name}
