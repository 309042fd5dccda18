"""What the page tells its author: what is missing, what helps mentees, who will see it. Words only, no
decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import Field, SelectField

from marketplace.mentors import queries
from marketplace.mentors.models import Audience, MentorProfile
from tenants.current import Acting

MISSING: Mapping[str, Any] = {
    "headline": _l("Write one sentence that a mentee will remember."),
    "title": _l("Say what your position is."),
    "story": _l("Tell a little more: at least 40 characters."),
    "skills": _l("Choose at least one thing you can help with, or say it in your own words."),
    "languages": _l("Choose at least one language."),
    "forms": _l("Choose at least one form of mentoring."),
    "remote": _l("Say whether you meet remotely, in person, or both."),
    "place": _l("Say where, since you meet in person."),
    "network_ids": _l("Choose at least one network."),
}

LONG_STORY = 400


def hints(profile: MentorProfile, *, photo: bool) -> list[dict[str, Any]]:
    """What helps mentees most, in that order; a hint, never a condition."""
    rows = (
        (
            "headline",
            bool(profile.headline),
            _("One sentence of your own"),
            _("It is the first thing a mentee reads."),
        ),
        (
            "skills",
            len(profile.skills) + len(profile.own_words) >= 3,
            _("Three things you can help with"),
            _("Mentees search by what they want to learn."),
        ),
        (
            "story",
            len(profile.story) >= LONG_STORY,
            _("A story with a turning point"),
            _("What went wrong once, and what you would do today. A few paragraphs are enough."),
        ),
        ("photo", photo, _("A photo"), _("A face makes it easier to ask.")),
        (
            "capacity",
            profile.capacity > 0 and bool(profile.cadence),
            _("How many mentees, and how often"),
            _("Mentees see at once whether you have room."),
        ),
        (
            "function",
            bool(profile.function and profile.seniority and profile.industries),
            _("Your function, level and industries"),
            _("They help a mentee find somebody who knows their world, or a different one."),
        ),
    )
    return [{"url": f"#{name}", "done": done, "text": text, "why": why} for name, done, text, why in rows]


def reach_in_words(viewer: Acting, profile: MentorProfile) -> str:
    """Who can see the page once it is published, in one sentence: counts of firms only. Conflicts of interest
    never change the count, so that it tells nobody who declared one.
    """
    match profile.audience:
        case Audience.networks:
            chosen = [network for network in queries.networks_of(viewer) if network.id in profile.network_ids]
            if not chosen:
                return _("No network is chosen yet: nobody would see it.")
            parts = [
                ngettext(
                    "%(num)d other firm in %(network)s",
                    "%(num)d other firms in %(network)s",
                    network.firms,
                    network=network.name,
                )
                for network in chosen
            ]
            return _("For people of %(firms)s; for nobody at your own company.", firms=_and(parts))
        case Audience.marketplace:
            firms = queries.firms_in_marketplace(viewer)
            if firms is None:
                return _("Your company left the marketplace: nobody would see it.")
            return ngettext(
                "For people of %(num)d other firm in the marketplace; for nobody at your own company.",
                "For people of %(num)d other firms in the marketplace; for nobody at your own company.",
                firms,
            )
        case _ if viewer.in_network:
            firms = queries.networks_of(viewer)[0].firms
            return ngettext(
                "For people of %(num)d member firm of %(network)s.",
                "For people of %(num)d member firms of %(network)s.",
                firms,
                network=viewer.org_name,
            )
        case _:
            return _("For people of %(firm)s only.", firm=viewer.org_name)


def audience_details(viewer: Acting) -> dict[str, str]:
    """What each choice of audience means, a sentence each."""
    company = _("People of %(firm)s, and nobody else.", firm=viewer.org_name)
    if viewer.in_network:
        company = _("People of the firms of %(network)s, and those who run it.", network=viewer.org_name)
    return {
        Audience.company.value: company,
        Audience.networks.value: _("People of the firms in the networks you choose, and those who run them."),
        Audience.marketplace.value: _("People of every firm that opted in, whatever its network."),
    }


def audience_reach(viewer: Acting) -> dict[str, str]:
    """How many other firms each choice reaches. Conflicts of interest are not in these figures: see
    ``reach_in_words``.
    """
    networks = queries.networks_of(viewer)
    reach = {}
    if viewer.in_network:
        reach[Audience.company.value] = _firms(networks[0].firms)
    elif networks:
        reach[Audience.networks.value] = ", ".join(f"{network.name}: {_firms(network.firms)}" for network in networks)
    marketplace = queries.firms_in_marketplace(viewer)
    if marketplace is not None:
        reach[Audience.marketplace.value] = _firms(marketplace)
    return reach


def _firms(number: int) -> str:
    return ngettext("%(num)d other firm", "%(num)d other firms", number)


def _and(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("%(most)s and %(last)s", most=", ".join(parts[:-1]), last=parts[-1])


def kept_sentence(labels: Iterable[str]) -> str:
    """Told once another window's changes were kept beside this one's; nothing to tell without any."""
    fields = ", ".join(map(str, labels))
    return fields and _("Another window had changed this meanwhile, and it was kept: %(fields)s.", fields=fields)


def in_words(value: Any, field: Field) -> str:
    """A stored value of a form's field, for its author to read."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, SelectField):
        labels = {choice.value: str(choice.label) for choice in field.choices}
        chosen = value if isinstance(value, list) else [getattr(value, "value", value)]
        return ", ".join(labels.get(item, "") for item in chosen if item is not None)
    return ", ".join(value) if isinstance(value, list) else str(value or "")
