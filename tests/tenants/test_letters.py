"""Letters: in the reader's language, sent once after the commit, tried again or given up as the server says."""

import re
import smtplib
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from types import SimpleNamespace

import jinja2
import pytest
import sqlalchemy as sa
from icalendar import Calendar

from tenants import walls
from tenants.accounts.models import Account, Person
from tenants.organisations.models import Organisation
from tenants.shared import clock, jobs, letters, mail
from tenants.shared.choices import Subscription, read_token, subscription_token
from tenants.shared.database import db
from tenants.shared.kinds import KINDS
from tenants.shared.letters import queue_letter
from tenants.shared.models import Delivery, Letter, LetterChoice, LetterState, Notice
from tests.tenants.letter_samples import BASE, CALENDAR, DUE, MEETING, REQUEST, SAMPLES


def enter(actor):
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
    walls.enter(db.session, entry)


@pytest.fixture
def write(app, cast):
    """Queue a letter from a page, as ``actor`` would in their workspace, to themselves unless told otherwise."""

    def queued(actor, kind="profile_published", *, commit=True, **options):
        with app.test_request_context():
            enter(actor)
            given = {"org_id": actor.org_id, "now": clock.now(), "data": SAMPLES[kind]} | options
            if "address" not in given:
                given.setdefault("person_id", actor.person_id)
            queue_letter(kind, **given)
            if commit:
                db.session.commit()

    return queued


def letter_of(operator, **where):
    operator.rollback()
    query = sa.select(Letter).options(sa.orm.undefer(Letter.data)).execution_options(populate_existing=True)
    return operator.scalars(query.filter_by(**where)).one()


def composed(worker_app, kind, locale, **reader):
    """The message of ``kind`` as the worker would compose it for a reader of that language."""
    letter = Letter(org_id=1, id=77, kind=kind, person_id=5, data=SAMPLES[kind])
    whom = letters.Reader(
        **(
            {
                "name": "Mia Acme",
                "address": "mia@acme.example",
                "locale": locale,
                "zone": letters.ZoneInfo("Europe/Paris"),
            }
            | reader
        )
    )
    house = Organisation(id=1, name="Nørgaard & Fils", slug="acme", accent="#ffd500", locale="en")
    with worker_app.app_context():
        return letters.compose(letter, whom, house, datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


def parts(message):
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    return text, html


# --- what they say ----------------------------------------------------------------------------------------------------


def test_every_kind_of_letter_has_a_sample_and_a_folder(worker_app):
    folders = {name.split("/")[1] for name in worker_app.jinja_env.list_templates() if name.startswith("letters/")}
    assert set(KINDS) == set(SAMPLES) == folders


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_letter_in_every_language(worker_app, kind, locale):
    message = composed(worker_app, kind, locale)
    subject = message["Subject"]
    text, html = parts(message)
    assert subject
    assert "\n" not in subject
    assert len(subject) <= 100
    for written in (subject, text, html):
        assert "{{" not in written
        assert "{%" not in written
        assert "%(" not in written
        assert "None" not in written
    assert "Nørgaard & Fils" in text
    assert "Nørgaard &amp; Fils" in html
    assert ("Bonjour Mia," if locale == "fr" else "Hello Mia,") in text
    assert f'<html lang="{locale}">' in html
    links = re.findall(r'href="([^"]*)"', html)
    assert links
    assert all(link.startswith(f"{BASE}/") for link in links)
    assert all(link.startswith(f"{BASE}/") for link in re.findall(r"^\s*(\S*://\S+|/\S+)\s*$", text, re.M))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<1.77@passerelle.example>"
    assert ("List-Unsubscribe" in message) is (kind == "digest" or not KINDS[kind].essential)
    if (
        "due_at" in SAMPLES[kind]
        and "due_at" in worker_app.jinja_env.loader.get_source(worker_app.jinja_env, f"letters/{kind}/letter.txt")[0]
    ):
        moment = "vendredi 4 décembre à 18:00 (Paris)" if locale == "fr" else "Friday 4 December, 18:00 (Paris)"
        assert moment in " ".join(text.split())


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_french_letters_are_french(worker_app, kind):
    english, french = composed(worker_app, kind, "en"), composed(worker_app, kind, "fr")
    assert english["Subject"] != french["Subject"]
    same = set(parts(english)[0].splitlines()) & set(parts(french)[0].splitlines())
    said = [line for line in same if len(line.split()) > 2 and "://" not in line]
    assert set(said) <= {"Nørgaard & Fils · Passerelle", "- Iris Tournier", "- Paul Arden"}


@pytest.mark.parametrize("kind", sorted(SAMPLES))
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_notice_is_one_sentence(worker_app, kind, locale):
    with worker_app.app_context(), letters.force_locale(locale):
        plain = {
            key: value for key, value in SAMPLES[kind].items() if isinstance(value, str) and not key.endswith("url")
        }
        sentence = letters.notice_sentence(kind, plain, "Acme", letters.ZoneInfo("Europe/Paris"))
    assert (sentence and "\n" not in sentence and sentence != str(KINDS[kind].label)) or kind == "concern_reported"


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_what_a_locked_screen_shows_names_people_at_most(worker_app, kind):
    source = worker_app.jinja_env.loader.get_source(worker_app.jinja_env, f"letters/{kind}/letter.txt")[0]
    shown = "".join(re.findall(r"{% set (?:subject|preview) = (.*?) %}", source, re.S))
    used = set(re.findall(r"=(\w+)", shown))
    assert used <= {
        "mentee_name",
        "mentor_name",
        "name",
        "other_name",
        "inviter_name",
        "network_name",
        "firm_name",
        "programme",
        "runner_name",
        "organisation",
        "due_at",
        "expires_at",
        "until_at",
        "minutes",
        "starts_at",
        "executive_name",
    }


def test_a_word_that_is_missing_stops_the_letter(worker_app):
    letter = Letter(org_id=1, id=1, kind="request_received", person_id=5, data={"mentee_name": "Mia"})
    reader = letters.Reader("Max", "max@globex.example", "en", letters.ZoneInfo("UTC"))
    with worker_app.app_context(), pytest.raises(jinja2.UndefinedError):
        letters.compose(letter, reader, Organisation(id=1, name="Globex", accent="#0e5a5c"), DUE)


def test_markup_and_formulas_in_a_name_are_words(worker_app, monkeypatch):
    name = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>'
    monkeypatch.setitem(SAMPLES, "request_received", REQUEST | {"mentee_name": name})
    text, html = parts(composed(worker_app, "request_received", "en"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="http://evil' not in html
    assert name in " ".join(text.split())


def test_a_name_cannot_add_a_header(worker_app, monkeypatch):
    name = "Mia\r\nBcc: all@acme.example\r\n\r\nHello\u202e"
    monkeypatch.setitem(SAMPLES, "request_received", REQUEST | {"mentee_name": name})
    message = composed(worker_app, "request_received", "en", name="Max\r\nBcc: all@acme.example")
    assert "Bcc" not in message
    assert b"\r\nBcc" not in message.as_bytes().partition(b"\r\n\r\n")[0]
    assert message["Subject"] == "Mia Bcc: all@acme.example Hello asks you to be their mentor"


def test_the_sender_is_the_organisation_through_passerelle_whatever_its_name(worker_app):
    letter = Letter(org_id=1, id=1, kind="password_changed", person_id=5, data={})
    reader = letters.Reader("Max", "max@globex.example", "en", letters.ZoneInfo("UTC"))
    house = Organisation(id=1, name='"Evil" <boss@bank.example>,\r\nBcc: x', accent="#0e5a5c")
    with worker_app.app_context():
        message = letters.compose(letter, reader, house, DUE)
    (sender,) = message["From"].addresses
    assert (sender.username, sender.domain) == ("letters", "passerelle.example")
    assert sender.display_name == '"Evil" <boss@bank.example>, Bcc: x through Passerelle'


def test_a_link_never_leads_to_another_site(worker_app):
    with worker_app.app_context():
        assert letters.absolute("/acme/requests/1") == f"{BASE}/acme/requests/1"
        assert letters.absolute(f"{BASE}/links/a") == f"{BASE}/links/a"
        for hostile in ("https://evil.example/", "//evil.example", "javascript:alert(1)", f"{BASE}.evil.example/"):
            assert letters.absolute(hostile).startswith(f"{BASE}/")


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_calendar_file_of_a_meeting(worker_app, monkeypatch, method):
    monkeypatch.setitem(SAMPLES, "meeting_moved", MEETING | {"calendar": CALENDAR | {"method": method}})
    (file,) = composed(worker_app, "meeting_moved", "fr").iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert file["Content-Type"].params["method"] == method
    assert file.get_filename() == "passerelle.ics"
    calendar = Calendar.from_ical(file.get_payload(decode=True))
    (event,) = calendar.events
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == (method, CALENDAR["uid"], 2)
    assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "America/Toronto"
    assert calendar.walk("VTIMEZONE")[0]["TZID"] == "America/Toronto"
    assert event.start == DUE
    assert event.end == DUE + timedelta(hours=1)
    assert event["ORGANIZER"] == "mailto:letters@passerelle.example"
    # Whoever answers from a calendar would answer nobody: none is asked to, and the event says where one can act.
    assert {one.params["RSVP"] for one in event["ATTENDEE"]} == {"FALSE"}
    assert ("n’arrivent à personne" in str(event.get("DESCRIPTION", ""))) == (method == "REQUEST")
    # The reader is known by their address; the other one's is not the reader's to have.
    assert [str(one) for one in event["ATTENDEE"]] == [
        "mailto:mia@acme.example",
        "mailto:letters+meeting-7@passerelle.example",
    ]


def test_the_link_that_switches_off_reaches_the_mail_program_whole(worker_app):
    """A long header line is usually folded and encoded, and then no mail program finds the address in it."""
    raw = composed(worker_app, "place_free", "en").as_bytes()
    (header,) = re.findall(rb"^List-Unsubscribe: (.*)\r$", raw, re.M)
    assert re.fullmatch(rb"<http://localhost/letters/subscriptions/[\w.-]+>", header)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw


# --- what becomes of them ---------------------------------------------------------------------------------------------


def test_a_letter_arrives_after_the_commit_and_leaves_nothing_behind(cast, write, work, operator, mailbox):
    write(cast.max, "request_received", data=REQUEST)
    assert mailbox.letters == []
    work()
    (received,) = mailbox.to(cast.max.email)
    assert received["Subject"] == "Mia Acme vous adresse une demande de mentorat"  # Max reads French
    assert received["From"].addresses[0].display_name == "Globex via Passerelle"
    assert received["To"].addresses[0].addr_spec == cast.max.email
    letter = letter_of(operator)
    assert (letter.state, letter.data, letter.attempts, letter.error) == (LetterState.sent, {}, 1, "")
    assert letter.sent_at is not None


def test_work_that_is_rolled_back_never_mails(cast, write, work, operator, mailbox):
    write(cast.mia, commit=False)
    work()
    assert mailbox.letters == []
    assert operator.scalar(sa.select(sa.func.count()).select_from(Letter)) == 0


def test_a_letter_to_an_address_without_a_person(cast, write, work, operator, mailbox):
    write(cast.ann, "invitation", address="zoe@acme.example", locale="fr")
    work()
    (received,) = mailbox.to("zoe@acme.example")
    assert received["Subject"] == "Ann Acme vous invite à rejoindre Acme sur Passerelle"
    assert "Bonjour Zoe," in parts(received)[0]
    assert "List-Unsubscribe" not in received


def test_a_refusal_is_final_and_keeps_its_reason(cast, write, work, operator, mailbox):
    mailbox.answer(cast.mia.email, 550)
    write(cast.mia)
    work()
    letter = letter_of(operator)
    assert (letter.state, letter.error) == (LetterState.failed, "550 5.1.1 No such mailbox")
    assert operator.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) == 0


@pytest.fixture
def hurry(_admin):
    """The waits between attempts are over."""

    def over():
        with _admin.connect() as connection:
            connection.exec_driver_sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")

    return over


def test_a_server_that_says_later_is_asked_again(cast, write, work, operator, mailbox, hurry):
    mailbox.answer(cast.mia.email, 451)
    write(cast.mia)
    work()
    letter = letter_of(operator)
    assert (letter.state, letter.attempts, letter.error) == (LetterState.queued, 1, "451 4.3.0 Try again later")
    wait = operator.scalar(sa.text("SELECT scheduled_at - now() FROM procrastinate_jobs"))
    assert timedelta(seconds=1) < wait <= timedelta(seconds=4)
    work()
    assert letter_of(operator).attempts == 1
    mailbox.answer(cast.mia.email, 250)
    hurry()
    work()
    assert letter_of(operator).state is LetterState.sent
    assert len(mailbox.to(cast.mia.email)) == 1


def test_a_server_that_is_down_is_tried_again_when_it_is_up(cast, write, work, operator, mailbox, hurry):
    with mailbox.down():
        write(cast.mia)
        work()
        letter = letter_of(operator)
        assert letter.state is LetterState.queued
        assert "refused" in letter.error
    hurry()
    work()
    assert letter_of(operator).state is LetterState.sent
    assert len(mailbox.letters) == 1


def test_after_the_last_attempt_a_letter_has_failed(cast, write, work, operator, mailbox, hurry):
    mailbox.answer(cast.mia.email, 451)
    write(cast.mia)
    for _attempt in range(jobs.ATTEMPTS):
        work()
        hurry()
    letter = letter_of(operator)
    assert (letter.state, letter.attempts) == (LetterState.failed, jobs.ATTEMPTS)
    assert operator.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_an_account_that_the_mail_server_refuses_is_no_fault_of_the_letter(worker_app, monkeypatch):
    def refuse(*_arguments, **_named):
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Bad credentials")

    monkeypatch.setattr(mail.Line, "configure_host", refuse)
    monkeypatch.setattr(worker_app.extensions["mail"], "suppress", False)
    with worker_app.app_context(), pytest.raises(mail.NotYet, match="535"):
        mail.deliver(composed(worker_app, "password_changed", "en"))


def test_a_break_after_the_letter_was_taken_does_not_send_it_twice(cast, write, work, operator, mailbox, monkeypatch):
    def break_off(_self):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", break_off)
    write(cast.mia)
    work()
    assert letter_of(operator).state is LetterState.sent
    assert len(mailbox.letters) == 1


def test_the_mail_server_is_not_waited_for_for_ever(worker_app, mailbox):
    with worker_app.app_context(), mail.Line(worker_app.extensions["mail"]) as line:
        assert line.host.sock.gettimeout() == mail.SECONDS


def test_a_job_that_runs_again_does_not_send_again(cast, write, work, app, worker_app, operator, mailbox):
    write(cast.mia)
    letter = letter_of(operator)
    work()
    context = SimpleNamespace(additional_context={"app": worker_app})
    letters.send_letter.func(context, org_id=letter.org_id, letter_id=letter.id)
    assert len(mailbox.letters) == 1


@pytest.mark.race
def test_two_jobs_for_one_letter_send_it_once(cast, write, work, app, worker_app, operator, mailbox):
    """The one who comes second waits for the row, then sees that it is sent."""
    from concurrent.futures import ThreadPoolExecutor

    write(cast.mia)
    letter = letter_of(operator)
    context = SimpleNamespace(additional_context={"app": worker_app})

    def send(_number):
        letters.send_letter.func(context, org_id=letter.org_id, letter_id=letter.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    assert len(mailbox.letters) == 1


def test_a_letter_to_nobody_has_failed(cast, write, work, operator, mailbox):
    operator.execute(sa.update(Account).where(Account.id == cast.mia.person_id).values(active=False))
    operator.commit()
    write(cast.ann, person_id=cast.mia.person_id)
    work()
    assert (letter_of(operator).state, letter_of(operator).error) == (LetterState.failed, letters.NO_ADDRESS)


def test_a_letter_that_cannot_be_written_has_failed_and_is_not_tried_for_a_day(cast, write, work, operator, mailbox):
    write(cast.mia, "request_received", data={"mentee_name": "Mia"})
    work()
    letter = letter_of(operator)
    assert (letter.state, letter.error, letter.data) == (
        LetterState.failed,
        letters.NOT_WRITTEN,
        {"mentee_name": "Mia"},
    )
    assert operator.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_the_log_of_a_failure_names_no_address(cast, write, work, operator, mailbox, caplog):
    mailbox.answer(cast.mia.email, 451)
    caplog.set_level("DEBUG")
    write(cast.mia)
    work()
    ours = "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert "send_letter" in ours
    assert cast.mia.email not in ours
    assert cast.mia.name not in ours


# --- doing without ----------------------------------------------------------------------------------------------------


def test_a_kind_that_was_switched_off_stays_a_notice(cast, write, work, operator, mailbox):
    operator.add(
        LetterChoice(
            org_id=cast.mia.org_id,
            person_id=cast.mia.person_id,
            kind="profile_published",
            delivery=Delivery.app,
            chosen_at=DUE,
        )
    )
    operator.commit()
    write(cast.mia, path="/acme/profile")
    write(cast.mia, "password_changed")
    work()
    assert [letter["Subject"] for letter in mailbox.letters] == ["Your password was changed"]
    assert letter_of(operator, kind="profile_published").state is LetterState.unwanted
    assert operator.scalars(sa.select(Notice.kind)).all() == ["profile_published"]


def test_a_notice_keeps_no_link_that_acts(cast, write, operator):
    write(cast.mia, "request_received", path="/acme/requests/7")
    (notice,) = operator.scalars(sa.select(Notice))
    assert notice.data == {key: value for key, value in REQUEST.items() if key != "answer_url"}


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "acme"])
def test_a_notice_leads_nowhere_else(app, cast, path):
    with app.test_request_context(), pytest.raises(ValueError, match="path of this site"):
        queue_letter("password_changed", org_id=1, now=DUE, data={}, person_id=1, path=path)


def test_a_token_made_up_or_of_an_essential_letter_switches_nothing(worker_app):
    with worker_app.app_context():
        good = subscription_token(Subscription(1, 2, "place_free"))
        assert read_token(good) == Subscription(1, 2, "place_free")
        assert read_token(good[:-1]) is None
        assert read_token("x" + good) is None
        assert read_token("") is None
        assert read_token(subscription_token(Subscription(1, 2, "password_reset"))) is None


# --- the wall ---------------------------------------------------------------------------------------------------------


def test_the_pages_cannot_read_what_a_letter_says(app, cast, write):
    write(cast.ann, "request_received", data=REQUEST)
    with app.test_request_context():
        enter(cast.ann)
        with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            db.session.execute(sa.text("SELECT data FROM letter"))


def test_a_coordinator_can_only_revive_what_failed_and_only_here(app, cast, write, operator):
    write(cast.ann)
    for actor in (cast.mia, cast.ann, cast.gil):
        with app.test_request_context():
            enter(actor)
            done = db.session.execute(sa.text("UPDATE letter SET state = 'queued', attempts = 0"))
            assert done.rowcount == 0
    operator.execute(sa.update(Letter).values(state=LetterState.failed))
    operator.commit()
    for actor, count in ((cast.mia, 0), (cast.gil, 0), (cast.ann, 1)):
        with app.test_request_context():
            enter(actor)
            assert db.session.execute(sa.text("UPDATE letter SET state = 'queued'")).rowcount == count
            db.session.rollback()


def test_what_a_person_chose_is_nobody_elses_to_see(app, cast, operator):
    operator.add(
        LetterChoice(
            org_id=cast.mia.org_id,
            person_id=cast.mia.person_id,
            kind="place_free",
            delivery=Delivery.app,
            chosen_at=DUE,
        )
    )
    operator.commit()
    for actor, count in ((cast.mia, 1), (cast.ann, 0), (cast.max, 0)):
        with app.test_request_context():
            enter(actor)
            assert len(db.session.execute(sa.text("SELECT * FROM letter_choice")).all()) == count
    with app.test_request_context():
        enter(cast.ann)
        with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
            db.session.execute(
                sa.insert(LetterChoice).values(
                    org_id=cast.mia.org_id,
                    person_id=cast.mia.person_id,
                    kind="request_lapsed",
                    delivery=Delivery.app,
                    chosen_at=DUE,
                )
            )


def test_readers_get_their_own_language_and_zone(cast, write, work, operator, mailbox):
    operator.execute(
        sa.update(Person).where(Person.id == cast.mia.person_id).values(time_zone="America/Montreal", locale="fr")
    )
    operator.commit()
    write(cast.mia, "request_accepted")
    work()
    (received,) = mailbox.letters
    assert "vendredi 4 décembre à 12:00 (Montreal)" in parts(received)[0]
    assert received["To"].addresses == (Address("Mia Acme", addr_spec=cast.mia.email),)
