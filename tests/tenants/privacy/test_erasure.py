"""Erase me: hidden at once, seven days to change one's mind, then once and for good; the other keeps what is theirs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests.models import MentoringRequest, MessageKind, RequestMessage, RequestState
from tenants.accounts.models import Account, Person
from tenants.activity.chain import broken_logs
from tenants.affiliations.models import Affiliation, Role
from tenants.privacy import jobs
from tenants.privacy.models import Erasure, ErasureState
from tenants.shared import clock
from tenants.shared.models import Activity, ActivityName, Letter, Notice
from tests.contracts.scene import WORDS, make_request, set_scene
from tests.factories import NOW, publish
from tests.marketplace.requests.conftest import ask, mentors, step

__all__ = ["ask", "mentors", "step"]

PATH = "/account/privacy/"


@pytest.fixture
def scene(app, operator, cast):
    for mentor in (cast.max, cast.abe, cast.ida, cast.olga):
        publish(app, mentor)
    return set_scene(operator, cast)


@pytest.fixture
def in_eight_days(monkeypatch):
    later = clock.now() + timedelta(days=8)

    def move() -> None:
        monkeypatch.setattr("tenants.shared.clock.now", lambda: later)

    return move


@pytest.fixture
def tick(worker_app, work):
    """What the clock starts, and every job that comes of it."""

    def run() -> None:
        with worker_app.app_context():
            jobs.find_due_erasures.func.__wrapped__()
            jobs.db.session.commit()
        work()

    return run


def directory_has(client, name) -> bool:
    return name in client.get("/acme/mentors/").text


def test_the_page_is_hidden_at_once_and_found_again_when_one_changes_ones_mind(scene, fresh, sign_in, operator, work):
    mia, max_ = sign_in(scene.mia), fresh(scene.max)
    assert directory_has(mia, "Max Globex")
    assert max_.post(PATH + "erasure").status_code == 303
    assert not directory_has(mia, "Max Globex")
    gone, never = mia.get(f"/acme/mentors/{scene.max.mentor_id}"), mia.get("/acme/mentors/7")
    assert (gone.status_code, gone.data) == (404, never.data)
    # Publishing once more does not bring it back before the mind is changed.
    assert "Votre compte sera effacé" in max_.get(PATH).text or "Keep my account" in max_.get(PATH).text
    max_.post("/globex/profile/pause")
    max_.post("/globex/profile/resumption")
    assert not directory_has(mia, "Max Globex")
    assert max_.get("/globex/mentors/").status_code == 200, "and signs in meanwhile"
    assert max_.post(PATH + "erasure/removal").status_code == 303
    assert directory_has(mia, "Max Globex")


def test_the_letters_link_undoes_it_without_a_sign_in_once(scene, fresh, anonymous, operator, work, mailbox):
    fresh(scene.mia).post(PATH + "erasure")
    work()
    [letter] = mailbox.to(scene.mia.email)
    text = letter.get_body(("plain",)).get_content().replace("=\n", "")
    path = text.split("http://localhost/account/privacy/erasure/")[1].split()[0]
    page = anonymous.get(PATH + f"erasure/{path}")
    assert "Keep your account?" in page.text and page.headers["Referrer-Policy"] == "no-referrer"
    assert operator.scalars(sa.select(Erasure.state)).one() is ErasureState.asked, "opening a link changes nothing"
    assert anonymous.post(PATH + f"erasure/{path}/removal").status_code == 303
    assert anonymous.post(PATH + f"erasure/{path}/removal").status_code == 409
    operator.rollback()
    assert operator.scalars(sa.select(Erasure.state)).one() is ErasureState.undone
    assert "Your account stays" in anonymous.get(PATH + f"erasure/{path}").text


def test_before_the_seven_days_are_over_nothing_is_erased(scene, fresh, tick, operator):
    fresh(scene.mia).post(PATH + "erasure")
    tick()
    assert operator.get(Account, scene.mia.person_id) is not None


def test_then_it_is_erased_and_the_other_keeps_what_is_theirs(
    mentors, fresh, sign_in, ask, step, tick, operator, monkeypatch, app, _admin
):
    """Max mentors Mia, has a request of Pam open, and is erased: every table, every page."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "accept_request", asked, words="Let us begin in spring.", contact="at my desk")
    step(mentors.mia, "confirm_request", asked, contact="by letter")
    open_one = ask(mentors.pam, mentors.max)
    draft = make_request(operator, mentors, "gus", "abe", RequestState.confirmed)
    operator.commit()
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW)
    fresh(mentors.max).post(PATH + "erasure")
    monkeypatch.setattr("tenants.shared.clock.now", lambda: NOW + timedelta(days=8))
    tick()
    tick()
    operator.expire_all()

    me = mentors.max.person_id
    assert operator.get(Account, me) is None
    assert operator.get_one(Person, me).name == "Un ancien membre"
    page = operator.scalars(sa.select(MentorProfile).where(MentorProfile.person_id == me)).one()
    assert (page.headline, page.story, page.published, page.capacity, page.open_slots) == ("", "", None, 0, 0)
    tie = operator.scalars(sa.select(Affiliation).where(Affiliation.person_id == me)).one()
    assert (tie.work_email, tie.job_title) == ("", "") and tie.ended_on == (NOW + timedelta(days=8)).date()
    for table, column in (
        ("card", "person_id"),
        ("photo", "person_id"),
        ("notice", "person_id"),
        ("letter", "person_id"),
    ):
        assert operator.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {column} = :me"), {"me": me}) == 0, table

    mentorship = operator.scalars(sa.select(Mentorship)).one()
    assert mentorship.state is MentorshipState.ended and mentorship.ended_at is not None
    states = dict(operator.execute(sa.select(MentoringRequest.id, MentoringRequest.state)).all())
    assert (states[asked], states[open_one]) == (RequestState.confirmed, RequestState.declined)
    assert states[draft] is RequestState.confirmed, "what is between others stays"
    words = operator.execute(sa.select(RequestMessage.author_person_id, RequestMessage.kind, RequestMessage.body))
    for author, kind, body in words:
        assert (body == "") if author == me else body, kind
        assert not (author == me and kind is MessageKind.contact)
    farewells = sa.select(Letter).where(Letter.kind.in_(["pair_left", "request_ended"]))
    told = {row.person_id: row.kind for row in operator.scalars(farewells)}
    assert told == {mentors.mia.person_id: "pair_left", mentors.pam.person_id: "request_ended"}

    # The name is nowhere, neither in rows (asked by the one role that reads all of them) nor on pages.
    with _admin.connect() as everything:
        for table in everything.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
            named = f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%Max Globex%' OR t::text LIKE '%max@globex%'"
            assert everything.scalar(sa.text(named)) == 0, table
    mia = sign_in(mentors.mia)
    for path in ("/acme/requests/", f"/acme/requests/{asked}", "/acme/mentorships/", "/acme/notices/"):
        text = mia.get(path).text
        assert "Max" not in text, path
    assert "Un ancien membre" in mia.get(f"/acme/requests/{asked}").text
    log = sign_in(mentors.ann).get("/acme/activity/").text
    assert "Max" not in log and "former member" in log
    assert list(broken_logs(operator.connection())) == []
    assert operator.scalars(sa.select(Activity).where(Activity.verb == "account.erased")).all()
    assert mia.get(f"/acme/mentors/{mentors.max.mentor_id}").data == mia.get("/acme/mentors/7").data
    assert sign_in(mentors.max).get("/globex/mentors/").location == "/sign-in"


def test_two_workers_erase_once(scene, fresh, in_eight_days, operator, worker_app):
    fresh(scene.mia).post(PATH + "erasure")
    erasure_id = operator.scalar(sa.select(Erasure.id))
    in_eight_days()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with worker_app.app_context():
                jobs.carry_out_erasure.func.__wrapped__(org_id=scene.mia.org_id, erasure_id=erasure_id)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    verbs = operator.scalars(sa.select(Activity.verb).where(Activity.verb == "account.erased")).all()
    assert len(verbs) == 1
    assert len(operator.scalars(sa.select(Letter).where(Letter.kind == "request_ended")).all()) == 1
    assert not operator.scalars(sa.select(Notice).where(Notice.person_id == scene.mia.person_id)).all()
    assert (
        WORDS
        not in operator.scalars(
            sa.select(RequestMessage.body).where(RequestMessage.author_person_id == scene.mia.person_id)
        ).all()
    )


def test_the_last_administrator_names_another_first(scene, fresh, operator):
    abe = fresh(scene.abe)
    answer = abe.post(PATH + "erasure")
    assert answer.status_code == 409
    assert "last administrator of Acme" in answer.text and "/acme/people/" in answer.text
    operator.execute(
        sa.update(Affiliation).where(Affiliation.person_id == scene.ann.person_id).values(role=Role.company_admin)
    )
    operator.commit()
    assert abe.post(PATH + "erasure").status_code == 303
    # Somebody who is about to go is nobody to count on.
    assert fresh(scene.ann).post(PATH + "erasure").status_code == 409


def test_a_stale_sign_in_is_asked_again(scene, sign_in, operator):
    assert "/account/confirmation" in sign_in(scene.mia).post(PATH + "erasure").location
    assert operator.scalar(sa.select(Erasure.id)) is None


def test_the_worker_reads_nobody_who_did_not_ask(scene, worker_app, operator):
    with worker_app.app_context():
        assert jobs.enter_privacy("export", 1) is None
        assert jobs.enter_privacy("erasure", 1) is None
        with pytest.raises(
            sa.exc.DBAPIError, match=r"no tenant context|unrecognized configuration|invalid input syntax"
        ):
            jobs.db.session.execute(sa.text("SELECT body FROM request_message")).all()
        jobs.db.session.rollback()
        row = jobs.walls.enter(jobs.db.session, jobs.walls.Entry(jobs.walls.ENTER_JOB, {"org_id": scene.mia.org_id}))
        assert row is not None
        assert jobs.db.session.execute(sa.text("SELECT body FROM request_message")).all() == []
        jobs.db.session.rollback()


def test_names_of_the_log_are_those_of_the_line(scene, operator, sign_in, fresh):
    """A name written beside a line that did not commit to it is not shown."""
    line = operator.scalars(sa.select(Activity).where(Activity.org_id == scene.abe.org_id)).first()
    assert isinstance(operator, Session) and line is not None
    operator.execute(sa.delete(ActivityName).where(ActivityName.activity_id == line.id))
    operator.add(
        ActivityName(org_id=line.org_id, activity_id=line.id, slot="actor", name="Eve Intruder", salt=b"0" * 32)
    )
    operator.commit()
    assert "Eve Intruder" not in sign_in(scene.ann).get("/acme/activity/").text
