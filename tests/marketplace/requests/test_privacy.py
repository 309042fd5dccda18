"""Words belong to the pair; concerns to those who handle them. Over HTTP, and with SQL under the pages' own rights."""

import pytest
import sqlalchemy as sa

from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.models import Activity, Notice
from tests.factories import acting
from tests.marketplace.requests.conftest import SECRET_WORDS, letters, row

WATCHERS = ("ann", "abe", "gil", "gus", "ned", "hal", "pam", "ida", "olga")


@pytest.fixture
def spoken(ask, step, mentors):
    """A request of Mia to Max in which both have written and Max has said yes."""
    asked = ask(mentors.mia, mentors.max)
    step(mentors.max, "ask_for_more", asked, question="What have you tried so far, and with whom?")
    step(mentors.mia, "answer_question", asked, answer="I shadowed the shift leaders.")
    step(mentors.max, "accept_request", asked, words="Gladly, in spring.", contact="max@globex.example")
    return asked


def test_nobody_but_the_two_opens_the_page(spoken, mentors, sign_in):
    for name in WATCHERS:
        actor = mentors[name]
        missing = sign_in(actor).get(f"/{actor.slug}/requests/1")
        hidden = sign_in(actor).get(f"/{actor.slug}/requests/{spoken}")
        assert missing.status_code == hidden.status_code == 404
        for page in ("requests/", "requests/approvals", "mentorships/", "requests/concerns"):
            text = sign_in(actor).get(f"/{actor.slug}/{page}").get_data(as_text=True)
            assert not any(words in text for words in (*SECRET_WORDS, "shift leaders", "in spring"))


def test_nobody_but_the_two_reads_the_words_with_sql(spoken, mentors, app):
    for name in WATCHERS:
        with acting(app, mentors[name]):
            assert db.session.execute(sa.text("SELECT body FROM request_message")).all() == []
    for name in ("mia", "max"):
        with acting(app, mentors[name]):
            assert len(db.session.execute(sa.text("SELECT body FROM request_message")).all()) >= 6


def test_hr_sees_that_a_request_exists_and_a_network_does_not(spoken, mentors, app):
    counted = {}
    for name in WATCHERS:
        with acting(app, mentors[name]):
            counted[name] = db.session.scalar(sa.text("SELECT count(*) FROM mentoring_request"))
    seeing = {name for name, count in counted.items() if count}
    assert seeing == {"ann", "abe", "gil"}


def test_how_to_reach_somebody_is_hidden_until_both_have_said_yes(spoken, mentors, app, step):
    contact = sa.text("SELECT body FROM request_message WHERE kind = 'contact'")
    with acting(app, mentors.mia):
        assert db.session.scalars(contact).all() == []
    step(mentors.mia, "confirm_request", spoken, contact="mia@acme.example")
    for name in ("mia", "max"):
        with acting(app, mentors[name]):
            assert sorted(db.session.scalars(contact)) == ["max@globex.example", "mia@acme.example"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mentoring_request SET holds_place = false",
        "UPDATE mentoring_request SET mentor_person_id = mentee_person_id",
        "UPDATE mentoring_request SET org_id = mentor_org_id",
        "INSERT INTO action_link (org_id, id) VALUES (1, 1)",
    ],
)
def test_no_page_may_move_a_place_or_a_person_or_make_a_link(spoken, statement, mentors, app):
    for name in ("mia", "max", "ann"):
        with acting(app, mentors[name]), pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            db.session.execute(sa.text(statement))


def test_the_employer_changes_nothing_but_its_own_answer(spoken, mentors, app, operator):
    with acting(app, mentors.ann):
        changed = db.session.execute(sa.text("UPDATE mentoring_request SET state = 'declined'"))
        assert changed.rowcount == 0
    operator.execute(sa.text("UPDATE mentoring_request SET state = 'awaiting_employer'"))
    operator.commit()
    with acting(app, mentors.ann), pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        db.session.execute(sa.text("UPDATE mentoring_request SET state = 'accepted'"))


def test_a_concern_reaches_the_shared_network_and_never_the_other_one(spoken, mentors, sign_in, operator):
    mia = sign_in(mentors.mia)
    without = mia.post(f"/acme/requests/{spoken}/concern", data={"words": "He did not come twice."})
    assert without.status_code == 422
    assert "He did not come twice." in without.get_data(as_text=True)
    reply = mia.post(
        f"/acme/requests/{spoken}/concern", data={"reason": "no_answer", "words": "He did not come twice."}
    )
    assert reply.status_code == 303
    assert [letter.person_id for letter in letters(operator, "concern_reported")] == [mentors.ned.person_id]
    ned = sign_in(mentors.ned)
    page = ned.get("/bridge/requests/concerns").get_data(as_text=True)
    assert "He did not come twice." in page
    assert "Mia Acme" in page
    assert "Max Globex" in page
    for name in ("max", "gil", "hal"):
        actor = mentors[name]
        text = sign_in(actor).get(f"/{actor.slug}/requests/concerns").get_data(as_text=True)
        assert "come twice" not in text
    operator.rollback()
    told = operator.scalars(sa.select(Notice.person_id).where(Notice.kind == "concern_reported")).all()
    assert told == [mentors.ned.person_id]
    concern = operator.scalar(sa.text("SELECT id FROM concern"))
    assert sign_in(mentors.hal).post(f"/harbour/requests/concerns/{concern}/handling").status_code == 404
    assert ned.post(f"/bridge/requests/concerns/{concern}/handling").status_code == 303
    assert "Handled" in ned.get("/bridge/requests/concerns").get_data(as_text=True)


def test_the_log_says_that_a_concern_was_reported_and_nothing_else(spoken, mentors, sign_in, operator):
    form = {"reason": "no_answer", "words": "He did not come twice."}
    sign_in(mentors.mia).post(f"/acme/requests/{spoken}/concern", data=form)
    operator.rollback()
    [line] = operator.scalars(sa.select(Activity).where(Activity.verb == "concern.reported"))
    assert line.org_id == mentors.ned.org_id
    assert (line.actor_person_id, line.marks, line.subject_id, line.data) == (None, {}, None, {})
    page = sign_in(mentors.ned).get("/bridge/activity/").get_data(as_text=True)
    assert "A concern was reported" in page
    assert not any(words in page for words in ("Mia", "Max", "The clock", "come twice"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("marks", '\'{"actor": "00"}\''),
        ("data", '\'{"about": "Max"}\''),
        ("subject_id", "7"),
        ("verb", "'concern.handled'"),
    ],
)
def test_a_page_cannot_write_more_of_a_concern_into_a_networks_log(spoken, column, value, mentors, sign_in, app):
    sign_in(mentors.mia).post(f"/acme/requests/{spoken}/concern", data={"reason": "no_answer"})
    line = {
        "marks": "'{}'",
        "data": "'{}'",
        "subject_id": "NULL",
        "verb": "'concern.reported'",
        "subject_kind": "'concern'",
        "at": "now()",
        "org_id": str(mentors.ned.org_id),
    }
    insert = "INSERT INTO activity (id, {}) VALUES ({}, {})"
    with acting(app, mentors.mia):
        db.session.execute(sa.text(insert.format(", ".join(line), 1, ", ".join(line.values()))))
        line[column] = value
        with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
            db.session.execute(sa.text(insert.format(", ".join(line), 2, ", ".join(line.values()))))
        db.session.rollback()


def test_without_a_shared_network_it_goes_to_the_reporters_own_coordinators(spoken, mentors, sign_in, operator):
    operator.execute(sa.text("UPDATE firm_membership SET state = 'left'"))
    operator.commit()
    reply = sign_in(mentors.max).post(f"/globex/requests/{spoken}/concern", data={"reason": "other"})
    assert reply.status_code == 303
    assert [letter.person_id for letter in letters(operator, "concern_reported")] == [mentors.gil.person_id]


def test_a_request_that_never_reached_the_mentor_stays_unseen_whatever_becomes_of_it(
    mentors, operator, ask, step, sign_in, app
):
    operator.execute(sa.update(Organisation).where(Organisation.slug == "acme").values(request_approval="always"))
    operator.commit()
    asked = ask(mentors.mia, mentors.max)
    step(mentors.mia, "withdraw_request", asked, words="")
    assert row(operator, asked).state.value == "withdrawn"
    assert not letters(operator, "request_withdrawn")
    for name in ("max", "gil"):
        with acting(app, mentors[name]):
            assert db.session.scalar(sa.text("SELECT count(*) FROM mentoring_request")) == 0
        assert sign_in(mentors[name]).get(f"/globex/requests/{asked}").status_code == 404


def test_with_the_databases_policies_gone_the_pages_still_show_nothing(spoken, mentors, sign_in, operator, database):
    engine = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    tables = ("mentoring_request", "request_message", "concern", "mentorship", "person", "organisation", "photo")
    with engine.connect() as connection:
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            for name in WATCHERS:
                actor = mentors[name]
                client = sign_in(actor)
                assert client.get(f"/{actor.slug}/requests/{spoken}").status_code == 404
                assert client.post(f"/{actor.slug}/requests/{spoken}/decline").status_code == 404
                for page in ("requests/", "requests/approvals", "requests/concerns", "mentorships/"):
                    text = client.get(f"/{actor.slug}/{page}").get_data(as_text=True)
                    assert not any(words in text for words in (*SECRET_WORDS, "shift leaders", "Max Globex"))
            text = sign_in(mentors.mia).get(f"/acme/requests/{spoken}").get_data(as_text=True)
            assert "max@globex.example" not in text
        finally:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    engine.dispose()
