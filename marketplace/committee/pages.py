"""How the bench says its reasons: filters of its templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import BECAUSE, CRITERIA, FAULTS, NEVER_BY_NAME, NEXT, PRICED_OUT, RULES, Sides
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
    if one.why == "blocked":
        return [_nobody_for(one.side, said["of"]), *(_removed(by, names, one.side) for by in said["removed"])]
    if one.why == "crowded_out":
        found, lost = _crowd(one.side, said, names), _("To come in for another of them: %(cost)s")
    elif one.why == "unneeded":
        room = ngettext("%(num)d place", "%(num)d places", said["room"])
        found = ngettext(
            "%(have)s, and only %(num)d mentee may be theirs: %(names)s.",
            "%(have)s, and only %(num)d mentees may be theirs: %(names)s.",
            said["most"],
            have=ngettext("This mentor has %(room)s", "These mentors have %(room)s", said["many"], room=room),
            names=_named(said["mentors"], names, said["many"]),
        )
        lost = _("To give them somebody all the same: %(cost)s")
    else:
        return [str(PRICED_OUT[one.side]) % {"cost": cost_words(said["cost"])}]
    return [found, *([lost % {"cost": cost_words(said["cost"])}] if said["cost"] else [])]


def _nobody_for(side: str, others: int) -> str:
    """That none of the others may be theirs."""
    if side == "mentor":
        return ngettext(
            "The one mentee who looks for a mentor may not be theirs.",
            "None of the %(num)d mentees who look for a mentor may be theirs.",
            others,
        )
    if side == "mentee":
        return ngettext(
            "The one mentor with room may not be theirs.",
            "None of the %(num)d mentors with room may be theirs.",
            others,
        )
    if not others:
        return _("Nobody else looks for a pair.")
    return ngettext(
        "The one other person may not be paired with them.",
        "None of the %(num)d others may be paired with them.",
        others,
    )


def _crowd(side: str, said: Mapping[str, Any], names: Names) -> str:
    """Whom they are too many with."""
    many = said.get("many", len(said["mentees"]))
    places = said["places"] if "places" in said else sum(bound["places"] for bound in said["bounds"])
    called = _named(said["mentees"], names, many)
    if side == "mentee":
        return ngettext(
            "This mentee reaches only %(places)s: %(names)s.",
            "These %(num)d mentees reach only %(places)s: %(names)s.",
            many,
            places=ngettext("%(num)d place", "%(num)d places", places),
            names=called,
        )
    if not said["reached"]:
        return _(
            "These %(num)d people may be paired with each other alone, and their number is odd: %(names)s.",
            num=many,
            names=called,
        )
    return _(
        "Of these people at most %(places)d of %(num)d can be paired: %(names)s.",
        num=many,
        places=places,
        names=called,
    )


def ids_of(one: MatchLeftover) -> list[int]:
    """Whom the sentences about somebody left over name."""
    said = one.details
    found = [one.enrolment_id, *said.get("mentees", ())[:FEW], *said.get("mentors", ())[:FEW]]
    for by in said.get("removed", ()):
        if by["rule"] not in NEVER_BY_NAME:
            found += by["would_admit"][:FEW]
    return found


def _removed(by: Mapping[str, Any], names: Names, side: str) -> str:
    rule = by["rule"]
    called, many = _capital(str(RULES.get(rule, rule))), by["removes"]
    if side == "mentor":
        text = ngettext("%(rule)s: %(num)d mentee", "%(rule)s: %(num)d mentees", many, rule=called)
    elif side == "mentee":
        text = ngettext("%(rule)s: %(num)d mentor", "%(rule)s: %(num)d mentors", many, rule=called)
    else:
        text = ngettext("%(rule)s: %(num)d person", "%(rule)s: %(num)d people", many, rule=called)
    if not by["would_admit"] or rule in NEVER_BY_NAME:
        return text
    admits = _named(by["would_admit"], names, by.get("admits", len(by["would_admit"])))
    return _("%(text)s; without this rule alone: %(names)s", text=text, names=admits)


def cost_words(cost: Mapping[str, Any] | None) -> str:
    """What a change costs, in pairs and whole points; a gain of one beside a loss of the other is said too."""
    if cost is None:
        return _("not possible")
    pairs, points = cost["pairs"], cost["points"]
    whole = round(abs(points) / 100)
    parts = []
    if pairs:
        parts.append(_change(pairs, ngettext("%(num)d pair", "%(num)d pairs", abs(pairs))))
    if points:
        what = ngettext("%(num)d point", "%(num)d points", whole) if whole else _("less than a point")
        parts.append(_change(points, what))
    return ", ".join(parts) or _("nothing: a match just as good")


def _change(lost: int, what: str) -> str:
    return _("%(what)s fewer", what=what) if lost > 0 else _("%(what)s more", what=what)


def rule_words(obstacles: Iterable[str]) -> str:
    """What stands between two, as their page says it."""
    return ", ".join(str(RULES.get(name, name)) for name in obstacles)


def further_reasons(one: MatchProposal, names: Names) -> list[str]:
    """How the two rank for each other, who would be next, and what it costs to part them."""
    found = []
    ends = {"first": one.mentee_enrolment_id, "second": one.mentor_enrolment_id}
    for side, following in NEXT.items():
        said = one.reasons.get(side)
        if said is None:
            continue
        who = _named([ends[side]], names) if side in ends else ""
        found.append(_place(side, said, who))
        if said["next"]:
            name = _named([said["next"]["member"]], names)
            points = ngettext("%(num)d point", "%(num)d points", said["next"]["score"] // 100)
            cost = cost_words(said["next"]["cost"])
            found.append(str(following) % {"who": who, "name": name, "points": points, "cost": cost})
    if "without" in one.reasons:
        found.append(_("To part these two: %(cost)s.", cost=cost_words(one.reasons["without"])))
    return found


def next_ones(one: MatchProposal) -> list[int]:
    """Whom ``further_reasons`` names beside the two."""
    sides = (one.reasons.get(side) or {} for side in NEXT)
    return [side["next"]["member"] for side in sides if side.get("next")]


def _place(side: str, said: Mapping[str, Any], who: str) -> str:
    if side == "mentee":
        return ngettext(
            "For the mentee, the one mentor they may have.",
            "For the mentee, number %(place)d of the %(num)d mentors they may have.",
            said["of"],
            place=said["place"],
        )
    if side == "mentor":
        return ngettext(
            "For the mentor, the one mentee they may have.",
            "For the mentor, number %(place)d of the %(num)d mentees they may have.",
            said["of"],
            place=said["place"],
        )
    return ngettext(
        "For %(who)s, the one person they may have.",
        "For %(who)s, number %(place)d of the %(num)d people they may have.",
        said["of"],
        who=who,
        place=said["place"],
    )


def criterion(share: Mapping[str, Any], first: str, second: str) -> str:
    """What counted; of peers, for which of the two."""
    name = share["criterion"]
    return str(CRITERIA[name]) % {"first": first, "second": second} if name in CRITERIA else name


def of_whom(answer: Mapping[str, Any], sides: Sides) -> str:
    """What the number of pairs is of."""
    if sides.pool:
        return ngettext(
            "pair, of %(people)s",
            "pairs, of %(people)s",
            answer["heads"],
            people=ngettext("%(num)d person", "%(num)d people", answer["mentees"]),
        )
    return ngettext(
        "pair, of %(mentees)s and %(places)s",
        "pairs, of %(mentees)s and %(places)s",
        answer["heads"],
        mentees=ngettext(
            "%(count)s mentee", "%(count)s mentees", answer["mentees"], count=format_decimal(answer["mentees"])
        ),
        places=ngettext(
            "%(count)s place", "%(count)s places", answer["places"], count=format_decimal(answer["places"])
        ),
    )


def who_changed(many: int, sides: Sides) -> str:
    """Of how many the other one is another than in the version before."""
    if sides.pool:
        return ngettext("%(num)d person has somebody else", "%(num)d people have somebody else", many)
    return ngettext("%(num)d mentee has another mentor", "%(num)d mentees have another mentor", many)


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
        "cost": cost_words,
        "criterion": criterion,
        "fault_sentence": fault_sentence,
        "further_reasons": further_reasons,
        "leftover_sentences": leftover_sentences,
        "of_whom": of_whom,
        "rule_words": rule_words,
        "who_changed": who_changed,
    }
