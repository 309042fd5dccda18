"""How the bench says its reasons: filters of its templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import BECAUSE, FAULTS, NEVER_BY_NAME, RULES
from marketplace.vocabulary import LANGUAGES, SKILLS

Names = Mapping[int, Any]
"""By enrolment: somebody with a ``name``."""

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
    mentor = one.side == "mentor"
    if one.why == "blocked":
        first = (
            ngettext(
                "The one mentee who looks for a mentor may not be theirs.",
                "None of the %(num)d mentees who look for a mentor may be theirs.",
                said["of"],
            )
            if mentor
            else ngettext(
                "The one mentor with room may not be theirs.",
                "None of the %(num)d mentors with room may be theirs.",
                said["of"],
            )
        )
        return [first, *(_removed(by, names, mentor) for by in said["removed"])]
    if one.why == "crowded_out":
        many = said.get("many", len(said["mentees"]))
        places = said["places"] if "places" in said else sum(bound["places"] for bound in said["bounds"])
        first = ngettext(
            "This mentee reaches only %(places)s: %(names)s.",
            "These %(num)d mentees reach only %(places)s: %(names)s.",
            many,
            places=ngettext("%(num)d place", "%(num)d places", places),
            names=_named(said["mentees"], names, many),
        )
        return [
            first,
            *([_("To come in for another of them: %(cost)s", cost=cost_words(said["cost"]))] if said["cost"] else []),
        ]
    if one.why == "unneeded":
        room = ngettext("%(num)d place", "%(num)d places", said["room"])
        first = ngettext(
            "%(have)s, and only %(num)d mentee may be theirs: %(names)s.",
            "%(have)s, and only %(num)d mentees may be theirs: %(names)s.",
            said["most"],
            have=ngettext("This mentor has %(room)s", "These mentors have %(room)s", said["many"], room=room),
            names=_named(said["mentors"], names, said["many"]),
        )
        return [
            first,
            *(
                [_("To give them somebody all the same: %(cost)s", cost=cost_words(said["cost"]))]
                if said["cost"]
                else []
            ),
        ]
    if mentor:
        return [
            _("Somebody may be theirs, but the match as a whole would lose: %(cost)s", cost=cost_words(said["cost"]))
        ]
    return [_("There is a place, but the match as a whole would lose: %(cost)s", cost=cost_words(said["cost"]))]


def ids_of(one: MatchLeftover) -> list[int]:
    """Whom the sentences about somebody left over name."""
    said = one.details
    found = [one.enrolment_id, *said.get("mentees", ())[:FEW], *said.get("mentors", ())[:FEW]]
    for by in said.get("removed", ()):
        if by["rule"] not in NEVER_BY_NAME:
            found += by["would_admit"][:FEW]
    return found


def _removed(by: Mapping[str, Any], names: Names, of_mentor: bool) -> str:
    rule = by["rule"]
    called = _capital(str(RULES.get(rule, rule)))
    text = (
        ngettext("%(rule)s: %(num)d mentee", "%(rule)s: %(num)d mentees", by["removes"], rule=called)
        if of_mentor
        else ngettext("%(rule)s: %(num)d mentor", "%(rule)s: %(num)d mentors", by["removes"], rule=called)
    )
    if not by["would_admit"] or rule in NEVER_BY_NAME:
        return text
    admits = _named(by["would_admit"], names, by.get("admits", len(by["would_admit"])))
    return _("%(text)s; without this rule alone: %(names)s", text=text, names=admits)


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
        tenths = max(round(abs(cost["points"]) / 10), 1)
        # What is broken is a plural in English up from nothing and in French up from two, as 0 is and is not.
        many = 1 if tenths == 10 else tenths // 10 if tenths >= 20 else 0
        points = format_decimal(tenths / 10, "0.#")
        parts.append(
            ngettext("%(points)s point fewer", "%(points)s points fewer", many, points=points)
            if cost["points"] > 0
            else ngettext("%(points)s point more", "%(points)s points more", many, points=points)
        )
    return ", ".join(parts) or _("nothing: a match just as good")


def rule_words(obstacles: Iterable[str]) -> str:
    """What stands between two, as their page says it."""
    return ", ".join(str(RULES.get(name, name)) for name in obstacles)


def further_reasons(one: MatchProposal, names: Names) -> list[str]:
    """How the two rank for each other, who would be next, and what it costs to part them."""
    found = []
    for side, following in (
        ("mentee", _("Next for the mentee: %(name)s (%(points)s). The match as a whole: %(cost)s.")),
        ("mentor", _("Next for the mentor: %(name)s (%(points)s). The match as a whole: %(cost)s.")),
    ):
        said = one.reasons.get(side)
        if said is None:
            continue
        found.append(_place(side, said))
        if said["next"]:
            name = _named([said["next"]["member"]], names)
            points = ngettext("%(num)d point", "%(num)d points", said["next"]["score"] // 100)
            found.append(following % {"name": name, "points": points, "cost": cost_words(said["next"]["cost"])})
    if "without" in one.reasons:
        found.append(_("To part these two: %(cost)s.", cost=cost_words(one.reasons["without"])))
    return found


def _place(side: str, said: Mapping[str, Any]) -> str:
    if side == "mentee":
        return ngettext(
            "For the mentee, the one mentor they may have.",
            "For the mentee, number %(place)d of the %(num)d mentors they may have.",
            said["of"],
            place=said["place"],
        )
    return ngettext(
        "For the mentor, the one mentee they may have.",
        "For the mentor, number %(place)d of the %(num)d mentees they may have.",
        said["of"],
        place=said["place"],
    )


def fault_sentence(one: Mapping[str, Any], names: Names) -> str:
    rules = ", ".join(str(RULES.get(name, name)) for name in one["names"] if name)
    return str(FAULTS[one["kind"]]) % {
        "mentees": _named(one["mentees"], names),
        "mentors": _named(one["mentors"], names),
        "rules": rules,
        "asked": one["asked"],
        "allowed": one["allowed"],
    }


def _named(enrolments: Iterable[int], names: Names, many: int = 0) -> str:
    """``many``: how many there are, where not all of them are listed."""
    known = [names[one].name if one in names else _("somebody who has left") for one in enrolments]
    if len(known) > FEW:
        more = max(len(known), many) - FEW
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
        "rule_words": rule_words,
    }
