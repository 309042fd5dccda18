"""The letter to the two of a proposed pair, to print or to send: who, in which programme, why, and what happens next.

It holds what both may read and nothing more: no points, no wishes, nobody else, and never what stood in anybody's way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from marketplace.committee.explaining import fit_for_the_two
from marketplace.committee.models import MatchProposal
from marketplace.committee.pages import because_sentence
from marketplace.papers.drawing import Sheet
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import Cohort, Programme
from marketplace.programmes.words import cohort_name, side_word
from marketplace.requests.models import RequestState
from marketplace.requests.states import ANSWER_WITHIN, CONFIRM_WITHIN
from marketplace.showcase.words import rhythm
from tenants.shared.papers import paper_html

MOST = 200
"""Letters in one file; of more, there are several."""

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class ToTheTwo:
    """``because``: what ``fit_for_the_two`` left of the reasons. ``state`` and ``due_at`` once they were asked."""

    mentee: str
    mentee_firm: str
    mentor: str
    mentor_firm: str
    because: Sequence[Mapping[str, Any]]
    reason: str = ""
    state: RequestState | None = None
    due_at: datetime | None = None


def of_proposal(one: MatchProposal, mentee: Any, mentor: Any, **more: Any) -> ToTheTwo:
    """``mentee`` and ``mentor``: each somebody with a ``name`` and a ``firm``."""
    because = fit_for_the_two(one.reasons.get("shares", ()))
    return ToTheTwo(mentee.name, mentee.firm, mentor.name, mentor.firm, because, **more)


def letters_sheet(cohort: Cohort, programme: Programme, letters: Sequence[ToTheTwo], locale: str) -> Sheet:
    """Each letter on pages of its own, in ``locale``."""
    modalities = cohort.modalities
    with force_locale(locale):
        sides = (Side.peer, Side.peer) if cohort.form is Form.peer else (Side.mentee, Side.mentor)
        name = f"{programme.name(locale)} · {cohort_name(cohort)}"
        return Sheet(
            paper_html(
                "committee/letter_paper.html",
                title=f"{letters[0].mentee} – {letters[0].mentor}"
                if len(letters) == 1
                else _("Match letters: %(name)s", name=name),
                locale=locale,
                programme=name,
                aims=modalities.aims.text(locale),
                rhythm=rhythm(modalities),
                begins=_day(cohort.launch_on, locale),
                sides=[side_word(side, cohort.form) for side in sides],
                letters=[
                    {
                        "one": one,
                        "reasons": [because_sentence(said) for said in one.because],
                        "next": _next(one, cohort, locale),
                    }
                    for one in letters
                ],
            )
        )


def _next(one: ToTheTwo, cohort: Cohort, locale: str) -> list[str]:
    """What happens now, whose turn it is and until when; nothing that depends on where the reader's clock is."""
    until = _day(one.due_at, locale) if one.due_at else ""
    mentee, mentor = one.mentee, one.mentor
    answers = ngettext(
        "%(name)s has %(num)d day to answer from the day on which you are asked.",
        "%(name)s has %(num)d days to answer from the day on which you are asked.",
        ANSWER_WITHIN.days,
        name=mentor,
    )
    confirms = ngettext(
        "After a yes, %(name)s has %(num)d day to confirm. Nothing begins before that.",
        "After a yes, %(name)s has %(num)d days to confirm. Nothing begins before that.",
        CONFIRM_WITHIN.days,
        name=mentee,
    )
    begins = _("The cohort begins on %(day)s.", day=_day(cohort.launch_on, locale))
    match one.state:
        case RequestState.awaiting_employer:
            first = _("The employer of %(name)s is asked first, until %(day)s.", name=mentee, day=until)
            return [first, answers, confirms, begins]
        case RequestState.sent | RequestState.more_information:
            return [_("%(name)s answers by %(day)s.", name=mentor, day=until), confirms, begins]
        case RequestState.accepted:
            said = _("%(name)s has said yes.", name=mentor)
            return [said, _("%(name)s confirms by %(day)s.", name=mentee, day=until), begins]
        case RequestState.confirmed:
            return [_("You have both said yes: you are a pair."), begins]
        case _:
            asked = _("You are both asked. Where an employer’s yes is needed, it is asked first.")
            return [asked, answers, confirms, begins]


def _day(value: Any, locale: str) -> str:
    return format_date(value, "d MMMM y", locale=locale)
