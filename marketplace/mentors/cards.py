"""The card: a published page as the directory shows and searches it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.directory.words import (
    IN_PERSON,
    KINDS,
    REMOTE,
    name_lexemes,
    place_key,
    text_lexemes,
    tsvector,
)
from marketplace.mentors.drafts import as_published
from marketplace.mentors.models import Audience, Card, MentorProfile
from tenants.accounts.models import Person
from tenants.organisations.models import MARKETPLACE, Organisation
from tenants.shared.database import db

QUALITY, CHANCE = 550, 450


class Words(Protocol):
    """What a card is searched and filtered by."""

    skills: list[str]
    own_words: list[str]
    languages: list[str]
    function: str | None
    industries: list[str]
    seniority: str | None
    forms: list[str]
    place: str
    remote: bool
    in_person: bool
    title: str
    headline: str
    story: str


def project_card(
    profile: MentorProfile,
    person: Person,
    organisation: Organisation,
    *,
    story_html: str,
    photo: str | None,
    now: datetime,
) -> None:
    """Show the profile to the audience it names, inside the present transaction. Shown already: shown anew.

    ``story_html`` is the sanitised story, ``photo`` the picture's fingerprint. How much room there is comes from
    the profile's row as it stands, not from ``profile``. An audience that the firm may not use is left out by the
    database.
    """
    values = card_values(profile, name=person.name, firm=organisation.name, photo=photo) | {
        "org_id": profile.org_id,
        "mentor_id": profile.id,
        "person_id": profile.person_id,
        "chosen": chosen_audiences(profile.audience, profile.org_id, profile.network_ids),
        "aud": [],
        "room": _room_of(profile.org_id, profile.id),
        "capacity": profile.capacity,
        "time_zone": person.time_zone,
        "story_html": story_html,
        "published_at": profile.published_at or now,
        "active_at": now,
    }
    values["search"] = sa.cast(values["search"], Card.search.type)
    key = ("org_id", "mentor_id")
    db.session.execute(
        insert(Card)
        .values(values)
        .on_conflict_do_update(
            index_elements=key, set_={name: value for name, value in values.items() if name not in key}
        )
    )


def remove_card(profile: MentorProfile) -> None:
    """Take the profile out of everybody's sight, inside the present transaction. Not shown: no error."""
    db.session.execute(
        sa.delete(Card)
        .where(Card.org_id == profile.org_id, Card.mentor_id == profile.id)
        .execution_options(synchronize_session=False)
    )


def rename_cards(org_id: int, firm: str, *, person_id: int | None = None) -> None:
    """Put the present names on the cards of an organisation, or on that of one of its people, inside the present
    transaction; searched by them too. For the worker: everything else on a card stays as it was published.
    """
    shown = (
        sa.select(MentorProfile, Person.name)
        .join(Person, Person.id == MentorProfile.person_id)
        .join(Card, sa.and_(Card.org_id == MentorProfile.org_id, Card.mentor_id == MentorProfile.id))
        .where(MentorProfile.org_id == org_id)
    )
    if person_id is not None:
        shown = shown.where(MentorProfile.person_id == person_id)
    for profile, name in db.session.execute(shown):
        search = search_vector(as_published(profile), name=name, firm=firm)
        db.session.execute(
            sa.update(Card)
            .where(Card.org_id == org_id, Card.mentor_id == profile.id)
            .values(name=name, firm=firm, search=sa.cast(search, Card.search.type))
            .execution_options(synchronize_session=False)
        )


def chosen_audiences(audience: Audience, org_id: int, network_ids: Iterable[int]) -> list[int]:
    """The audiences a mentor means, as organisations' ids (0: the marketplace)."""
    match audience:
        case Audience.company:
            return [org_id]
        case Audience.networks:
            return sorted(set(network_ids))
        case Audience.marketplace:
            return [MARKETPLACE]


def card_values(profile: Any, *, name: str, firm: str, photo: str | None) -> dict[str, Any]:
    """The columns of a card that follow from a page's words: any object with ``Words``, an id and a cadence."""
    return {
        "score": score(profile, photo=photo),
        "name": name,
        "firm": firm,
        "title": profile.title,
        "headline": profile.headline,
        "skills": list(profile.skills),
        "own_words": list(profile.own_words),
        "languages": list(profile.languages),
        "function": profile.function,
        "industries": list(profile.industries),
        "seniority": profile.seniority,
        "forms": list(profile.forms),
        "place": profile.place,
        "remote": profile.remote,
        "in_person": profile.in_person,
        "cadence": profile.cadence,
        "board_mandates": profile.board_mandates,
        "photo": photo,
        "facets": facets(profile),
        "search": search_vector(profile, name=name, firm=firm),
    }


def facets(profile: Words) -> list[str]:
    """What the card is counted under, one token each; a place keeps its spelling, with ``_`` for a space."""
    values = {
        "s": profile.skills,
        "f": [profile.function] if profile.function else [],
        "i": profile.industries,
        "v": [profile.seniority] if profile.seniority else [],
        "l": profile.languages,
        "m": profile.forms,
    }
    tokens = [f"{kind}:{slug}" for kind in KINDS for slug in values[kind]]
    tokens += [REMOTE] * profile.remote + [IN_PERSON] * profile.in_person
    if place_key(profile.place):
        tokens.append("w:" + "_".join(profile.place.split()))
    return list(dict.fromkeys(tokens))


def search_vector(profile: Words, *, name: str, firm: str) -> str:
    """The text form of the tsvector that finds the card.

    Weights: A name; B headline and what is chosen from lists; C position, firm, own words; D story.
    """
    lexemes = [
        *name_lexemes(name),
        *((token if token[0] != "w" else _where(token), "B") for token in facets(profile)),
        *text_lexemes(profile.headline, "B"),
        *text_lexemes(profile.title, "C"),
        *text_lexemes(firm, "C"),
        *text_lexemes(" ".join(profile.own_words), "C"),
        *text_lexemes(profile.place, "C"),
        *text_lexemes(profile.story, "D"),
    ]
    return tsvector(lexemes)


def score(profile: Any, *, photo: str | None) -> int:
    """0–1000: how much the page tells, and a fixed share of chance, so that equals take turns at being found."""
    quality = (
        min(len(profile.story), 900) / 900 * 0.32
        + min(len(profile.headline), 60) / 60 * 0.22
        + min(len(profile.skills), 4) / 4 * 0.22
        + (0.04 if photo else 0)
        + 0.05 * sum(map(bool, (profile.languages, profile.function, profile.seniority, profile.place)))
    )
    chance = int.from_bytes(hashlib.blake2b(str(profile.id).encode(), digest_size=4).digest()) / 2**32
    return round(QUALITY * quality + CHANCE * chance)


def _where(token: str) -> str:
    return token if token in (REMOTE, IN_PERSON) else f"w:{place_key(token[2:].replace('_', ' '))}"


def _room_of(org_id: int, mentor_id: int) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.greatest(MentorProfile.open_slots, 0))
        .where(MentorProfile.org_id == org_id, MentorProfile.id == mentor_id)
        .scalar_subquery()
    )
