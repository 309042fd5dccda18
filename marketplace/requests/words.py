"""What the pages and refusals say about a request's state, and the reasons to report a concern."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.requests.models import RequestState as S

# (what the mentee reads, what the mentor reads)
STATES = {
    S.draft: (_l("Draft"), _l("Draft")),
    S.awaiting_employer: (_l("Waits for your employer"), _l("Waits for the employer")),
    S.sent: (_l("Waits for an answer"), _l("Waits for your answer")),
    S.more_information: (_l("Waits for your answer"), _l("Waits for more information")),
    S.accepted: (_l("Waits for you to confirm"), _l("Waits for confirmation")),
    S.confirmed: (_l("Confirmed"), _l("Confirmed")),
    S.declined: (_l("Declined"), _l("Declined")),
    S.withdrawn: (_l("Withdrawn"), _l("Withdrawn")),
    S.expired: (_l("No answer in time"), _l("No answer in time")),
    S.lapsed: (_l("Not confirmed"), _l("Not confirmed")),
    S.refused_by_employer: (_l("Refused by your employer"), _l("Refused by the employer")),
    S.closed: (_l("Closed: somebody has left"), _l("Closed: somebody has left")),
}

# In a cohort it may be the employer or the firms of both that are asked, and which of them said no is nobody's to know here.
STATES_IN_COHORT = {
    S.awaiting_employer: _l("Waits for approval"),
    S.refused_by_employer: _l("Not approved"),
}

# What somebody reads whose act came too late; the same in every form, whoever is called mentor in it.
MEANWHILE = {
    S.draft: _l("This request has not been sent yet."),
    S.awaiting_employer: _l("This request waits for approval."),
    S.sent: _l("This request has been sent and waits for an answer."),
    S.more_information: _l("Whoever was asked would like to know more, and the answer to that comes next."),
    S.accepted: _l("The answer was yes, and the confirmation comes next."),
    S.confirmed: _l("Both have confirmed already: the mentorship has begun."),
    S.declined: _l("This request has been declined."),
    S.withdrawn: _l("This request has been withdrawn."),
    S.expired: _l("Nobody answered in time, so this request has expired."),
    S.lapsed: _l("The request was not confirmed, so the place was given back."),
    S.refused_by_employer: _l("This request was not approved."),
    S.closed: _l("One of the two has left, or the cohort is over, so this request is closed."),
}

CONCERNS = {
    "no_answer": _l("They no longer answer, or did not come"),
    "disrespect": _l("Disrespectful or hurtful words"),
    "pressure": _l("Pressure, harassment or an unwanted approach"),
    "recruiting_or_selling": _l("They try to recruit me or to sell me something"),
    "confidentiality": _l("Something confidential was passed on"),
    "other": _l("Something else"),
}

# Over the request's page: (the mentee reads, the mentor reads). %(name)s is the other one's first name.
HEADLINES = {
    S.awaiting_employer: (_l("Your employer is asked first"), ""),
    S.sent: (_l("You asked %(name)s"), _l("%(name)s asks you to be their mentor")),
    S.more_information: (_l("%(name)s would like to know more"), _l("You asked %(name)s for more")),
    S.accepted: (_l("%(name)s said yes"), _l("You said yes to %(name)s")),
    S.confirmed: (_l("You and %(name)s are a pair"), _l("You and %(name)s are a pair")),
    S.declined: (_l("%(name)s cannot be your mentor now"), _l("You declined")),
    S.withdrawn: (_l("You withdrew this request"), _l("%(name)s withdrew this request")),
    S.expired: (_l("No answer in time"), _l("The time to answer is over")),
    S.lapsed: (_l("Not confirmed in time"), _l("%(name)s did not confirm in time")),
    S.refused_by_employer: (_l("Your employer said no"), ""),
    S.closed: (_l("Closed, and nobody said no"), _l("Closed, and nobody said no")),
}

# Where the form is another, so are the words: in a reverse mentorship the junior is the mentor, and two peers are the same.
HEADLINES_OF_FORM = {
    "reverse": {
        S.sent: (_l("You asked %(name)s"), _l("%(name)s asks you to be their junior mentor")),
        S.declined: (_l("%(name)s cannot be your junior mentor now"), _l("You declined")),
    },
    "external": {
        S.sent: (_l("You asked %(name)s"), _l("%(name)s, a student, asks you to be their mentor")),
    },
    "peer": {
        S.sent: (_l("You asked %(name)s"), _l("%(name)s would like to be your peer")),
        S.declined: (_l("%(name)s cannot be your peer now"), _l("You declined")),
    },
}

# A committee has asked on the mentee's behalf.
HEADLINES_OF_PROPOSAL = {
    S.awaiting_employer: (_l("A pair is proposed: you and %(name)s"), ""),
    S.sent: (_l("A pair is proposed: you and %(name)s"), _l("A pair is proposed: you and %(name)s")),
    S.withdrawn: (_l("This proposal came to nothing"), _l("This proposal came to nothing")),
}


NOTHING = _l("This proposal came to nothing")
GOES_ON = _l("There is nothing for you to do. The committee sees it and goes on looking.")

# The firms of both are asked before the two: neither of these learns what a firm said, nor which.
HEADLINES_BY_FIRMS = {S.refused_by_employer: (NOTHING, ""), S.expired: (NOTHING, NOTHING)}
NEXT_BY_FIRMS = {
    S.awaiting_employer: (
        _l("Both organisations are asked first, by %(when)s. You may say no at any time, and need not say why."),
        "",
    ),
    S.refused_by_employer: (GOES_ON, ""),
    S.expired: (GOES_ON, GOES_ON),
}


def headlines(state: S, form: str, proposed: bool, by_firms: bool = False) -> tuple[object, object]:
    """(what the mentee reads, what the mentor reads) over a request of this form. ``by_firms``: firms answer for it first."""
    if by_firms and state in HEADLINES_BY_FIRMS:
        return HEADLINES_BY_FIRMS[state]
    if proposed and state in HEADLINES_OF_PROPOSAL:
        return HEADLINES_OF_PROPOSAL[state]
    return HEADLINES_OF_FORM.get(form, {}).get(state, HEADLINES[state])


# What happens next, and by when. %(when)s is a moment in the reader's zone.
NEXT = {
    S.awaiting_employer: (
        _l("An answer is due by %(when)s. Once your employer agrees, %(name)s reads your words."),
        "",
    ),
    S.sent: (
        _l("%(name)s has until %(when)s to answer, and is reminded half way."),
        _l("Answer by %(when)s: accept, ask for more, or decline."),
    ),
    S.more_information: (
        _l("Answer by %(when)s; then %(name)s has two weeks again."),
        _l("%(name)s has until %(when)s to answer. You will get a letter."),
    ),
    S.accepted: (
        _l("Confirm before %(when)s and the mentorship begins. The place is kept for you until then."),
        _l("%(name)s has until %(when)s to confirm. The place is kept until then."),
    ),
    S.confirmed: (
        _l("Your mentorship has a page of its own: how to reach each other, and the first meeting."),
        _l("Your mentorship has a page of its own: how to reach each other, and the first meeting."),
    ),
    S.declined: (
        _l("It says nothing about you. What you wrote stays here, so asking somebody else takes little time."),
        _l("%(name)s has read your reason. There is nothing more to do."),
    ),
    S.withdrawn: (
        _l("What you wrote stays here, in case you ask somebody else."),
        _l("There is nothing for you to do."),
    ),
    S.expired: (
        _l("Your request has run out. What you wrote stays here."),
        _l("The request has run out, and %(name)s was told. There is nothing for you to do."),
    ),
    S.lapsed: (
        _l("The place that was kept for you was given back. You may ask %(name)s again."),
        _l("The place that was kept is free again. There is nothing for you to do."),
    ),
    S.refused_by_employer: (_l("%(name)s was not told of your request."), ""),
    S.closed: (
        _l("Nobody said no to you. What you wrote stays here, in case you ask somebody else."),
        _l("There is nothing for you to do."),
    ),
}

NEXT_OF_PROPOSAL = {
    S.awaiting_employer: (
        _l("Your employer is asked first, by %(when)s. You may say no at any time, and need not say why."),
        "",
    ),
    S.sent: (
        _l("%(name)s has until %(when)s to answer. You may say no at any time, and need not say why."),
        _l("Answer by %(when)s: accept, ask for more, or decline. After your yes, %(name)s confirms."),
    ),
    S.withdrawn: (
        _l("There is nothing for you to do. The committee sees it and goes on looking."),
        _l("There is nothing for you to do. The committee sees it and goes on looking."),
    ),
}


def next_words(state: S, proposed: bool, by_firms: bool = False) -> tuple[object, object]:
    if by_firms and state in NEXT_BY_FIRMS:
        return NEXT_BY_FIRMS[state]
    return NEXT_OF_PROPOSAL.get(state, NEXT[state]) if proposed else NEXT[state]


# With a chemistry meeting, both read the same.
TALK_HEADLINES = {
    S.accepted: _l("A chemistry meeting with %(name)s first"),
    S.lapsed: _l("You and %(name)s do not go on"),
}

TALK_NEXT = {
    "time": _l("Find half an hour that suits you both. The place is kept until %(when)s."),
    "wait": _l("After it, both of you are asked in private whether you go on."),
    "answer": _l("Say by %(when)s whether you go on. Nobody else reads your answer."),
    "answered": _l(
        "Your answer is kept, and you may change it. If both of you say yes, your mentorship begins at once."
    ),
}

TALK_ENDED = _l(
    "The time is over without a yes of both. It says nothing about either of you, and nobody learns who wished what."
)
