"""What the enumerations of programmes are called on pages and in letters."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort, CohortState, EnrolmentState, ProgrammeState

PHASES: dict[Phase, Any] = {
    Phase.call: _l("Call"),
    Phase.nomination: _l("Nomination"),
    Phase.application: _l("Application"),
    Phase.approval: _l("Approval"),
    Phase.training: _l("Training"),
    Phase.matching: _l("Matching"),
    Phase.launch: _l("Launch"),
    Phase.mid_point: _l("Mid-point"),
    Phase.closing: _l("Closing"),
    Phase.alumni: _l("Alumni"),
}

PROGRAMME_STATES: dict[ProgrammeState, Any] = {
    ProgrammeState.draft: _l("Draft"),
    ProgrammeState.open: _l("Open"),
    ProgrammeState.archived: _l("Archived"),
}

COHORT_STATES: dict[CohortState, Any] = {
    CohortState.draft: _l("Draft"),
    CohortState.open: _l("Under way"),
    CohortState.closed: _l("Closed"),
    CohortState.cancelled: _l("Cancelled"),
}

ENROLMENT_STATES: dict[EnrolmentState, Any] = {
    EnrolmentState.nominated: _l("Asked to take part"),
    EnrolmentState.awaiting_employer: _l("Awaits the employer"),
    EnrolmentState.awaiting_decision: _l("Awaits the decision"),
    EnrolmentState.waiting: _l("On the waiting list"),
    EnrolmentState.enrolled: _l("Takes part"),
    EnrolmentState.completed: _l("Has completed it"),
    EnrolmentState.declined: _l("Said no"),
    EnrolmentState.refused: _l("Not taken in"),
    EnrolmentState.withdrawn: _l("Withdrawn"),
    EnrolmentState.dropped_out: _l("Left early"),
    EnrolmentState.expired: _l("No answer in time"),
}


def side_word(side: Side, form: Form) -> str:
    """What somebody on ``side`` is called. In the reverse form the junior is the mentor, and both are told so."""
    if form is Form.reverse:
        return _("Junior mentor") if side is Side.mentor else _("Senior mentee")
    if form is Form.external and side is Side.mentee:
        return _("Student")
    return {Side.mentor: _("Mentor"), Side.mentee: _("Mentee"), Side.peer: _("Peer")}[side]


def side_words(side: Side, form: Form) -> str:
    """Those on ``side``, as one speaks of all of them."""
    if form is Form.reverse:
        return _("Junior mentors") if side is Side.mentor else _("Senior mentees")
    if form is Form.external and side is Side.mentee:
        return _("Students")
    return {Side.mentor: _("Mentors"), Side.mentee: _("Mentees"), Side.peer: _("Peers")}[side]


def cohort_name(cohort: Cohort) -> str:
    """How a cohort is told from the others of its programme."""
    return _("Pilot") if cohort.is_pilot else _("Cohort %(number)s", number=cohort.ordinal)


# What is said in another way where the form is another: in the reverse form the junior is the mentor, peers are the same, and an
# external mentee is a student. "" is how it is said in every other form. %(name)s is the other one, %(firm)s their organisation.
OF_FORM: dict[str, dict[str, Any]] = {
    # --- the committee's lists ---
    "without_pair": {
        "": _l("Mentees without a pair"),
        "peer": _l("Peers without a pair"),
        "reverse": _l("Senior mentees without a pair"),
        "external": _l("Students without a pair"),
    },
    "everybody": {
        "": _l("Mentees"),
        "peer": _l("Peers"),
        "reverse": _l("Senior mentees"),
        "external": _l("Students"),
    },
    "with_room": {
        "": _l("Mentors with room"),
        "peer": _l("Peers with room"),
        "reverse": _l("Junior mentors with room"),
    },
    "no_room": {
        "": _l("No mentor has room"),
        "peer": _l("No peer has room"),
        "reverse": _l("No junior mentor has room"),
    },
    "how_to_pair": {
        "": _l(
            "Choose one of each list and say why; both read your reason. The mentor is asked first, and nothing begins before "
            "the mentee has confirmed."
        ),
        "peer": _l(
            "Choose two and say why; both read your reason. One is asked first, and nothing begins before the other has "
            "confirmed."
        ),
        "reverse": _l(
            "Choose one of each list and say why; both read your reason. The junior mentor is asked first, and nothing begins "
            "before the senior mentee has confirmed."
        ),
        "external": _l(
            "Choose one of each list and say why; both read your reason. The mentor is asked first, and nothing begins before "
            "the student has confirmed."
        ),
    },
    # --- for whom a paper of the kit is, and how many each side is ---
    "for_mentors": {
        "": _l("For mentors"),
        "peer": _l("For peers"),
        "reverse": _l("For junior mentors"),
    },
    "for_mentees": {
        "": _l("For mentees"),
        "peer": _l("For peers"),
        "reverse": _l("For senior mentees"),
        "external": _l("For students"),
    },
    "how_many_you_take": {
        "": _l("Mentees you can take"),
        "reverse": _l("Senior mentees you can take"),
        "external": _l("Students you can take"),
    },
    "who_takes": {
        "": _l("For mentors. Your mentor page says how many."),
        "reverse": _l("For junior mentors. Your mentor page says how many."),
    },
    "places_mentors": {
        "": _l("Places for mentors"),
        "reverse": _l("Places for junior mentors"),
    },
    "places_mentees": {
        "": _l("Places for mentees"),
        "peer": _l("Places"),
        "reverse": _l("Places for senior mentees"),
        "external": _l("Places for students"),
    },
    "quota_mentors": {
        "": _l("Mentors that an organisation may give"),
        "reverse": _l("Junior mentors that an organisation may give"),
    },
    "quota_mentees": {
        "": _l("Mentees that an organisation may send"),
        "peer": _l("People that an organisation may send"),
        "reverse": _l("Senior mentees that an organisation may send"),
        "external": _l("Students that a school may send"),
    },
    "given": {
        "": _l("Mentors given"),
        "reverse": _l("Junior mentors given"),
    },
    "sent": {
        "": _l("Mentees sent"),
        "peer": _l("People sent"),
        "reverse": _l("Senior mentees sent"),
        "external": _l("Students sent"),
    },
    # --- what an organisation may bring, and by how much the two sides may differ ---
    "mentors_at_most": {
        "": _l("Mentors at most"),
        "reverse": _l("Junior mentors at most"),
    },
    "mentees_at_most": {
        "": _l("Mentees at most"),
        "peer": _l("People at most"),
        "reverse": _l("Senior mentees at most"),
        "external": _l("Students at most"),
    },
    "your_mentors_at_most": {
        "": _l("Your mentors at most"),
        "reverse": _l("Your junior mentors at most"),
    },
    "your_mentees_at_most": {
        "": _l("Your mentees at most"),
        "peer": _l("Your people at most"),
        "reverse": _l("Your senior mentees at most"),
        "external": _l("Your students at most"),
    },
    "sends_no_more": {
        "": _l("An organisation sends no more mentees than it gives mentors."),
        "reverse": _l("An organisation sends no more senior mentees than it gives junior mentors."),
        "external": _l("An organisation sends no more students than it gives mentors."),
    },
    "sends_one_more": {
        "": _l("An organisation may send one mentee more than it gives mentors, and not more."),
        "reverse": _l("An organisation may send one senior mentee more than it gives junior mentors, and not more."),
        "external": _l("An organisation may send one student more than it gives mentors, and not more."),
    },
    "sends_more": {
        "": _l("An organisation may send %(number)s mentees more than it gives mentors, and not more."),
        "reverse": _l(
            "An organisation may send %(number)s senior mentees more than it gives junior mentors, and not more."
        ),
        "external": _l("An organisation may send %(number)s students more than it gives mentors, and not more."),
    },
    "more_may_come": {
        "": _l("More mentees may come"),
        "peer": _l("More may come"),
        "reverse": _l("More senior mentees may come"),
        "external": _l("More students may come"),
    },
    # --- letters about requests ---
    "asked_a_week_ago": {
        "": _l(
            "%(name)s, of %(firm)s, asked you a week ago to be their mentor. A short answer is enough, and “no” is one too."
        ),
        "peer": _l(
            "%(name)s, of %(firm)s, asked you a week ago to be their peer. A short answer is enough, and “no” is one too."
        ),
        "reverse": _l(
            "%(name)s, of %(firm)s, asked you a week ago to be their junior mentor. A short answer is enough, and “no” is one "
            "too."
        ),
        "external": _l(
            "%(name)s, a student of %(firm)s, asked you a week ago to be their mentor. A short answer is enough, and “no” is "
            "one too."
        ),
    },
    "cannot_be": {
        "": _l("%(name)s cannot be your mentor at present"),
        "peer": _l("%(name)s cannot be your peer at present"),
        "reverse": _l("%(name)s cannot be your junior mentor at present"),
    },
    "no_longer_asks": {
        "": _l(
            "%(name)s no longer asks you to be their mentor. There is nothing for you to do, and your place is free for "
            "somebody else."
        ),
        "peer": _l(
            "%(name)s no longer asks you to be their peer. There is nothing for you to do, and your place is free for "
            "somebody else."
        ),
        "reverse": _l(
            "%(name)s no longer asks you to be their junior mentor. There is nothing for you to do, and your place is free for "
            "somebody else."
        ),
    },
    "others_have_room": {
        "": _l("Other mentors have room. What you wrote is kept, so asking again takes little time."),
        "peer": _l("Other peers have room. What you wrote is kept, so asking again takes little time."),
        "reverse": _l("Other junior mentors have room. What you wrote is kept, so asking again takes little time."),
    },
    # --- a pair: what the other one is to the reader, who is the mentee or the mentor ---
    "other_to_mentee": {
        "": _l("your mentor"),
        "peer": _l("your peer"),
        "reverse": _l("your junior mentor"),
    },
    "other_to_mentor": {
        "": _l("your mentee"),
        "peer": _l("your peer"),
        "reverse": _l("your senior mentee"),
        "external": _l("the student you accompany"),
    },
    # --- who accompanies whom, where it does not go without saying ---
    "to_mentee": {
        "peer": _l("%(name)s is your peer: each of you is there for the other."),
        "reverse": _l("%(name)s is your junior mentor: here the junior accompanies the senior."),
        "external": _l("%(name)s, of %(firm)s, accompanies you while you study."),
    },
    "to_mentor": {
        "peer": _l("%(name)s is your peer: each of you is there for the other."),
        "reverse": _l("You are the junior mentor of %(name)s: here the junior accompanies the senior."),
        "external": _l("You accompany %(name)s, a student."),
    },
}


def in_form(sentence: str, form: str, **values: object) -> str:
    """A sentence of ``OF_FORM`` as it is said in this form of mentoring; empty where nothing is said in it."""
    ways = OF_FORM[sentence]
    way = ways.get(form, ways.get(""))
    return str(way) % values if way is not None else ""
