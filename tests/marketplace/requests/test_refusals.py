"""Every step refuses whoever it is not for, and whenever it is too late; the refusal says where things stand."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from marketplace.mentors.models import MentorProfile
from marketplace.requests import commands, queries
from marketplace.requests.commands import AlreadyAsked
from marketplace.requests.models import RequestState
from marketplace.requests.states import STEPS, Party
from tenants.organisations.models import ConflictDeclaration, ConflictKind, Organisation
from tenants.shared.errors import Forbidden, Refused
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import FORM, GOAL, letters, row

VALUES = {
    "ask_for_more": {"question": "What have you tried so far, and with whom?"},
    "answer_question": {"answer": "I asked each of the shift leaders in turn."},
    "accept_request": {"words": "", "contact": ""},
    "decline_request": {"reason": "later", "words": ""},
    "withdraw_request": {"words": ""},
    "confirm_request": {"contact": ""},
    "resend_request": {},
    "approve_request": {},
    "refuse_request": {"reason": "Not this year."},
}
HUMAN = [name for name, taken in STEPS.items() if name in VALUES and taken.who is not Party.clock]


@pytest.fixture
def in_state(operator):
    """Put a request in a state by hand, to try every step from there."""

    def put(request_id, state):
        operator.execute(
            sa.text("UPDATE mentoring_request SET state = :state, sent_at = :now, due_at = :due WHERE id = :id"),
            {"state": state.value, "now": NOW, "due": NOW + timedelta(days=14), "id": request_id},
        )
        operator.commit()

    return put


@pytest.mark.parametrize("name", HUMAN)
def test_a_step_is_refused_from_every_state_it_does_not_start_from(name, ask, step, in_state, mentors, operator):
    asked = ask(mentors.mia, mentors.max)
    actor = {Party.mentee: mentors.mia, Party.mentor: mentors.max, Party.employer: mentors.ann}[STEPS[name].who]
    before = len(letters(operator))
    for state in RequestState:
        if state in STEPS[name].before or state is RequestState.draft:
            continue
        in_state(asked, state)
        with pytest.raises(Refused) as refused:
            step(actor, name, asked, **VALUES[name])
        assert refused.value.status == 409
        assert refused.value.sentence
        assert refused.value.way_back
        assert row(operator, asked).state is state
    assert len(letters(operator)) == before


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("ask_for_more", "mia"),
        ("accept_request", "mia"),
        ("decline_request", "mia"),
        ("answer_question", "max"),
        ("withdraw_request", "max"),
        ("confirm_request", "max"),
    ],
)
def test_the_other_one_of_the_pair_may_see_but_not_do(name, who, ask, step, in_state, mentors, operator):
    asked = ask(mentors.mia, mentors.max)
    start = next(iter(STEPS[name].before - {RequestState.awaiting_employer}))
    in_state(asked, start)
    with pytest.raises(Forbidden):
        step(mentors[who], name, asked, **VALUES[name])
    assert row(operator, asked).state is start


@pytest.mark.parametrize("name", HUMAN)
def test_a_stranger_finds_nothing(name, ask, step, mentors):
    asked = ask(mentors.mia, mentors.max)
    for actor in (mentors.gus, mentors.pam, mentors.gil, mentors.ned, mentors.ida):
        with pytest.raises(NotFound):
            step(actor, name, asked, **VALUES[name])


def test_the_employer_does_not_answer_for_themselves(ask, step, in_state, mentors):
    asked = ask(mentors.ann, mentors.max)
    in_state(asked, RequestState.awaiting_employer)
    with pytest.raises(NotFound):
        step(mentors.ann, "approve_request", asked)


def test_a_full_mentor_is_not_asked_and_the_words_stay(mentors, sign_in, operator):
    operator.execute(sa.text("UPDATE mentor_profile SET open_slots = 0 WHERE id = :id"), {"id": mentors.max.mentor_id})
    operator.execute(sa.text("UPDATE card SET room = 0 WHERE mentor_id = :id"), {"id": mentors.max.mentor_id})
    operator.commit()
    mia = sign_in(mentors.mia)
    reply = mia.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "queue" in page
    assert f"/acme/mentors/{mentors.max.mentor_id}" in page
    assert GOAL in mia.get(f"/acme/mentors/{mentors.max.mentor_id}/requests/new").get_data(as_text=True)
    assert not letters(operator, "request_received")


def test_no_more_open_requests_than_the_organisation_allows(mentors, sign_in, operator, ask):
    operator.execute(sa.update(Organisation).where(Organisation.slug == "acme").values(max_open_requests=1))
    operator.commit()
    ask(mentors.mia, mentors.max)
    mia = sign_in(mentors.mia)
    reply = mia.post(f"/acme/mentors/{mentors.gus.mentor_id}/requests", data=FORM)
    assert reply.status_code == 409
    assert "1 open request," in reply.get_data(as_text=True)
    states = operator.scalars(sa.text("SELECT state FROM mentoring_request ORDER BY state")).all()
    assert states == ["draft", "sent"]


def test_nobody_asks_themselves_or_somebody_hidden(mentors, sign_in, operator):
    assert sign_in(mentors.max).get(f"/globex/mentors/{mentors.max.mentor_id}/requests/new").status_code == 404
    operator.add(
        ConflictDeclaration(
            org_id=mentors.max.org_id,
            other_org_id=mentors.mia.org_id,
            kind=ConflictKind.competitor,
            declared_by_id=mentors.gil.person_id,
        )
    )
    operator.commit()
    mia = sign_in(mentors.mia)
    for reply in (
        mia.get(f"/acme/mentors/{mentors.max.mentor_id}/requests/new"),
        mia.post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM),
        mia.post(f"/acme/mentors/{mentors.max.mentor_id}/requests/draft", data=FORM),
    ):
        assert reply.status_code == 404


def test_the_same_pair_once(ask, mentors, app):
    asked = ask(mentors.mia, mentors.max)
    assert ask(mentors.mia, mentors.max) == asked

    with acting(app, mentors.mia) as viewer:
        mentor = queries.askable_mentor_or_404(viewer, mentors.max.mentor_id)
        other = {"goal": "Something else."}
        with pytest.raises(AlreadyAsked) as refused:
            commands.send_request(acting=viewer, mentor=mentor, words=other, form="peer", cadence=None, now=NOW)
    assert str(asked) in refused.value.way_back


def test_after_expiry_it_may_be_sent_again_once(mentors, ask, step, in_state, operator, sign_in, work):
    asked = ask(mentors.mia, mentors.max)
    in_state(asked, RequestState.expired)
    mia = sign_in(mentors.mia)
    assert "Send it once more" in mia.get(f"/acme/requests/{asked}").get_data(as_text=True)
    reply = mia.post(f"/acme/requests/{asked}/resending")
    assert reply.status_code == 303
    again = int(reply.location.rsplit("/", 1)[1])
    assert again != asked
    assert GOAL in mia.get(f"/acme/requests/{again}").get_data(as_text=True)
    assert row(operator, again).resent_from_id == asked
    assert mia.post(f"/acme/requests/{asked}/resending").status_code == 409
    in_state(again, RequestState.expired)
    assert mia.post(f"/acme/requests/{again}/resending").status_code == 409
    assert "Send it once more" not in mia.get(f"/acme/requests/{again}").get_data(as_text=True)


def test_after_a_lowered_capacity_nobody_is_accepted(mentors, ask, step, operator):
    asked = ask(mentors.mia, mentors.max)
    operator.execute(sa.update(MentorProfile).where(MentorProfile.id == mentors.max.mentor_id).values(open_slots=0))
    operator.commit()
    with pytest.raises(Refused, match="places are taken"):
        step(mentors.max, "accept_request", asked, **VALUES["accept_request"])
    assert row(operator, asked).state is RequestState.sent


def test_script_and_markup_in_words_are_shown_as_typed(mentors, sign_in, ask, step):
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "ask_for_more", asked, question="<script>alert(1)</script>\n<b>Why</b> =HYPERLINK()")
    page = sign_in(mentors.mia).get(f"/acme/requests/{asked}").get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;/script&gt;<br>&lt;b&gt;" in page


def test_fifty_thousand_characters_are_refused_and_kept(mentors, sign_in):
    long = "many words " * 5000
    reply = sign_in(mentors.mia).post(f"/acme/mentors/{mentors.max.mentor_id}/requests", data=FORM | {"goal": long})
    assert reply.status_code == 422
    assert long.strip() in reply.get_data(as_text=True)
