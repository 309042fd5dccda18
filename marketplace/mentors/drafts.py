"""What a mentor writes before others see it: which fields there are, and two windows that saved at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.mentors.models import Audience, MentorProfile, ProfileState
from tenants.current import Acting

WORDS = ("headline", "title", "story", "place", "board_mandates")
CHOICES = frozenset({"skills", "industries", "languages", "forms", "network_ids", "goals"})
LISTS = ("skills", "own_words", "industries", "languages", "forms", "network_ids")
PUBLISHED_FIELDS = (*WORDS, *LISTS, "function", "seniority", "remote", "in_person", "cadence", "audience")
"""What others see once it is published, and only then."""

DRAFT_FIELDS = (*PUBLISHED_FIELDS, "capacity")
"""What a save may carry. The capacity counts at once: how much room there is, is no matter of wording."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window in which the page is being written: its name, and the fingerprints of what it was shown.

    ``insists``: its author has seen what another window saved and keeps what is written here.
    """

    name: str
    shown: Mapping[str, str]
    insists: bool = False


def values_of(profile: MentorProfile, fields: tuple[str, ...] = DRAFT_FIELDS) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in fields}


def empty_profile(author: Acting) -> MentorProfile:
    """A page before its first word, as ``save_draft`` would make it; stored nowhere."""
    return MentorProfile(
        **dict.fromkeys(WORDS, "") | {name: [] for name in LISTS} | {"title": author.job_title},
        org_id=author.org_id,
        person_id=author.person_id,
        state=ProfileState.draft,
        function=None,
        seniority=None,
        cadence=None,
        remote=True,
        in_person=False,
        audience=Audience.company if author.in_network else Audience.networks,
        capacity=1,
        open_slots=1,
        published=None,
    )


def snapshot(profile: MentorProfile) -> dict[str, Any]:
    """The page as it is written now, in a form that can be stored."""
    return values_of(profile, PUBLISHED_FIELDS) | {"audience": profile.audience.value}


def restored(published: Mapping[str, Any]) -> dict[str, Any]:
    """A stored page as values of a profile."""
    return dict(published) | {"audience": Audience(published["audience"])}


def as_published(profile: MentorProfile) -> MentorProfile:
    """The page as others see it, apart from what its author is writing now; never stored itself."""
    words = restored(profile.published or snapshot(profile))
    fixed = ("org_id", "id", "affiliation_id", "person_id", "capacity", "open_slots", "published_at")
    return MentorProfile(
        **{name: words[name] for name in PUBLISHED_FIELDS},
        **{name: getattr(profile, name) for name in fixed},
        state=ProfileState.published,
    )


def shown_now(window: Window, here: Mapping[str, Any], contested: Mapping[str, Any]) -> dict[str, str]:
    """The fingerprints to leave in a window after a save: what it shows is agreed on, but for what is
    contested.
    """
    return {name: mark for name, mark in fingerprints(here).items() if name not in contested} | {
        name: window.shown[name] for name in contested if name in window.shown
    }


def has_unpublished_changes(profile: MentorProfile) -> bool:
    return profile.published is not None and snapshot(profile) != profile.published


def fingerprints(values: Mapping[str, Any]) -> dict[str, str]:
    """A short mark for each value, by which a window tells what it was shown. The order of choices makes none."""
    return {
        name: hashlib.sha256(json.dumps(sorted(value) if name in CHOICES else value).encode()).hexdigest()[:10]
        for name, value in values.items()
    }


@dataclass(frozen=True, slots=True)
class Merged:
    """``values`` to store; fields that only the other window changed; fields that both changed, with the
    other's value.
    """

    values: dict[str, Any]
    elsewhere: tuple[str, ...] = ()
    contested: Mapping[str, Any] = field(default_factory=dict)


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Those values of ``here`` that say something else than ``there``."""
    mine, theirs = fingerprints(here), fingerprints({name: there[name] for name in here})
    return {name: value for name, value in here.items() if mine[name] != theirs[name]}


def merge(window: Window | None, here: Mapping[str, Any], there: Mapping[str, Any], *, saved_in: str) -> Merged:
    """Put together what this window says (``here``) and what is stored (``there``), field by field.

    A field changed in one place takes that change; one changed differently in both is contested and stays as
    stored. Without a window, or when this window was the last to save, ``here`` wins.
    """
    if window is None or window.name == saved_in:
        return Merged(dict(here))
    mine, theirs = fingerprints(here), fingerprints({name: there[name] for name in here})
    different = [name for name in here if mine[name] != theirs[name]]
    elsewhere = tuple(name for name in different if window.shown.get(name) == mine[name])
    contested = (
        {}
        if window.insists
        else {name: there[name] for name in different if window.shown.get(name) not in {mine[name], theirs[name]}}
    )
    kept = {name: value for name, value in here.items() if name not in elsewhere and name not in contested}
    return Merged(kept, elsewhere, contested)
