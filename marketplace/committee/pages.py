"""How the bench says its reasons: filters of its templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import BECAUSE, FAULTS, NEVER_BY_NAME, RULES
from marketplace.pairing.candidates import Candidate
from marketplace.vocabulary import LANGUAGES, SKILLS

Names = Mapping[int, Candidate]

FEW = 5
"""Names in one sentence; of more, the others are counted."""


def because(share: Mapping[str, Any]) -> str:
    """The words that counted, as the reader's language puts them."""
    return _labels(share["criterion"], share["because"])


def because_sentence(one: Mapping[str, Any]) -> str:
    """What the two of a pair read of why they were thought of."""
    return str(BECAUSE[one["criterion"]]) % {"words": _labels(one["criterion"], one["words"])}


def leftover_sentences(one: MatchLeftover, names: Names) -> list[str]:
    """Why somebody is left over, the reason first."""
    said = one.details
    if one.why == "blocked":
        return [
            ngettext(
                "The one mentor with room may not be theirs.",
                "None of the %(num)d mentors with room may be theirs.",
                said["of"],
            ),
            *(_removed(by, names) for by in said["removed"]),
        ]
    if one.why == "crowded_out":
        first = _("These %(mentees)d mentees reach only %(places)d places: %(names)s.") % {
            "mentees": len(said["mentees"]),
            "places": sum(bound["places"] for bound in said["bounds"]),
            "names": _named(said["mentees"], names),
        }
        return [
            first,
            *([_("To come in for another of them: %(cost)s", cost=cost_words(said["cost"]))] if said["cost"] else []),
        ]
    return [_("There is a place, but the match as a whole would lose: %(cost)s", cost=cost_words(said["cost"]))]


def _removed(by: Mapping[str, Any], names: Names) -> str:
    rule = by["rule"]
    text = ngettext(
        "%(rule)s: %(num)d mentor",
        "%(rule)s: %(num)d mentors",
        by["removes"],
        rule=_capital(str(RULES.get(rule, rule))),
    )
    if not by["would_admit"] or rule in NEVER_BY_NAME:
        return text
    return _("%(text)s; without this rule alone: %(names)s", text=text, names=_named(by["would_admit"], names))


def cost_words(cost: Mapping[str, Any] | None) -> str:
    """What a change costs, in pairs and points; a gain of one beside a loss of the other is said too."""
    if cost is None:
        return _("not possible")
    parts = []
    if cost["pairs"]:
        parts.append(
            ngettext("%(num)d pair fewer", "%(num)d pairs fewer", cost["pairs"])
            if cost["pairs"] > 0
            else ngettext("%(num)d pair more", "%(num)d pairs more", -cost["pairs"])
        )
    if cost["points"]:
        points = format_decimal(max(abs(cost["points"]) / 100, 0.1), "0.#")
        parts.append(
            _("%(points)s points fewer", points=points)
            if cost["points"] > 0
            else _("%(points)s points more", points=points)
        )
    return ", ".join(parts) or _("nothing: a match just as good")


def further_reasons(one: MatchProposal, names: Names) -> list[str]:
    """How the two rank for each other, who would be next, and what it costs to part them."""
    found = []
    for side, text, following in (
        (
            "mentee",
            _("For the mentee, number %(place)d of the %(of)d mentors they may have."),
            _("Next for the mentee: %(name)s (%(points)d points). The match as a whole: %(cost)s."),
        ),
        (
            "mentor",
            _("For the mentor, number %(place)d of the %(of)d mentees they may have."),
            _("Next for the mentor: %(name)s (%(points)d points). The match as a whole: %(cost)s."),
        ),
    ):
        said = one.reasons.get(side)
        if said is None:
            continue
        found.append(text % {"place": said["place"], "of": said["of"]})
        if said["next"]:
            name = _named([said["next"]["member"]], names)
            points = said["next"]["score"] // 100
            found.append(following % {"name": name, "points": points, "cost": cost_words(said["next"]["cost"])})
    if "without" in one.reasons:
        found.append(_("To part these two: %(cost)s.", cost=cost_words(one.reasons["without"])))
    return found


def fault_sentence(one: Mapping[str, Any], names: Names) -> str:
    rules = ", ".join(str(RULES.get(name, name)) for name in one["names"] if name)
    return str(FAULTS[one["kind"]]) % {
        "mentees": _named(one["mentees"], names),
        "mentors": _named(one["mentors"], names),
        "rules": rules,
        "asked": one["asked"],
        "allowed": one["allowed"],
    }


def _named(enrolments: Iterable[int], names: Names) -> str:
    known = [names[one].name if one in names else _("somebody who has left") for one in enrolments]
    if len(known) > FEW:
        more = len(known) - FEW
        return ", ".join(known[:FEW]) + " " + ngettext("and %(num)d more", "and %(num)d more", more)
    return ", ".join(known)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _labels(criterion: str, words: Iterable[str]) -> str:
    locale = str(get_locale())
    known = LANGUAGES if criterion == "languages" else SKILLS
    return ", ".join(known.label(word, locale) if word in known else word for word in words)


def install(app: Flask) -> None:
    app.jinja_env.filters |= {
        "because": because,
        "because_sentence": because_sentence,
        "fault_sentence": fault_sentence,
        "further_reasons": further_reasons,
        "leftover_sentences": leftover_sentences,
    }
