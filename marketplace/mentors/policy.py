"""When a mentor's page may be published, and to whom."""

from __future__ import annotations

from collections.abc import Collection

from marketplace.mentors.models import Audience, MentorProfile, ProfileState

SHORTEST_STORY = 40
"""Characters; fewer tell a mentee nothing that the headline does not."""


def missing_for_publication(profile: MentorProfile) -> list[str]:
    """The names of the fields without which the page helps nobody, in the order of the page. Empty: it may be
    published.
    """
    present = {
        "headline": bool(profile.headline.strip()),
        "title": bool(profile.title.strip()),
        "story": len(profile.story.strip()) >= SHORTEST_STORY,
        "skills": bool(profile.skills or profile.own_words),
        "languages": bool(profile.languages),
        "forms": bool(profile.forms),
        "remote": profile.remote or profile.in_person,
        "place": bool(profile.place.strip()) or not profile.in_person,
        "network_ids": profile.audience is not Audience.networks or bool(profile.network_ids),
    }
    return [name for name, here in present.items() if not here]


def may_show_to(profile: MentorProfile, *, networks: Collection[int], in_marketplace: bool) -> bool:
    """The audience lies within what the mentor's firm belongs to."""
    match profile.audience:
        case Audience.networks:
            return bool(profile.network_ids) and set(profile.network_ids) <= set(networks)
        case Audience.marketplace:
            return in_marketplace
        case _:
            return True


def may_pause(profile: MentorProfile) -> bool:
    return profile.state is ProfileState.published


def may_resume(profile: MentorProfile) -> bool:
    return profile.state in {ProfileState.paused, ProfileState.withdrawn} and profile.published is not None


def may_withdraw(profile: MentorProfile) -> bool:
    return profile.state in {ProfileState.published, ProfileState.paused}
