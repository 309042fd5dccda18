"""Writing, publishing, pausing and withdrawing a mentor's page; nobody sees it otherwise."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.mentors import commands, queries
from marketplace.mentors.models import Audience, Card, MentorProfile, ProfileState
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.organisations.models import ConflictDeclaration, ConflictKind, FirmMembership, MembershipState
from tenants.shared.database import new_id
from tenants.shared.errors import Refused
from tenants.shared.models import Activity, Letter
from tests.factories import NOW, acting, publish


def cards(operator):
    operator.expire_all()
    return list(operator.scalars(sa.select(Card)))


def profile_of(operator, actor):
    operator.expire_all()
    return operator.scalars(sa.select(MentorProfile).where(MentorProfile.id == actor.mentor_id)).one()


def seen_by(sign_in, viewer, mentor):
    return sign_in(viewer).get(f"/{viewer.slug}/mentors/{mentor.mentor_id}").status_code == 200


def test_nobody_sees_a_page_before_it_is_published_nor_after_a_pause_or_withdrawal(app, cast, sign_in):
    assert not seen_by(sign_in, cast.mia, cast.max)
    publish(app, cast.max)
    assert seen_by(sign_in, cast.mia, cast.max)
    client = sign_in(cast.max)
    for hide in ("pause", "withdrawal"):
        assert client.post(f"/globex/profile/{hide}").status_code == 303
        assert not seen_by(sign_in, cast.mia, cast.max)
        assert "I like short questions" not in sign_in(cast.mia).get("/acme/mentors/").text
        assert client.post("/globex/profile/resumption").status_code == 303
        assert seen_by(sign_in, cast.mia, cast.max)


def test_publishing_twice_publishes_once_and_writes_one_letter(app, cast, operator):
    publish(app, cast.max)
    publish(app, cast.max)
    assert len(cards(operator)) == 1
    assert (
        operator.scalar(sa.select(sa.func.count()).select_from(Letter).where(Letter.kind == "profile_published")) == 1
    )
    verbs = list(operator.scalars(sa.select(Activity.verb).where(Activity.subject_id == cast.max.mentor_id)))
    assert verbs == ["profile.published"]


def test_a_form_sent_twice_by_a_double_click_is_no_trouble(written, cast, operator):
    client, form = written(cast.max)
    assert [client.post("/globex/profile/publication", data=form).status_code for _ in range(2)] == [303, 303]
    assert len(cards(operator)) == 1


def test_an_incomplete_page_says_what_is_missing_and_keeps_what_was_typed(written, cast, operator):
    client, form = written(cast.gus)
    form |= {"headline": ["I build teams."], "skills": ["delegation"]}
    answer = client.post("/globex/profile/publication", data=form)
    assert answer.status_code == 422
    assert 'href="#story"' in answer.text
    assert 'href="#languages"' in answer.text
    assert 'value="I build teams."' in answer.text
    assert not cards(operator)
    assert operator.scalar(sa.select(MentorProfile.headline).where(MentorProfile.person_id == cast.gus.person_id)) == (
        "I build teams."
    )


def test_what_is_written_after_publishing_is_seen_only_once_it_is_published_too(app, cast, operator, written):
    publish(app, cast.max)
    client, form = written(cast.max)
    client.post("/globex/profile/draft", data=form | {"headline": ["Ask me about failure."]})
    assert cards(operator)[0].headline == "I am Max and I like short questions."
    assert "You have changes that nobody sees yet" in client.get("/globex/profile/").text
    client.post("/globex/profile/draft/removal")
    assert profile_of(operator, cast.max).headline == "I am Max and I like short questions."
    client, form = written(cast.max)
    client.post("/globex/profile/publication", data=form | {"headline": ["Ask me about failure."]})
    assert cards(operator)[0].headline == "Ask me about failure."


def test_saving_a_published_page_as_it_is_makes_no_change(app, written, cast, operator):
    publish(app, cast.max, skills=["hiring", "delegation", "budgeting"], languages=["fr", "de", "en"])
    client, form = written(cast.max)
    before = profile_of(operator, cast.max).version
    client.post("/globex/profile/draft", data=form)
    assert profile_of(operator, cast.max).version == before
    assert "Others see this page as it stands here" in client.get("/globex/profile/").text


def test_a_page_paused_with_changes_comes_back_as_it_was(app, cast, operator):
    publish(app, cast.max)
    with acting(app, cast.max) as max_:
        commands.pause_profile(acting=max_, now=NOW)
        commands.save_draft(acting=max_, values={"headline": "Something else."}, now=NOW)
        commands.resume_profile(acting=max_, now=NOW)
    assert cards(operator)[0].headline == "I am Max and I like short questions."
    assert profile_of(operator, cast.max).headline == "Something else."


def test_a_request_under_way_survives_a_pause(app, cast, operator):
    publish(app, cast.max)
    operator.add(
        MentoringRequest(
            org_id=cast.mia.org_id,
            id=new_id(),
            mentee_id=cast.mia.affiliation_id,
            mentee_person_id=cast.mia.person_id,
            mentor_org_id=cast.max.org_id,
            mentor_id=cast.max.mentor_id,
            mentor_person_id=cast.max.person_id,
            state=RequestState.sent,
            sent_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        )
    )
    operator.commit()
    with acting(app, cast.max) as max_:
        commands.withdraw_profile(acting=max_, now=NOW)
    operator.expire_all()
    assert operator.scalars(sa.select(MentoringRequest)).one().state is RequestState.sent


@pytest.mark.parametrize(("capacity", "open_slots", "room"), [(5, 4, 4), (1, 0, 0), (0, -1, 0)])
def test_a_change_of_capacity_keeps_the_places_held(app, cast, operator, capacity, open_slots, room):
    publish(app, cast.max)
    operator.execute(sa.update(MentorProfile).where(MentorProfile.id == cast.max.mentor_id).values(open_slots=1))
    operator.commit()
    with acting(app, cast.max) as max_:
        commands.save_draft(acting=max_, values={"capacity": capacity}, now=NOW)
    profile = profile_of(operator, cast.max)
    assert (profile.capacity, profile.open_slots) == (capacity, open_slots)
    assert (cards(operator)[0].capacity, cards(operator)[0].room) == (capacity, room)


def test_a_page_cannot_be_shown_to_a_network_that_the_firm_is_not_in(app, cast, operator, written):
    client, form = written(cast.max)
    answer = client.post("/globex/profile/draft", data=form | {"network_ids": [str(cast.hal.org_id)]})
    assert answer.status_code == 422
    with acting(app, cast.max) as max_:
        commands.save_draft(acting=max_, values={"network_ids": [cast.hal.org_id]}, now=NOW)
        with pytest.raises(Refused):
            commands.publish_profile(acting=max_, now=NOW)
    assert not cards(operator)


def test_a_page_cannot_be_shown_to_a_marketplace_that_the_firm_is_not_in(app, cast, operator, written):
    client, form = written(cast.max)
    assert client.post("/globex/profile/draft", data=form | {"audience": ["marketplace"]}).status_code == 422
    with acting(app, cast.max) as max_:
        commands.save_draft(acting=max_, values={"audience": Audience.marketplace}, now=NOW)
        with pytest.raises(Refused):
            commands.publish_profile(acting=max_, now=NOW)
    assert not cards(operator)


def test_a_firm_that_left_a_network_cannot_resume_a_page_there(app, cast, operator):
    publish(app, cast.max)
    with acting(app, cast.max) as max_:
        commands.pause_profile(acting=max_, now=NOW)
    operator.execute(
        sa.update(FirmMembership).where(FirmMembership.firm_id == cast.max.org_id).values(state=MembershipState.left)
    )
    operator.commit()
    with acting(app, cast.max) as max_, pytest.raises(Refused):
        commands.resume_profile(acting=max_, now=NOW)
    assert not cards(operator)


def test_who_can_see_me_does_not_tell_of_a_conflict(app, cast, operator, sign_in):
    publish(app, cast.max)
    before = sign_in(cast.max).get("/globex/profile/").text
    assert "For people of 1 other firm in Bridge; for nobody at your own company." in before
    operator.add(
        ConflictDeclaration(
            org_id=cast.mia.org_id,
            id=new_id(),
            other_org_id=cast.max.org_id,
            kind=ConflictKind.competitor,
            declared_by_id=cast.ann.person_id,
        )
    )
    operator.commit()
    assert not seen_by(sign_in, cast.mia, cast.max)
    assert (
        "For people of 1 other firm in Bridge; for nobody at your own company."
        in sign_in(cast.max).get("/globex/profile/").text
    )
    assert sign_in(cast.max).get(f"/globex/profile/preview?firm={cast.mia.org_id}").status_code == 200


def test_the_preview_shows_the_draft_to_firms_of_the_audience_only(cast, sign_in):
    client = sign_in(cast.max)
    page = client.get(f"/globex/profile/preview?firm={cast.mia.org_id}")
    assert "I am Max and I like short questions." in page.text
    assert "Nobody sees it now" in page.text
    assert client.get(f"/globex/profile/preview?firm={cast.ida.org_id}").status_code == 404


def test_a_person_without_a_page_can_neither_pause_nor_publish_nor_withdraw(cast, sign_in):
    client = sign_in(cast.gus)
    assert client.get("/globex/profile/").status_code == 200
    assert client.get("/globex/profile/withdrawal").status_code == 404
    for noun in ("pause", "resumption", "withdrawal", "draft/removal"):
        assert client.post(f"/globex/profile/{noun}").status_code == 409


def test_a_network_s_own_person_may_volunteer_for_its_firms(app, cast, sign_in):
    publish(
        app,
        cast.ned,
        headline="I see many firms.",
        title="Director",
        story="I have seen forty firms from the inside." * 2,
        skills=["delegation"],
        languages=["en"],
        forms=["cross_company"],
        audience=Audience.company,
    )
    assert seen_by(sign_in, cast.mia, cast.ned)
    assert not seen_by(sign_in, cast.ida, cast.ned)


def test_the_state_of_a_page_is_told_on_it(app, cast, sign_in):
    client = sign_in(cast.max)
    assert "Only you see this" in client.get("/globex/profile/").text
    publish(app, cast.max)
    assert "Others see this page as it stands here" in client.get("/globex/profile/").text
    client.post("/globex/profile/withdrawal")
    assert "Your words stay here" in client.get("/globex/profile/").text


def test_a_page_made_from_nothing_starts_with_the_first_word(app, cast, operator):
    with acting(app, cast.gus) as gus:
        assert queries.own_profile(gus) is None
        saved = commands.save_draft(acting=gus, values={"headline": "Hello"}, now=NOW)
        again = commands.save_draft(acting=gus, values={"headline": "Hello"}, now=NOW)
    assert saved.profile.state is ProfileState.draft
    assert saved.profile.version == again.profile.version
