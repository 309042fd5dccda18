"""Notices in the app, the letters one can do without, and the letters that did not arrive."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from marketplace.notices import queries
from tenants import walls
from tenants.current import Acting
from tenants.shared.choices import ALL, Subscription, deliveries, subscription_token
from tenants.shared.database import db, new_id
from tenants.shared.kinds import KINDS
from tenants.shared.letters import queue_letter
from tenants.shared.models import Activity, Delivery, Letter, LetterChoice, LetterHours, LetterState, Notice
from tests.factories import acting

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def tell(operator, actor, kind="place_free", *, path="/acme/mentors", read=False, **data):
    """A notice for ``actor``, as a command would have written it."""
    notice = Notice(
        org_id=actor.org_id,
        id=new_id(),
        person_id=actor.person_id,
        kind=kind,
        data={"mentor_name": "Max Globex"} | data,
        path=path,
        created_at=NOW,
        read_at=NOW if read else None,
    )
    operator.add(notice)
    operator.commit()
    return notice


def fail(operator, actor, *, kind="place_free", address=None, error="550 5.1.1 No such mailbox", account=False):
    """A letter to ``actor`` that the mail server refused."""
    letter = Letter(
        org_id=actor.org_id,
        id=new_id(),
        kind=kind,
        person_id=None if address else actor.person_id,
        address=address,
        data={"mentor_name": "Max Globex", "url": "/acme/mentors/1"},
        state=LetterState.failed,
        attempts=3,
        error=error,
        about_account=account,
        created_at=NOW,
    )
    operator.add(letter)
    operator.commit()
    return letter


def fresh(operator, model, **where):
    operator.rollback()
    return operator.scalars(sa.select(model).filter_by(**where).execution_options(populate_existing=True)).one()


# --- notices ----------------------------------------------------------------------------------------------------------


def test_somebody_new_reads_what_will_come_here(cast, sign_in):
    page = sign_in(cast.mia).get("/acme/notices/").get_data(as_text=True)
    assert "Nothing new yet" in page
    assert "Mark all as read" not in page


def test_notices_come_newest_first_in_the_readers_language(cast, sign_in, operator):
    tell(operator, cast.max, "request_received", path="/globex/requests/1", mentee_name="Mia Acme")
    tell(operator, cast.max, "request_withdrawn", path="/globex/requests/1", mentee_name="Mia Acme")
    page = sign_in(cast.max).get("/globex/notices/").get_data(as_text=True)
    assert page.index("Mia Acme retire sa demande") < page.index("Mia Acme vous adresse une demande de mentorat")


def test_a_person_reads_only_their_own_notices_and_only_of_this_workspace(cast, sign_in, operator):
    tell(operator, cast.ann, mentor_name="Somebody Else")
    tell(operator, cast.pam, mentor_name="Of Acme")
    assert "Somebody Else" not in sign_in(cast.mia).get("/acme/notices/").get_data(as_text=True)
    client = sign_in(cast.pam)
    assert "Of Acme" in client.get("/acme/notices/").get_data(as_text=True)
    assert "Of Acme" not in client.get("/bridge/notices/").get_data(as_text=True)


def test_opening_a_notice_reads_it_and_leads_on(cast, sign_in, operator):
    notice = tell(operator, cast.mia, path="/acme/mentors/7")
    client = sign_in(cast.mia)
    assert "(new)" in client.get("/acme/notices/").get_data(as_text=True)
    opened = client.post(f"/acme/notices/{notice.id}/reading")
    assert (opened.status_code, opened.location) == (303, "/acme/mentors/7")
    first = fresh(operator, Notice).read_at
    assert first is not None
    page = client.get("/acme/notices/").get_data(as_text=True)
    assert "(new)" not in page
    assert 'href="/acme/mentors/7"' in page
    client.post(f"/acme/notices/{notice.id}/reading")
    assert fresh(operator, Notice).read_at == first


def test_looking_at_the_list_changes_nothing(cast, sign_in, operator):
    tell(operator, cast.mia)
    client = sign_in(cast.mia)
    client.get("/acme/notices/")
    assert fresh(operator, Notice).read_at is None
    assert client.get(f"/acme/notices/{fresh(operator, Notice).id}/reading").status_code == 405


def test_all_can_be_marked_as_read_at_once(cast, sign_in, operator):
    for _ in range(3):
        tell(operator, cast.mia)
    other = tell(operator, cast.ann)
    client = sign_in(cast.mia)
    assert "(3 new)" in client.get("/acme/notices/").text
    assert client.post("/acme/notices/readings").status_code == 303
    assert "new)" not in client.get("/acme/notices/").text
    assert fresh(operator, Notice, id=other.id).read_at is None


@pytest.mark.parametrize("who", ["ann", "gus", "ned"])
def test_nobody_opens_another_persons_notice(cast, sign_in, operator, who):
    actor = cast[who]
    notice = tell(operator, cast.mia)
    client = sign_in(actor)
    theirs = client.post(f"/{actor.slug}/notices/{notice.id}/reading")
    missing = client.post(f"/{actor.slug}/notices/1/reading")
    assert theirs.status_code == missing.status_code == 404
    assert fresh(operator, Notice).read_at is None


def test_many_notices_come_page_by_page_and_none_is_lost(cast, sign_in, operator):
    for number in range(queries.PAGE + 5):
        tell(operator, cast.mia, mentor_name=f"Mentor {number:02}.")
    client = sign_in(cast.mia)
    page = client.get("/acme/notices/").get_data(as_text=True)
    older = re.search(r'href="(/acme/notices/\?before=\d+)"', page)[1]
    rest = client.get(older).get_data(as_text=True)
    names = re.findall(r"Mentor \d\d", page) + re.findall(r"Mentor \d\d", rest)
    assert names == [f"Mentor {number:02}" for number in reversed(range(queries.PAGE + 5))]
    assert client.get("/acme/notices/?before=nonsense").status_code == 200


def test_a_notice_that_lacks_a_word_still_says_what_it_is(cast, sign_in, operator):
    operator.add(
        Notice(
            org_id=cast.mia.org_id,
            id=new_id(),
            person_id=cast.mia.person_id,
            kind="place_free",
            data={},
            path="/acme/mentors",
            created_at=NOW,
        )
    )
    operator.commit()
    assert "A mentor I queue for has a free place" in sign_in(cast.mia).get("/acme/notices/").get_data(as_text=True)


def test_a_hostile_name_in_a_notice_is_words(cast, sign_in, operator):
    tell(operator, cast.mia, mentor_name="<script>alert(1)</script>")
    page = sign_in(cast.mia).get("/acme/notices/").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- choosing letters -------------------------------------------------------------------------------------------------


def chosen(**ways):
    """What a browser sends from the page of choices: everything, with ``ways`` changed."""
    kinds = {kind: "instant" for kind in KINDS if len(deliveries(kind)) > 1}
    hours = {"digest_hour": 8, "digest_weekday": 0, "quiet_from": 21, "quiet_until": 7}
    return {name: value for name, value in (hours | kinds | ways).items() if value is not None}


def test_a_person_chooses_how_and_when_letters_come(cast, sign_in, operator):
    client = sign_in(cast.mia)
    page = client.get("/acme/notices/choices").get_data(as_text=True)
    assert "Forgotten password" not in page
    assert 'id="place_free"' in page and 'id="request_accepted"' in page
    data = chosen(place_free="app", request_accepted="daily", digest_hour=18, digest_weekday=4, quiet="y")
    assert client.post("/acme/notices/choices", data=data).status_code == 303
    page = client.get("/acme/notices/choices").get_data(as_text=True)
    assert 'selected value="app"' in page and 'selected value="18"' in page and 'selected value="4"' in page
    kept = {choice.kind: choice.delivery for choice in operator.scalars(sa.select(LetterChoice))}
    assert (kept["place_free"], kept["request_accepted"]) == (Delivery.app, Delivery.daily)
    hours = fresh(operator, LetterHours)
    assert (hours.digest_hour, hours.quiet_from, hours.quiet_until) == (18, 21, 7)
    client.post("/acme/notices/choices", data=chosen())
    assert fresh(operator, LetterChoice, kind="place_free").delivery is Delivery.instant
    assert fresh(operator, LetterHours).quiet_from is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"request_accepted": "weekly"},  # asks something of its reader
        {"request_accepted": "app"},
        {"place_free": "never"},
        {"digest_hour": "24"},
        {"quiet": "y", "quiet_until": "21"},
    ],
)
def test_what_cannot_be_put_off_so_long_is_refused(cast, sign_in, operator, wrong):
    refused = sign_in(cast.mia).post("/acme/notices/choices", data=chosen(profile_published="weekly") | wrong)
    assert refused.status_code == 422
    assert 'selected value="weekly"' in refused.text, "what was chosen beside it stays"
    assert operator.scalars(sa.select(LetterChoice)).all() == []


@pytest.fixture
def link(app, cast):
    with app.app_context():
        token = subscription_token(Subscription(cast.mia.org_id, cast.mia.person_id, "place_free"))
    return f"/letters/subscriptions/{token}"


def test_the_link_under_a_letter_shows_and_then_switches_off_and_on(cast, anonymous, operator, link):
    shown = anonymous.get(link)
    assert shown.status_code == 200
    assert "Do without these letters?" in shown.text
    assert "Acme" in shown.text
    assert operator.scalars(sa.select(LetterChoice)).all() == []
    assert anonymous.post(link, data={"without": "yes"}).status_code == 303
    assert fresh(operator, LetterChoice).delivery is Delivery.app
    assert "Let them come again" in anonymous.get(link).text
    anonymous.post(link, data={"place_free": "weekly", "request_reminder": "app"})
    assert fresh(operator, LetterChoice).delivery is Delivery.weekly, "and of no other kind than the link's own"
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"


def test_a_mail_program_switches_off_with_one_post(settings, cast, operator, link):
    """RFC 8058: no cookie, no CSRF token, one form field."""
    from marketplace.app import create_app

    guarded = create_app(settings, overrides={"TESTING": True, "RATELIMIT_ENABLED": False})
    answer = guarded.test_client().post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert fresh(operator, LetterChoice).delivery is Delivery.app


def test_the_link_for_everything_chooses_each_kind_and_all(app, cast, anonymous, operator):
    with app.app_context():
        token = subscription_token(Subscription(cast.mia.org_id, cast.mia.person_id, ALL))
    link = f"/letters/subscriptions/{token}"
    page = anonymous.get(link).text
    assert 'name="place_free"' in page and 'name="request_accepted"' not in page
    anonymous.post(link, data={"place_free": "daily", "request_accepted": "app"})
    assert fresh(operator, LetterChoice).kind == "place_free"
    anonymous.post(link, data={"List-Unsubscribe": "One-Click"})
    operator.rollback()
    ways = {choice.kind: choice.delivery for choice in operator.scalars(sa.select(LetterChoice))}
    assert set(ways.values()) == {Delivery.app}
    assert set(ways) == {name for name, kind in KINDS.items() if not kind.essential}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_cut_short_leads_nowhere(cast, anonymous, operator, link, method):
    assert getattr(anonymous, method)(link[:-2]).status_code == 404
    assert operator.scalars(sa.select(LetterChoice)).all() == []


# --- letters that did not arrive --------------------------------------------------------------------------------------


def test_a_coordinator_sees_who_which_and_why_and_nothing_of_what_it_says(cast, sign_in, operator):
    fail(operator, cast.mia)
    fail(operator, cast.ann, kind="invitation", address="zoe@acme.example", error="no address")
    fail(operator, cast.gus, error="of another firm")
    client = sign_in(cast.ann)
    assert "2 letters have not arrived." in client.get("/acme/notices/").text
    page = client.get("/acme/notices/letters").text
    assert "Mia Acme" in page
    assert "A mentor I queue for has a free place" in page
    assert "550 5.1.1 No such mailbox" in page
    assert "zoe@acme.example" in page
    assert "There is no address to write to" in page
    assert "of another firm" not in page
    assert "Max Globex" not in page


def test_letters_about_an_account_are_nobodys_list(app, cast, sign_in, operator):
    """A forgotten password is between the person and the door, by either wall."""
    letter = fail(operator, cast.mia, kind="password_reset", account=True)
    ann = sign_in(cast.ann)
    assert "not arrived" not in ann.get("/acme/notices/").text
    assert "Every letter has arrived" in ann.get("/acme/notices/letters").text
    assert ann.post(f"/acme/notices/letters/{letter.id}/dispatch").status_code == 404
    with acting(app, cast.ann):
        assert db.session.execute(sa.text("SELECT kind FROM letter")).all() == []
        assert db.session.execute(sa.text("UPDATE letter SET state = 'queued'")).rowcount == 0


def test_a_letter_about_an_account_is_marked_when_it_is_written(cast, worker_app, operator):
    kinds = {"password_reset": True, "password_changed": True, "account_exists": True, "invitation": False}
    with worker_app.app_context():
        for kind in kinds:
            queue_letter(kind, org_id=cast.mia.org_id, now=NOW, data={}, address="zoe@acme.example", session=operator)
        operator.commit()
    assert {row.kind: row.about_account for row in operator.scalars(sa.select(Letter))} == kinds


def test_others_do_not_see_that_the_page_exists(cast, sign_in, operator):
    letter = fail(operator, cast.mia)
    client = sign_in(cast.mia)
    assert client.get("/acme/notices/letters").status_code == 404
    assert client.post(f"/acme/notices/letters/{letter.id}/dispatch").status_code == 404
    assert "not arrived" not in client.get("/acme/notices/").text
    assert sign_in(cast.gil).post(f"/globex/notices/letters/{letter.id}/dispatch").status_code == 404
    assert fresh(operator, Letter).state is LetterState.failed


def test_a_coordinator_sends_a_letter_again_once(cast, sign_in, operator, work, mailbox):
    letter = fail(operator, cast.mia)
    client = sign_in(cast.ann)
    address = f"/acme/notices/letters/{letter.id}/dispatch"
    assert client.post(address).status_code == 303
    again = client.post(address)
    assert again.status_code == 409
    assert "already on its way" in again.text
    work()
    assert [received["Subject"] for received in mailbox.to(cast.mia.email)] == ["Max Globex has a free place"]
    sent = fresh(operator, Letter)
    assert (sent.state, sent.attempts, sent.error) == (LetterState.sent, 1, "")
    line = fresh(operator, Activity, verb="letter.sent_again")
    assert (line.org_id, line.actor_person_id, line.subject_id) == (cast.ann.org_id, cast.ann.person_id, letter.id)
    assert "Every letter has arrived" in client.get("/acme/notices/letters").text


# --- the application's own wall ---------------------------------------------------------------------------------------


def test_without_the_databases_wall_the_queries_still_keep_to_their_viewer(app, cast, operator, monkeypatch):
    """Under the operator's eyes, which see every tenant."""
    mine, others = tell(operator, cast.mia), [tell(operator, cast.ann), tell(operator, cast.gus)]
    fail(operator, cast.mia)
    fail(operator, cast.mia, kind="password_reset", account=True)
    fail(operator, cast.gus)
    operator.add(
        LetterChoice(
            org_id=cast.gus.org_id,
            person_id=cast.gus.person_id,
            kind="place_free",
            delivery=Delivery.app,
            chosen_at=NOW,
        )
    )
    operator.commit()
    viewers = {}
    for name in ("mia", "ann"):
        with app.test_request_context():
            entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": cast[name].token, "slug": "acme"})
            viewers[name] = Acting.from_row(walls.enter(db.session, entry))
    monkeypatch.setattr(queries.db, "session", operator)
    assert [notice.id for notice in queries.notices(viewers["mia"])] == [mine.id]
    assert queries.failed_letters(viewers["mia"]) == []
    assert queries.failed_letter_count(viewers["mia"]) == 0
    assert len(queries.failed_letters(viewers["ann"])) == queries.failed_letter_count(viewers["ann"]) == 1
    assert set(queries.letter_choices(viewers["mia"]).values()) == {Delivery.instant}
    for notice in others:
        with pytest.raises(Exception, match="404"):
            queries.notice_or_404(viewers["mia"], notice.id)


def test_the_time_of_a_notice_is_told_by_the_readers_clock(cast, sign_in, operator):
    tell(operator, cast.mia)
    page = sign_in(cast.mia).get("/acme/notices/").text
    assert "10:00 (Paris)" in page
    assert 'id="day-2026-11-22"' in page


def test_notices_stand_under_their_day_and_can_be_narrowed(cast, sign_in, operator):
    tell(operator, cast.mia, "place_free", mentor_name="One Mentor")
    tell(operator, cast.mia, "request_accepted", mentor_name="Two Mentor", mentor_firm="Globex", read=True)
    late = tell(operator, cast.mia, "place_free", mentor_name="Three Mentor")
    late.created_at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    operator.commit()
    client = sign_in(cast.mia)
    page = client.get("/acme/notices/").text
    assert page.index("day-2026-11-23") < page.index("Three Mentor") < page.index("day-2026-11-22"), "by Paris' clock"
    unread = client.get("/acme/notices/?unread=1").text
    assert "One Mentor" in unread and "Two Mentor" not in unread
    about = client.get("/acme/notices/?kind=request_accepted").text
    assert "Two Mentor" in about and "One Mentor" not in about
    assert "There is no notice about this" in client.get("/acme/notices/?kind=pair_left").text


def test_marking_all_as_read_can_be_taken_back(cast, sign_in, operator):
    before = tell(operator, cast.mia, read=True)
    tell(operator, cast.mia)
    others = tell(operator, cast.ann)
    client = sign_in(cast.mia)
    client.post("/acme/notices/readings")
    page = client.get("/acme/notices/").text
    undo = re.search(r'action="(/acme/notices/readings/\d+/reversal)"', page)[1]
    assert "1 notice is read." in page
    sign_in(cast.ann).post(undo)
    assert "new)" not in client.get("/acme/notices/").text
    assert client.post(undo).status_code == 303
    assert "(1 new)" in client.get("/acme/notices/").text
    assert fresh(operator, Notice, id=before.id).read_at == NOW
    assert fresh(operator, Notice, id=others.id).read_at is None
    assert client.post("/acme/notices/readings/99999999999999999/reversal").status_code == 404


def test_the_bell_is_asked_for_in_two_statements_at_most(cast, sign_in, operator, app):
    tell(operator, cast.mia)
    client = sign_in(cast.mia)
    seen = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    page = client.get("/acme/notices/badge")
    assert page.json["unread"] == 1 and "(1 new)" in page.json["drawn"]
    assert len(seen) <= 2, seen
