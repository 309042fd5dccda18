"""What a programme asks and offers, in words made from its modalities."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.modalities import Form, Modalities, Phase, Side
from marketplace.programmes.words import side_word
from marketplace.vocabulary import CADENCES, FUNCTIONS, SENIORITIES

FORMS: dict[Form, Any] = {
    Form.informal: _l("Informal mentoring: one finds a mentor oneself"),
    Form.organised: _l("Mentoring organised by the employer"),
    Form.external: _l("Mentoring of students by professionals"),
    Form.peer: _l("Mentoring between peers"),
    Form.reverse: _l("Reverse mentoring: the junior mentors the senior"),
    Form.cross_company: _l("Mentoring across companies"),
    Form.board: _l("Mentoring towards a board seat"),
}

PHASE_SAYS: dict[Phase, Any] = {
    Phase.call: _l("The programme is announced."),
    Phase.nomination: _l("Firms put people forward."),
    Phase.application: _l("People apply."),
    Phase.approval: _l("Employers say yes, and every candidate gets an answer."),
    Phase.training: _l("Those who take part prepare, each for their own part."),
    Phase.matching: _l("Pairs are made."),
    Phase.launch: _l("All meet, and pairs begin."),
    Phase.mid_point: _l("Half way: what works, what to change."),
    Phase.closing: _l("Each pair looks back, and the cohort ends together."),
    Phase.alumni: _l("Those who took part stay in touch."),
}


def locale() -> str:
    return str(get_locale())[:2]


def rhythm(modalities: Modalities) -> str:
    """``Every month, for 12 months``."""
    months = ngettext("%(num)d month", "%(num)d months", modalities.months)
    return _("%(cadence)s, for %(months)s", cadence=CADENCES.label(modalities.cadence, locale()), months=months)


def eligible(modalities: Modalities, side: Side) -> list[str]:
    """Who may take part on ``side``, one line a condition; none: everybody in the audience."""
    lines = []
    vocabulary = {"seniority": SENIORITIES, "function": FUNCTIONS}
    for condition in modalities.rules(side).eligibility:
        if condition.on == "statement":
            lines.append(condition.statement.text(locale()))
        elif condition.on in vocabulary:
            terms = vocabulary[condition.on]
            lines.append(", ".join(terms.label(slug, locale()) for slug in condition.any_of))
    return [line for line in lines if line]


def asked_of(modalities: Modalities, side: Side) -> list[str]:
    """What somebody on ``side`` takes on, beside what everybody does (``asked_of_all``)."""
    lines = [_part(modalities, side)]
    training = modalities.rules(side).training
    if training == "before_matching":
        lines.append(_("Take a short training before pairs are made."))
    elif training == "offered":
        lines.append(_("A short training is offered."))
    if modalities.employer_approval and side is not Side.mentor:
        lines.append(_("Have your employer’s yes; we ask for it on your behalf."))
    return lines


def _part(modalities: Modalities, side: Side) -> str:
    """The part that one plays, in a sentence."""
    form, circle = modalities.form, modalities.circle
    if form is Form.peer:
        if circle.most > 2:
            return _("Meet in a circle of %(least)d to %(most)d, prepared.", least=circle.least, most=circle.most)
        return _("Bring a question to one meeting, and lend your ear at the next.")
    if form is Form.reverse:
        if side is Side.mentor:
            return _("Show how things look from where you stand, plainly and kindly.")
        return _("Ask, listen, and see to it that nothing said has consequences.")
    if side is Side.mentor:
        if form is Form.external:
            return _("Make the world of work readable: listen, explain, share. No placement to promise.")
        if form is Form.board:
            return _("Prepare and challenge your candidate in person, and name them only with their consent.")
        return _("Listen, ask, and share what you have lived through. No reports, no grades.")
    return _("Bring your own goals, prepare each meeting, and decide for yourself.")


def asked_of_all(modalities: Modalities) -> list[str]:
    """What everybody who takes part does, on whichever side."""
    lines = [_("Sign an agreement on confidentiality, and keep to it.")]
    if modalities.evaluation:
        lines.append(_("Answer a few questions on how it goes. What you tell each other stays with you."))
    return lines


def sides(modalities: Modalities) -> list[tuple[str, list[str], list[str]]]:
    """(what they are called, who may be one, what is asked of them) of each side."""
    return [
        (side_word(side, modalities.form), eligible(modalities, side), asked_of(modalities, side))
        for side in modalities.sides
    ]
