"""What is held about a person as a mentor and as a mentee: pages, photo, list, queue, blocks, who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from marketplace.mentors import commands, queries
from marketplace.mentors.drafts import DRAFT_FIELDS
from marketplace.mentors.forms import ProfileForm
from marketplace.mentors.models import Audience, Card, MentorProfile, Photo, ProfileState, QueuePlace
from marketplace.mentors.photos import UnusablePhoto, encode_photo
from tenants.accounts.models import Person
from tenants.affiliations.models import PersonalBlock
from tenants.current import Acting
from tenants.shared.database import db
from tenants.shared.holdings import Held, Holding, Subject, register


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _delete(model: Any, *where: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(model).where(*where), execution_options={"synchronize_session": False})


# --- the mentor's page --------------------------------------------------------------------------------------------------


def export_pages(subject: Subject) -> list[dict[str, Any]]:
    pages = db.session.scalars(
        sa.select(MentorProfile).where(MentorProfile.person_id == subject.person_id).order_by(MentorProfile.org_id)
    )
    return [
        {
            "organisation": subject.slugs[page.org_id],
            "state": page.state.value,
            "written": _words(subject, {name: getattr(page, name) for name in DRAFT_FIELDS}),
            "as_others_see_it": _words(subject, page.published) if page.published else None,
            "published_at": iso(page.published_at),
            "updated_at": iso(page.updated_at),
        }
        for page in pages
    ]


def _words(subject: Subject, page: dict[str, Any]) -> dict[str, Any]:
    words = {name: value for name, value in page.items() if name in DRAFT_FIELDS and name != "network_ids"}
    words["audience"] = str(getattr(page["audience"], "value", page["audience"]))
    words["networks"] = [subject.slugs[one] for one in page["network_ids"] if one in subject.slugs]
    return words


def bring_pages(acting: Acting, held: Held) -> int:
    """The words of the page, checked as those of the form are; its author publishes it by themself."""
    page = queries.own_profile(acting)
    if not held.records or (page is not None and (page.headline or page.story) and not held.replaces):
        return 0
    written = held.records[0].get("written")
    if not isinstance(written, dict):
        return 0
    networks = queries.networks_of(acting)
    by_slug = _network_slugs([network.id for network in networks])
    fields = _as_form(written) | {
        "network_ids": [str(by_slug[slug]) for slug in _texts(written.get("networks")) if slug in by_slug],
        "time_zone": acting.time_zone,
    }
    form = ProfileForm(
        MultiDict(fields),
        networks=[(network.id, network.name) for network in networks],
        marketplace=0 in acting.audiences,
        in_network=acting.in_network,
        meta={"csrf": False},
    )
    form.validate()
    if form.audience.errors or form.audience.data not in {choice.value for choice in form.audience.choices}:
        form.audience.data = Audience.company.value
    good = {name for name in DRAFT_FIELDS if not form[name].errors}
    values = {name: value for name, value in form.draft().items() if name in good or name == "audience"}
    commands.save_draft(acting=acting, values=values, now=held.now)
    return 1


def _as_form(written: dict[str, Any]) -> dict[str, Any]:
    """A record as a browser would have sent it: lists once an entry, a tick or nothing, words as words."""
    fields: dict[str, Any] = {}
    for name, value in written.items():
        if name == "own_words":
            fields[name] = ", ".join(_texts(value))
        elif isinstance(value, list):
            fields[name] = _texts(value)
        elif isinstance(value, bool):
            fields |= {name: "y"} if value else {}
        elif isinstance(value, str | int):
            fields[name] = str(value)
    return fields


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)][:100] if isinstance(value, list) else []


def _network_slugs(ids: list[int]) -> dict[str, int]:
    from tenants.organisations.models import Organisation

    rows = db.session.execute(sa.select(Organisation.slug, Organisation.id).where(Organisation.id.in_(ids)))
    return {row.slug: row.id for row in rows}


def erase_pages(subject: Subject, now: datetime) -> None:
    _delete(Card, Card.person_id == subject.person_id)
    empty: dict[str, Any] = dict.fromkeys(("function", "seniority", "cadence"))
    empty |= dict.fromkeys(("headline", "title", "story", "place", "board_mandates", "saved_in"), "")
    empty |= {name: [] for name in ("skills", "own_words", "industries", "languages", "forms", "network_ids")}
    db.session.execute(
        sa.update(MentorProfile)
        .where(MentorProfile.person_id == subject.person_id)
        .values(
            **empty,
            state=ProfileState.withdrawn,
            published=sa.null(),
            published_at=None,
            capacity=0,
            open_slots=MentorProfile.open_slots - MentorProfile.capacity,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    _delete(QueuePlace, QueuePlace.mentor_person_id == subject.person_id)


# --- the photo ----------------------------------------------------------------------------------------------------------


def export_photos(subject: Subject) -> list[dict[str, Any]]:
    photos = db.session.execute(
        sa.select(Photo.org_id, Photo.content, Photo.updated_at).where(Photo.person_id == subject.person_id)
    )
    told = []
    for photo in photos:
        path = f"photos/{subject.slugs[photo.org_id]}.webp"
        subject.files[path] = bytes(photo.content)
        told.append({"organisation": subject.slugs[photo.org_id], "file": path, "updated_at": iso(photo.updated_at)})
    return told


def bring_photos(acting: Acting, held: Held) -> int:
    content = held.files.get(str(held.records[0].get("file"))) if held.records else None
    if content is None or (queries.own_photo(acting) and not held.replaces):
        return 0
    try:
        photo = encode_photo(content)
    except UnusablePhoto:
        return 0
    commands.set_photo(acting=acting, photo=photo, now=held.now)
    return 1


# --- whom one does not wish to meet, whom one waits for -------------------------------------------------------------------


def export_blocks(subject: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(PersonalBlock.org_id, PersonalBlock.blocked_person_id, Person.name, PersonalBlock.created_at)
        .join(Person, Person.id == PersonalBlock.blocked_person_id)
        .where(PersonalBlock.person_id == subject.person_id)
        .order_by(PersonalBlock.created_at)
    )
    return [
        {
            "organisation": subject.slugs[row.org_id],
            "person": row.blocked_person_id,
            "name": row.name,
            "since": iso(row.created_at),
        }
        for row in rows
    ]


def bring_blocks(acting: Acting, held: Held) -> int:
    brought = 0
    for one in held.records:
        person_id = one.get("person")
        if isinstance(person_id, int) and 0 < person_id < 2**63 and queries.knows(acting, person_id):
            commands.block_person(acting=acting, person_id=person_id, now=held.now)
            brought += 1
    return brought


def erase_blocks(subject: Subject, _now: datetime) -> None:
    me = subject.person_id
    _delete(PersonalBlock, sa.or_(PersonalBlock.person_id == me, PersonalBlock.blocked_person_id == me))


def export_queue(subject: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(QueuePlace, Person.name)
        .join(Person, Person.id == QueuePlace.mentor_person_id)
        .where(QueuePlace.person_id == subject.person_id)
        .order_by(QueuePlace.created_at)
    )
    return [
        {
            "organisation": subject.slugs[row.QueuePlace.org_id],
            "mentor": row.name,
            "firm": subject.firms[row.QueuePlace.mentor_org_id],
            "since": iso(row.QueuePlace.created_at),
            "told_at": iso(row.QueuePlace.told_at),
        }
        for row in rows
    ]


def _erase_own(model: Any) -> Any:
    def erase(subject: Subject, _now: datetime) -> None:
        _delete(model, model.person_id == subject.person_id)

    return erase


register(
    Holding(
        "mentor_pages",
        _l("Mentor page"),
        frozenset({"mentor_profile.person_id", "card.person_id", "profile_view.mentor_person_id"}),
        export_pages,
        erase_pages,
        bring_pages,
        goes=_l("Your mentor page, published or not, and your place in the directory."),
    ),
    Holding(
        "photos",
        _l("Photo"),
        frozenset({"photo.person_id"}),
        export_photos,
        _erase_own(Photo),
        bring_photos,
        goes=_l("Your photo."),
    ),
    Holding(
        "blocks",
        _l("People you do not wish to meet"),
        frozenset({"personal_block.person_id", "personal_block.blocked_person_id"}),
        export_blocks,
        erase_blocks,
        bring_blocks,
    ),
    Holding(
        "queue",
        _l("Mentors you wait for"),
        frozenset({"queue_place.person_id", "queue_place.mentor_person_id"}),
        export_queue,
        _erase_own(QueuePlace),
    ),
)
