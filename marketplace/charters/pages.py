"""What the pages of an agreement show, whether their reader signed in or came by a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.charters import queries
from marketplace.charters.commands import ChangedMeanwhile
from marketplace.charters.forms import SignForm, VersionForm
from marketplace.charters.queries import Standing, Version
from marketplace.charters.words import PARTS
from marketplace.mentorships import queries as mentorships
from marketplace.mentorships.home import part
from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair
from marketplace.requests.faces import face, opening_words
from marketplace.requests.models import MessageKind
from marketplace.vocabulary import CADENCES
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.prose import prose_html

A_YEAR = timedelta(days=365)


@part("charters")
def home(viewer: Acting, pair: Pair) -> Standing:
    return queries.standing(viewer, pair)


def language() -> str:
    return str(get_locale())[:2]


def prefilled(viewer: Acting, pair: Pair, there: Standing) -> VersionForm:
    """What one goes on from: the version there is, else the goal of the request and what most pairs agree on."""
    if request.method == "POST":
        return VersionForm().fill_choices()
    latest = there.latest
    if latest is not None:
        said = latest.agreement
        values = {name: getattr(said, name) for name in queries.COMPARED}
    else:
        words = opening_words(mentorships.words(viewer, pair))
        goal = next((message.body for message in words if message.kind is MessageKind.goal), "")
        values = {
            "purpose": goal,
            "cadence": pair.mentorship.cadence or "monthly",
            "ends_on": pair.mentorship.ends_on
            or max(pair.mentorship.started_at.date() + A_YEAR, clock.today() + A_YEAR / 2),
            "contact": _(
                "By e-mail, with an answer within three working days. Whoever has to move a meeting says so the day before."
            ),
        }
    return VersionForm(formdata=None, data={**values, "seen": there.number, "name": viewer.person_name}).fill_choices()


def told_changes(before: Version | None, after: Version | None) -> list[tuple[Any, str, str]]:
    """(part, before, after) in words; only that the rules are others, not each word of them."""
    if before is None or after is None:
        return []
    locale = language()
    found = queries.changes(before.agreement, after.agreement, locale)
    return [
        (
            PARTS[one.part],
            _in_words(one.part, one.before, locale),
            _in_words(one.part, one.after, locale),
        )
        for one in found
    ]


def _in_words(part_name: str, value: Any, locale: str) -> str:
    from marketplace.pages import calendar_day

    if part_name == "ends_on":
        return calendar_day(value)
    if part_name == "cadence":
        return CADENCES.label(value, locale) if value in CADENCES else value
    if part_name == "rules":
        return _("those of %(name)s", name=value) if value else _("those of the house")
    return str(value)


def rules_html(version: Version | None, rules: queries.Rules | None) -> Markup:
    text = version.agreement.rules(language()) if version else rules.text(language()) if rules else ""
    return prose_html(text, below=2)


def scene(viewer: Acting, pair: Pair, *, signed_in: bool = True) -> dict[str, Any]:
    """What the page of the agreement shows to one of the two."""
    there = queries.standing(viewer, pair)
    seen, slug = pair.seen, viewer.slug if signed_in else None
    proposed = there.proposed
    sign = SignForm(prefix="sign", formdata=None)
    if proposed is not None:
        sign = SignForm(prefix="sign", formdata=None, data={"version": proposed.number, "name": viewer.person_name})
    return {
        "pair": pair,
        "mentorship": pair.mentorship,
        "seen": seen,
        "me": viewer,
        "other": seen.other,
        "left": face(seen.mentee if seen.viewer_is_mentee else seen.mentor, slug),
        "right": face(seen.other, slug),
        "standing": there,
        "ended": pair.mentorship.state is MentorshipState.ended,
        "changed": told_changes(there.in_force, proposed),
        "sign": sign,
        "in_force_rules": rules_html(there.in_force, None),
        "proposed_rules": rules_html(proposed, None),
        "paper": queries.paper_of(viewer, pair, there.in_force.agreement.id, language()) if there.in_force else None,
        "since_seen": [],
        "refusal": None,
    }


def after_change(viewer: Acting, error: ChangedMeanwhile, *, signed_in: bool) -> dict[str, Any]:
    """The page again, with what is different from the version the reader had before their eyes."""
    shown = scene(viewer, error.pair, signed_in=signed_in)
    before = queries.version_or_404(viewer, error.pair, error.seen) if error.seen else None
    shown["since_seen"] = told_changes(before, shown["standing"].latest)
    shown["refusal"] = error.sentence
    return shown
