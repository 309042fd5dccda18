"""A mentor writes, publishes, pauses and withdraws their page; a person blocks another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from marketplace.mentors import queries
from marketplace.mentors.cards import project_card, remove_card
from marketplace.mentors.drafts import (
    Window,
    as_published,
    differences,
    has_unpublished_changes,
    merge,
    restored,
    snapshot,
    values_of,
)
from marketplace.mentors.letters import tell_published
from marketplace.mentors.models import Audience, Card, MentorProfile, Photo, ProfileState
from marketplace.mentors.photos import MEDIA_TYPE, EncodedPhoto
from marketplace.mentors.policy import (
    may_pause,
    may_resume,
    may_show_to,
    may_withdraw,
    missing_for_publication,
)
from marketplace.mentors.stories import story_html
from tenants.accounts.models import Person
from tenants.affiliations.models import PersonalBlock
from tenants.current import Acting
from tenants.organisations.queries import own_organisation
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """``elsewhere``: fields that another window changed meanwhile and that were kept so. ``contested``:
    fields that both changed; the stored value (given here) stays until the person chooses.
    """

    profile: MentorProfile
    elsewhere: tuple[str, ...]
    contested: Mapping[str, Any]


def save_draft(
    *,
    acting: Acting,
    values: Mapping[str, Any],
    now: datetime,
    window: Window | None = None,
    time_zone: str | None = None,
) -> SavedDraft:
    """Keep what the mentor wrote. Others see none of it before ``publish_profile``, but for capacity and time
    zone, which count at once.

    ``values`` maps some of ``drafts.DRAFT_FIELDS`` to values the form has checked; ``window`` tells what
    its author was shown (see ``drafts.merge``). Saving what is already stored changes nothing.
    """
    profile = _profile_for_writing(acting, now)
    there = values_of(profile)
    merged = merge(window, values, there, saved_in=profile.saved_in)
    changed = differences(merged.values, there)
    if changed:
        capacity = changed.pop("capacity", None)
        if capacity is not None:
            _set_capacity(acting, profile, capacity)
        for name, value in changed.items():
            setattr(profile, name, value)
        agreed = not (merged.elsewhere or merged.contested)
        profile.saved_in = window.name if window and agreed else ""
        profile.version += 1
        profile.updated_at = now
    if time_zone is not None:
        _set_time_zone(acting, time_zone)
    db.session.commit()
    return SavedDraft(profile, merged.elsewhere, merged.contested)


def publish_profile(*, acting: Acting, now: datetime) -> MentorProfile:
    """Show others what the mentor wrote. Publishing what is published already changes nothing and sends
    nothing.

    Raises ``Refused`` while something is missing (see ``policy.missing_for_publication``), or when the
    audience is not the firm's to choose from.
    """
    profile = _own_for_writing(acting)
    if missing_for_publication(profile):
        raise Refused(_("Your page is not complete yet. Nobody sees it."))
    _check_audience(acting, profile, now)
    first = profile.state in {ProfileState.draft, ProfileState.withdrawn}
    if profile.state is not ProfileState.published or has_unpublished_changes(profile):
        verb = "profile.published" if profile.state is not ProfileState.published else "profile.changed"
        profile.published = snapshot(profile)
        profile.published_at = profile.published_at or now
        _show(acting, profile, now)
        _log(acting, verb, profile, now)
        if first:
            tell_published(acting, now=now)
    db.session.commit()
    return profile


def discard_changes(*, acting: Acting, now: datetime) -> MentorProfile:
    """Go back to the page as others see it. Raises ``Refused`` when it was never published."""
    profile = _own_for_writing(acting)
    if profile.published is None:
        raise Refused(_("Your page was never published: there is nothing to go back to."))
    for name, value in restored(profile.published).items():
        setattr(profile, name, value)
    profile.saved_in = ""
    profile.version += 1
    profile.updated_at = now
    db.session.commit()
    return profile


def pause_profile(*, acting: Acting, now: datetime) -> MentorProfile:
    """Take the page out of everybody's sight. Requests and mentorships that run stay. Pausing twice is no
    error.
    """
    profile = _own_for_writing(acting)
    if profile.state is not ProfileState.paused:
        if not may_pause(profile):
            raise Refused(_("Only a published page can be paused."))
        _hide(profile, ProfileState.paused)
        _log(acting, "profile.paused", profile, now)
    db.session.commit()
    return profile


def resume_profile(*, acting: Acting, now: datetime) -> MentorProfile:
    """Show the page again as it was when it was paused or withdrawn; changes written since wait to be
    published.
    """
    profile = _own_for_writing(acting)
    if profile.state is not ProfileState.published:
        if not may_resume(profile):
            raise Refused(_("This page was never published."))
        _check_audience(acting, as_published(profile), now)
        _show(acting, profile, now)
        _log(acting, "profile.resumed", profile, now)
    db.session.commit()
    return profile


def withdraw_profile(*, acting: Acting, now: datetime) -> MentorProfile:
    """Stop volunteering: nobody sees the page; its words stay with their author. ``resume_profile`` takes
    this back.
    """
    profile = _own_for_writing(acting)
    if profile.state is not ProfileState.withdrawn:
        if not may_withdraw(profile):
            raise Refused(_("This page was never published."))
        _hide(profile, ProfileState.withdrawn)
        _log(acting, "profile.withdrawn", profile, now)
    db.session.commit()
    return profile


def set_photo(*, acting: Acting, photo: EncodedPhoto, now: datetime) -> None:
    """Replace the person's photo; whoever sees them sees the new one from now on."""
    values = {
        "fingerprint": photo.fingerprint,
        "media_type": MEDIA_TYPE,
        "content": photo.content,
        "small": photo.small,
        "updated_at": now,
    }
    statement = insert(Photo).values(org_id=acting.org_id, person_id=acting.person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "person_id"], set_=values))
    _change_card(acting, photo=photo.fingerprint)
    db.session.commit()


def remove_photo(*, acting: Acting) -> None:
    """Delete the person's photo. Nothing of it is kept."""
    db.session.execute(sa.delete(Photo).where(Photo.org_id == acting.org_id, Photo.person_id == acting.person_id))
    _change_card(acting, photo=None)
    db.session.commit()


def block_person(*, acting: Acting, person_id: int, now: datetime) -> None:
    """From now on the two do not find each other. The other is not told. Twice is no error."""
    if not queries.has_blocked(acting, person_id):
        statement = insert(PersonalBlock).values(
            org_id=acting.org_id, person_id=acting.person_id, blocked_person_id=person_id, created_at=now
        )
        db.session.execute(statement.on_conflict_do_nothing())
    db.session.commit()


def unblock_person(*, acting: Acting, person_id: int) -> None:
    """The two may find each other again, as far as everything else allows. Not blocked: no error."""
    db.session.execute(
        sa.delete(PersonalBlock).where(
            PersonalBlock.org_id == acting.org_id,
            PersonalBlock.person_id == acting.person_id,
            PersonalBlock.blocked_person_id == person_id,
        )
    )
    db.session.commit()


# --- the steps --------------------------------------------------------------------------------------------


def _profile_for_writing(acting: Acting, now: datetime) -> MentorProfile:
    """The viewer's row, made when this is their first word, and locked until the commit."""
    statement = insert(MentorProfile).values(
        org_id=acting.org_id,
        id=new_id(),
        affiliation_id=acting.affiliation_id,
        person_id=acting.person_id,
        title=acting.job_title,
        audience=Audience.company if acting.in_network else Audience.networks,
        updated_at=now,
        created_at=now,
    )
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "person_id"]))
    return _own_for_writing(acting)


def _own_for_writing(acting: Acting) -> MentorProfile:
    profile = db.session.scalars(
        sa.select(MentorProfile)
        .where(MentorProfile.org_id == acting.org_id, MentorProfile.person_id == acting.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if profile is None:
        raise Refused(_("You have not written a mentor page yet."))
    return profile


def _set_capacity(acting: Acting, profile: MentorProfile, capacity: int) -> None:
    """One statement, so that a place claimed at this moment is neither lost nor given twice. Who queues is told."""
    m, more = MentorProfile, capacity - profile.capacity
    db.session.execute(
        sa.update(m)
        .where(m.org_id == profile.org_id, m.id == profile.id)
        .values(open_slots=m.open_slots + capacity - m.capacity, capacity=capacity)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(profile, ["capacity", "open_slots"])
    _change_card(acting, capacity=capacity, room=max(profile.open_slots, 0))
    _announce_room(profile, min(more, profile.open_slots))


def _announce_room(profile: MentorProfile, places: int) -> None:
    if places > 0:
        jobs.announce("mentor.has_room", org_id=profile.org_id, mentor_id=profile.id, places=places)


def _set_time_zone(acting: Acting, time_zone: str) -> None:
    own = (Person.id == acting.person_id, Person.time_zone != time_zone)
    statement = sa.update(Person).where(*own).values(time_zone=time_zone).returning(Person.id)
    if db.session.scalar(statement) is not None:
        _change_card(acting, time_zone=time_zone)


def _check_audience(acting: Acting, profile: MentorProfile, now: datetime) -> None:
    networks = {network.id: network.name for network in queries.networks_of(acting)}
    if not may_show_to(profile, networks=set(networks), in_marketplace=0 in acting.audiences):
        raise Refused(_("Your company has left what you chose. Choose again who may see your page."))
    if profile.audience is Audience.networks:
        _take_mentor_places(profile, networks, now)


def _take_mentor_places(profile: MentorProfile, networks: Mapping[int, str], now: datetime) -> None:
    """A network may limit how many mentors a firm brings, and has an agreement with the firm. The database counts, one
    publication after the other.
    """
    for network_id in sorted(profile.network_ids):
        if db.session.scalar(sa.func.publication_waits(network_id, now.date())):
            raise Refused(
                _(
                    "%(network)s has a new agreement that your company has not accepted yet. Your HR partner can; your "
                    "page is kept until then, or choose another audience.",
                    network=networks[network_id],
                )
            )
        if not db.session.scalar(sa.func.mentor_place(network_id)):
            raise Refused(
                _(
                    "%(network)s has no more places for mentors of your company. Your HR partner can ask for more; "
                    "or choose another audience.",
                    network=networks[network_id],
                )
            )


def _show(acting: Acting, profile: MentorProfile, now: datetime) -> None:
    if profile.state in {ProfileState.paused, ProfileState.withdrawn}:
        _announce_room(profile, profile.open_slots)
    profile.state = ProfileState.published
    db.session.flush()
    page = as_published(profile)
    project_card(
        page,
        queries.own_person(acting),
        own_organisation(acting),
        story_html=story_html(page.story),
        photo=queries.own_photo(acting),
        now=now,
    )


def _hide(profile: MentorProfile, state: ProfileState) -> None:
    profile.state = state
    remove_card(profile)


def _change_card(acting: Acting, **values: Any) -> None:
    """What counts at once, on the card if there is one."""
    db.session.execute(
        sa.update(Card)
        .where(Card.org_id == acting.org_id, Card.person_id == acting.person_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _log(acting: Acting, verb: str, profile: MentorProfile, now: datetime) -> None:
    record(
        verb,
        org_ids=[acting.org_id],
        now=now,
        subject=("mentor_profile", profile.id),
        actor=(acting.person_id, acting.person_name),
    )
