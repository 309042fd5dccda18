"""From the directory to a confirmed mentorship, over HTTP, as the two people and their employers live it."""

import re
from datetime import timedelta

import sqlalchemy as sa

from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship
from marketplace.requests.states import ANSWER_WITHIN
from tenants.affiliations.models import Affiliation
from tenants.organisations.models import ApprovalRule, Organisation
from tenants.shared.models import Activity, Notice
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import FORM, GOAL, SECRET_WORDS, letters, row


def sent(client, mentors, **changes):
    return client.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM | changes)


def id_of(response):
    assert response.status_code == 303, response.get_data(as_text=True)
    return int(re.search(r"/requests/(\d+)$", response.location)[1])


def test_mia_asks_max_asks_back_accepts_and_mia_confirms(mentors, sign_in, operator, work):
    mia, max_ = sign_in(mentors.mia), sign_in(mentors.max)
    page = mia.get(f"/acme/mentors/{mentors.max.mentor_id}/requests/new").get_data(as_text=True)
    assert "Ask Max" in page
    assert "hx-post" in page

    asked = id_of(sent(mia, mentors))
    assert "You asked Max" in mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    work()
    assert [letter.person_id for letter in letters(operator, "request_received")] == [mentors.max.person_id]

    page = max_.get(f"/globex/requests/{asked}").get_data(as_text=True)
    assert GOAL in page
    question = {"question": "What have you tried with them already, and what came of it?"}
    assert max_.post(f"/globex/requests/{asked}/question", data=question).status_code == 303
    page = mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert "Your turn." in page
    assert question["question"] in page
    answer = {"answer": "I shadowed each of the shift leaders for one whole week."}
    assert mia.post(f"/acme/requests/{asked}/answer", data=answer).status_code == 303
    work()
    assert len(letters(operator, "information_given")) == 1

    yes = {"accept-words": "Let us start with your second question.", "accept-contact": "max@globex.example"}
    assert max_.post(f"/globex/requests/{asked}/acceptance", data=yes).status_code == 303
    work()
    assert row(operator, asked).holds_place
    page = mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert "Max said yes" in page
    assert "second question" in page
    assert "max@globex.example" not in page

    reply = mia.post(f"/acme/requests/{asked}/confirmation", data={"contact": "mia@acme.example"})
    assert reply.status_code == 303
    page = mia.get(reply.location).get_data(as_text=True)
    assert "You and Max" in page
    assert "max@globex.example" in page
    mentorship = operator.scalars(sa.select(Mentorship)).one()
    theirs = max_.get(f"/globex/mentorships/{mentorship.id}").get_data(as_text=True)
    assert "mia@acme.example" in theirs
    work()
    assert {letter.person_id for letter in letters(operator, "mentorship_confirmed")} == {
        mentors.mia.person_id,
        mentors.max.person_id,
    }
    profile = operator.scalars(sa.select(MentorProfile).where(MentorProfile.person_id == mentors.max.person_id)).one()
    assert (profile.capacity, profile.open_slots) == (2, 1)


def test_both_firms_logs_tell_the_steps_and_none_of_the_words(mentors, sign_in, operator, ask, step, work):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="Let us begin in spring.", contact="at my desk")
    step(mentors.mia, "confirm_request", asked, contact="by letter")
    work()
    lines = operator.scalars(sa.select(Activity).where(Activity.subject_kind == "request").order_by(Activity.id)).all()
    verbs = {
        org.slug: [line.verb for line in lines if line.org_id == org.id]
        for org in operator.scalars(sa.select(Organisation))
    }
    assert verbs["acme"] == verbs["globex"] == ["request.sent", "request.accepted", "mentorship.confirmed"]
    told = str([line.data for line in lines]) + str([letter.data for letter in letters(operator)])
    told += str([notice.data for notice in operator.scalars(sa.select(Notice))])
    for words in (*SECRET_WORDS, "spring", "my desk", "by letter"):
        assert words not in told


def test_the_employer_is_asked_first_where_the_organisation_wants_it(mentors, sign_in, operator, work):
    operator.execute(sa.update(Organisation).where(Organisation.slug == "acme").values(request_approval="always"))
    operator.commit()
    mia, ann, max_ = sign_in(mentors.mia), sign_in(mentors.ann), sign_in(mentors.max)
    asked = id_of(sent(mia, mentors))
    assert {letter.person_id for letter in letters(operator, "employer_asked")} == {
        mentors.ann.person_id,
        mentors.abe.person_id,
    }
    assert "Your employer is asked first" in mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert max_.get(f"/globex/requests/{asked}").status_code == 404
    assert "Mia" not in max_.get("/globex/requests/").get_data(as_text=True)

    page = ann.get("/acme/requests/approvals").get_data(as_text=True)
    assert "Mia Acme would like to ask Max Globex" in page
    assert not any(words in page for words in SECRET_WORDS)
    assert ann.post(f"/acme/requests/{asked}/approval").status_code == 303
    work()
    assert len(letters(operator, "employer_approved")) == len(letters(operator, "request_received")) == 1
    assert GOAL in max_.get(f"/globex/requests/{asked}").get_data(as_text=True)
    assert ann.post(f"/acme/requests/{asked}/approval").status_code == 409


def test_the_employer_may_refuse_and_the_mentor_never_hears_of_it(mentors, sign_in, operator, work):
    operator.execute(sa.update(Organisation).where(Organisation.slug == "acme").values(request_approval="always"))
    operator.commit()
    mia, ann, max_ = sign_in(mentors.mia), sign_in(mentors.ann), sign_in(mentors.max)
    asked = id_of(sent(mia, mentors))
    thin = ann.post(f"/acme/requests/{asked}/refusal", data={"reason": "no"})
    assert thin.status_code == 422
    assert ">no</textarea>" in thin.get_data(as_text=True)
    why = "We start our own programme in January and would like you to join it."
    assert ann.post(f"/acme/requests/{asked}/refusal", data={"reason": why}).status_code == 303
    assert why in mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    work()
    assert not letters(operator, "request_received")
    assert max_.get(f"/globex/requests/{asked}").status_code == 404
    logged = operator.scalars(sa.select(Activity).where(Activity.org_id == mentors.max.org_id))
    assert not [line for line in logged if line.subject_kind == "request"]


def coordinates_alone(operator, mentors, who):
    """Acme asks for the employer's yes, and ``who`` are its only coordinators."""
    operator.execute(
        sa.update(Organisation).where(Organisation.slug == "acme").values(request_approval=ApprovalRule.always)
    )
    for actor in (mentors.ann, mentors.abe):
        if actor not in who:
            operator.execute(sa.update(Affiliation).where(Affiliation.id == actor.affiliation_id).values(role="member"))
    operator.commit()


def waiting(app, actor):
    with acting(app, actor) as viewer:
        return viewer.waiting


def test_an_hr_partners_own_request_waits_for_the_others(mentors, ask, app, operator, sign_in):
    coordinates_alone(operator, mentors, [mentors.ann, mentors.abe])
    asked = ask(mentors.ann, mentors.max)
    assert row(operator, asked).state.value == "awaiting_employer"
    assert [letter.person_id for letter in letters(operator, "employer_asked")] == [mentors.abe.person_id]
    assert (waiting(app, mentors.ann), waiting(app, mentors.abe)) == (0, 1)
    assert "Ann Acme would like" not in sign_in(mentors.ann).get("/acme/requests/approvals").get_data(as_text=True)
    assert sign_in(mentors.abe).post(f"/acme/requests/{asked}/approval").status_code == 303


def test_the_only_one_to_approve_asks_straight_and_the_log_says_so(mentors, ask, operator, sign_in, work):
    coordinates_alone(operator, mentors, [mentors.abe])
    asked = ask(mentors.abe, mentors.max)
    found = row(operator, asked)
    assert (found.state.value, found.sent_at, found.due_at) == ("sent", NOW, NOW + ANSWER_WITHIN)
    assert not letters(operator, "employer_asked")
    work()
    assert len(letters(operator, "request_received")) == 1
    lines = operator.execute(sa.select(Activity.org_id, Activity.verb).where(Activity.subject_id == asked))
    assert sorted(map(tuple, lines)) == sorted(
        [
            (mentors.ann.org_id, "request.needed_no_approval"),
            (mentors.ann.org_id, "request.sent"),
            (mentors.max.org_id, "request.sent"),
        ]
    )
    assert "nobody else to approve it" in sign_in(mentors.abe).get("/acme/activity/").get_data(as_text=True)


def test_a_thin_request_comes_back_with_every_word_kept(mentors, sign_in, operator):
    mia = sign_in(mentors.mia)
    reply = sent(mia, mentors, goal="Lead better")
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Lead better" in page
    assert FORM["why_you"] in page
    held = sent(mia, mentors, goal="a" * 200)
    assert held.status_code == 422


def test_a_draft_is_kept_while_one_types_prefills_the_form_and_can_be_thrown_away(mentors, sign_in, operator):
    mia, max_, ann = sign_in(mentors.mia), sign_in(mentors.max), sign_in(mentors.ann)
    where = f"/acme/mentors/{mentors.max.mentor_id}/requests"
    reply = mia.post(f"{where}/draft", data={"goal": "Half a thought"}, headers={"HX-Request": "true"})
    assert reply.status_code == 204
    mia.post(f"{where}/draft", data={"goal": "Half a thought, longer"}, headers={"HX-Request": "true"})
    assert "Half a thought, longer" in mia.get(f"{where}/new").get_data(as_text=True)
    asked = operator.scalar(sa.text("SELECT id FROM mentoring_request"))
    listed = mia.get("/acme/requests/").get_data(as_text=True)
    assert "Drafts" in listed
    assert "not sent yet" in listed
    assert "· you asked" not in listed
    assert max_.get(f"/globex/requests/{asked}").status_code == 404
    assert ann.get(f"/acme/requests/{asked}").status_code == 404
    assert "Mia" not in ann.get("/acme/requests/approvals").get_data(as_text=True)
    assert mia.get(f"/acme/requests/{asked}/removal").status_code == 200
    assert mia.post(f"/acme/requests/{asked}/removal").status_code == 303
    operator.rollback()
    assert operator.scalar(sa.text("SELECT count(*) FROM mentoring_request")) == 0
    assert operator.scalar(sa.text("SELECT count(*) FROM request_message")) == 0


def test_a_draft_becomes_the_request(mentors, sign_in, operator):
    mia = sign_in(mentors.mia)
    where = f"/acme/mentors/{mentors.max.mentor_id}/requests"
    mia.post(f"{where}/draft", data={"goal": "Half a thought"}, headers={"HX-Request": "true"})
    asked = id_of(sent(mia, mentors))
    page = mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert GOAL in page
    assert "Half a thought" not in page
    assert mia.get(f"{where}/new").status_code == 303


def test_a_double_click_sends_once(mentors, sign_in, operator, work):
    mia = sign_in(mentors.mia)
    first = id_of(sent(mia, mentors))
    assert id_of(sent(mia, mentors)) == first
    second = sent(mia, mentors, goal=GOAL + " And how to keep my evenings free.")
    page = second.get_data(as_text=True)
    assert second.status_code == 409
    assert f"/acme/requests/{first}" in page
    assert "my evenings free" in page
    work()
    assert len(letters(operator, "request_received")) == 1


def test_a_mentor_declines_with_a_reason_and_similar_mentors_are_shown(mentors, sign_in, operator):
    mia, max_ = sign_in(mentors.pam), sign_in(mentors.max)
    asked = id_of(mia.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM))
    without = max_.post(f"/globex/requests/{asked}/decline", data={"decline-words": "Sorry about that."})
    assert without.status_code == 422
    assert "Sorry about that." in without.get_data(as_text=True)
    no = {"decline-reason": "later", "decline-words": "Spring is better."}
    assert max_.post(f"/globex/requests/{asked}/decline", data=no).status_code == 303
    page = mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert "ask me again in a few months" in page
    assert "Spring is better." in page
    assert f"/acme/mentors/{mentors.gus.mentor_id}" in page
    assert len(letters(operator, "request_declined")) == 1


def test_withdrawing_gives_the_place_back_and_tells_the_mentor(mentors, sign_in, operator, ask, step):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="", contact="")
    mia = sign_in(mentors.mia)
    assert "goes to somebody else" in mia.get(f"/acme/requests/{asked}/withdrawal").get_data(as_text=True)
    assert mia.post(f"/acme/requests/{asked}/withdrawal", data={"words": "I found one."}).status_code == 303
    assert not row(operator, asked).holds_place
    assert len(letters(operator, "request_withdrawn")) == 1
    slots = sa.select(MentorProfile.open_slots).where(MentorProfile.person_id == mentors.max.person_id)
    assert operator.scalar(slots) == 2


def test_a_french_reader_reads_french(mentors, sign_in, ask):
    asked = ask(mentors.mia, mentors.max)
    page = sign_in(mentors.max).get(f"/globex/requests/{asked}").get_data(as_text=True)
    assert '<html lang="fr"' in page


def test_what_is_over_says_when_and_in_which_year(mentors, sign_in, ask, step, monkeypatch):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "decline_request", asked, reason="later", words="")
    mia = sign_in(mentors.mia)
    pages = [f"/acme/requests/{asked}", "/acme/requests/"]
    assert all("2 Nov" in mia.get(page).get_data(as_text=True) for page in pages)
    assert not any("2 Nov 2026" in mia.get(page).get_data(as_text=True) for page in pages)
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(days=90))
    assert all("2 Nov 2026" in mia.get(page).get_data(as_text=True) for page in pages)
