"""Somebody leaves a firm and joins another: nothing of theirs is lost, and the old firm sees nothing new."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from marketplace.mentors.models import Card, MentorProfile, ProfileState
from marketplace.mentorships import commands, queries
from marketplace.mentorships.models import Answer, Mentorship, MentorshipQuestion, MentorshipState
from marketplace.requests.models import MentoringRequest, RequestState
from tenants import walls
from tenants.affiliations.commands import close_leavers
from tenants.affiliations.models import Affiliation, Role
from tenants.onboarding.commands import invite
from tenants.organisations.models import ConflictDeclaration, ConflictKind, FirmMembership, MembershipState
from tenants.shared import clock, jobs
from tenants.shared.database import db
from tenants.shared.models import Activity, Letter
from tests.factories import acting

RUNNING, PAUSED, ENDED = MentorshipState.running, MentorshipState.paused, MentorshipState.ended


def leave(client, slug, day=None):
    return client.post(f"/{slug}/leaving/", data={"on": (day or clock.today()).isoformat()})


def say(client, path, answer):
    return client.post(f"{path}/answer", data={"answer": answer})


def letters(operator, kind):
    operator.rollback()
    return operator.scalars(sa.select(Letter).where(Letter.kind == kind)).all()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mentor_changes_employer_and_the_pair_goes_on(
    pair, mentors, sign_in, work, mailbox, operator, again, app, language
):
    words = {
        "en": ("How does your mentorship go on?", "Bring my pages"),
        "fr": ("Comment votre binôme continue-t-il ?", "Apporter mes pages"),
    }[language]
    maxs, mias = sign_in(mentors.max), sign_in(mentors.mia)
    for client in (maxs, mias):
        client.set_cookie("language", language)
    left = leave(maxs, "globex")
    assert (left.status_code, left.location) == (303, "/workspaces/?all=1")
    assert (
        operator.scalar(sa.select(sa.func.count()).select_from(Card).where(Card.person_id == mentors.max.person_id))
        == 0
    )
    assert maxs.get("/globex/mentors/").status_code == 404
    assert again(pair).mentor_employer_id is None, "in the same transaction"
    work()
    # Both are asked: Mia in her workspace, Max outside of all.
    home = f"/workspaces/mentorships/{pair.id}"
    assert home in maxs.get("/workspaces/?all=1").text
    assert words[0] in maxs.get(home).text
    assert words[0] in mias.get(f"/acme/mentorships/{pair.id}").text
    assert say(maxs, home, "continue").status_code == 303
    assert say(mias, f"/acme/mentorships/{pair.id}", "continue").status_code == 303
    work()
    assert again(pair).state is PAUSED, "until there is a new employer"
    # The new employer invites; one press brings the page.
    with acting(app, mentors.ann) as ann:
        invite(acting=ann, email=mentors.max.email, name="Max", role=Role.member, locale=language, now=clock.now())
    work()
    [letter] = [
        one for one in mailbox.to(mentors.max.email) if "/invitations/" in one.get_body(("plain",)).get_content()
    ]
    path = re.search(r"http://localhost(/invitations/\S+)", letter.get_body(("plain",)).get_content())[1]
    assert maxs.post(f"{path}/acceptance").location == "/acme/arrival/"
    assert words[1] in maxs.get("/acme/arrival/").text
    assert maxs.post("/acme/arrival/").location == "/acme/profile/"
    work()
    assert (again(pair).state, pair.mentor_employer_id) == (RUNNING, mentors.mia.org_id)
    brought = operator.scalars(
        sa.select(MentorProfile).where(
            MentorProfile.org_id == mentors.mia.org_id, MentorProfile.person_id == mentors.max.person_id
        )
    ).one()
    assert brought.state is ProfileState.draft
    assert brought.headline and brought.network_ids == []
    assert brought.open_slots == brought.capacity - 1, "Mia keeps her place"
    assert maxs.get(f"/acme/mentorships/{pair.id}").status_code == 200
    assert len(letters(operator, "mentorship_continues")) == 2


def test_the_old_employer_sees_nothing_new(pair, mentors, sign_in, work, operator, app):
    """Gil's counts end on the day Max leaves; nothing that happens later is in Globex's log, letters or rows."""

    def seen(actor):
        with acting(app, actor):
            return (
                db.session.scalars(sa.select(Mentorship.id)).all(),
                db.session.scalar(sa.select(sa.func.count()).select_from(Activity)),
                db.session.scalar(sa.text("SELECT count(*) FROM letter")),
            )

    assert seen(mentors.gil)[0] == [pair.id]
    maxs = sign_in(mentors.max)
    leave(maxs, "globex")
    before = seen(mentors.gil)
    assert before[0] == []
    work()
    say(maxs, f"/workspaces/mentorships/{pair.id}", "end")
    work()
    assert seen(mentors.gil) == before
    assert seen(mentors.ann)[0] == [pair.id], "Mia's employer still knows of it"


@pytest.mark.parametrize(
    ("mine", "theirs", "state"),
    [
        ("continue", "end", ENDED),
        ("end", None, ENDED),
        ("pause", "continue", PAUSED),
        ("continue", None, None),
    ],
)
def test_what_comes_of_two_answers(pair, mentors, sign_in, work, operator, again, mine, theirs, state):
    maxs = sign_in(mentors.max)
    leave(maxs, "globex")
    work()
    say(maxs, f"/workspaces/mentorships/{pair.id}", mine)
    if theirs:
        say(sign_in(mentors.mia), f"/acme/mentorships/{pair.id}", theirs)
    work()
    assert again(pair).state is (state or RUNNING)
    if state is ENDED:
        both = letters(operator, "mentorship_ended")
        assert len(both) == 2
        assert {"end", "continue"}.isdisjoint(set(str(both[0].data).split()))
        assert operator.scalars(sa.select(MentoringRequest)).one().holds_place is False


def test_nobody_reads_the_others_answer(pair, mentors, sign_in, work, app):
    maxs = sign_in(mentors.max)
    leave(maxs, "globex")
    work()
    say(maxs, f"/workspaces/mentorships/{pair.id}", "pause")
    for name in ("mia", "ann", "gil", "ned"):
        with acting(app, mentors[name]):
            assert db.session.execute(sa.text("SELECT * FROM mentorship_answer")).all() == []


def test_without_answers_the_clock_pauses_once(pair, mentors, sign_in, work, again, operator, worker_app):
    leave(sign_in(mentors.max), "globex")
    work()
    later = clock.now() + timedelta(days=14, minutes=1)
    with worker_app.app_context():
        assert queries.organisations_with_due_questions(later) == [pair.org_id]
    for _ in range(2):
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": pair.org_id}))
            for question_id in queries.due_questions(pair.org_id, later):
                commands.settle_question(org_id=pair.org_id, question_id=question_id, now=later)
    assert again(pair).state is PAUSED
    assert len(letters(operator, "mentorship_paused")) == 2


def test_a_conflict_with_the_new_firm_takes_continue_away_without_a_reason(
    pair, mentors, sign_in, work, operator, hired, again
):
    operator.add(
        ConflictDeclaration(
            org_id=mentors.mia.org_id,
            other_org_id=mentors.ida.org_id,
            kind=ConflictKind.competitor,
            since=clock.today(),
            declared_by_id=mentors.ann.person_id,
        )
    )
    operator.commit()
    maxs, mias = sign_in(mentors.max), sign_in(mentors.mia)
    leave(maxs, "globex")
    work()
    path = f"/acme/mentorships/{pair.id}"
    assert 'value="continue"' in mias.get(path).text
    hired(mentors.max, mentors.ida.org_id, "initech")
    page = mias.get(path).text
    assert 'value="continue"' not in page
    assert "The mentorship cannot continue here." in page
    assert "conflict" not in page.lower().replace("conflicts", "")
    refused = say(mias, path, "continue")
    assert refused.status_code in (409, 422)
    assert again(pair).state is RUNNING


def test_open_requests_close_kindly_and_places_return(ask, step, mentors, sign_in, work, operator):
    now = clock.now()
    asked = ask(mentors.mia, mentors.max, now=now)
    held = ask(mentors.pam, mentors.max, now=now)
    step(mentors.max, "accept_request", held, now=now, words="", contact="")
    leave(sign_in(mentors.max), "globex")
    work()
    work()
    operator.rollback()
    states = dict(operator.execute(sa.select(MentoringRequest.id, MentoringRequest.state)).all())
    assert states == {asked: RequestState.closed, held: RequestState.closed}
    assert operator.get(MentorProfile, (mentors.max.org_id, mentors.max.mentor_id)).open_slots == 2
    assert {letter.person_id for letter in letters(operator, "request_closed")} == {
        mentors.mia.person_id,
        mentors.pam.person_id,
    }
    page = sign_in(mentors.mia).get(f"/acme/requests/{asked}")
    assert "Nobody said no to you" in page.text


def test_a_planned_end_takes_effect_on_its_day_once_with_two_workers(mentors, app, worker_app, operator, _admin):
    """Two workers at the same rows: the second passes over what the first holds, and finds it done afterwards."""
    tie = operator.scalars(sa.select(Affiliation).where(Affiliation.person_id == mentors.max.person_id)).one()
    tie.ended_on = clock.today() + timedelta(days=3)
    operator.commit()
    assert (
        operator.scalar(sa.select(sa.func.count()).select_from(Card).where(Card.person_id == mentors.max.person_id))
        == 1
    )
    operator.commit()
    now, closed, start = clock.now() + timedelta(days=3), [], Barrier(2)

    def turn():
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": mentors.max.org_id}))
            start.wait()
            closed.append(close_leavers(org_id=mentors.max.org_id, now=now))

    threads = [Thread(target=turn) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(closed) == [0, 1]
    assert len(letters(operator, "affiliation_ended")) == 1
    assert (
        operator.scalar(sa.select(sa.func.count()).select_from(Card).where(Card.person_id == mentors.max.person_id))
        == 0
    )


def test_when_a_firm_leaves_the_network_its_pairs_are_asked(pair, mentors, work, operator, sign_in, again):
    membership = operator.get(FirmMembership, (mentors.ned.org_id, mentors.max.org_id))
    membership.state = MembershipState.left
    jobs.announce("firm.left", org_id=mentors.ned.org_id, firm_id=mentors.max.org_id, session=operator)
    operator.commit()
    work()
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}").text
    assert "no longer meet in the same network" in page
    assert 'value="pause"' not in page
    for actor, slug in ((mentors.mia, "acme"), (mentors.max, "globex")):
        assert say(sign_in(actor), f"/{slug}/mentorships/{pair.id}", "continue").status_code == 303
    work()
    assert again(pair).state is RUNNING
    assert operator.scalars(sa.select(MentorshipQuestion.outcome)).one() is Answer.go_on


def test_when_hr_notes_the_departure_the_pair_is_asked_as_well(pair, mentors, sign_in, work, operator, again):
    gone = sign_in(mentors.gil).post(
        f"/globex/people/{mentors.max.affiliation_id}/ending", data={"on": clock.today().isoformat()}
    )
    assert gone.status_code == 303
    work()
    assert again(pair).mentor_employer_id is None
    assert {letter.person_id for letter in letters(operator, "mentorship_question")} == {
        mentors.mia.person_id,
        mentors.max.person_id,
    }
