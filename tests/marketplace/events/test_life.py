"""An event from draft to those who came: who is asked, what they answer, who moves up, who is told what."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from marketplace.events import commands, jobs, letters
from marketplace.events.models import Event, EventCode, EventGuest
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort, CohortState, Enrolment, EnrolmentState
from tenants import walls
from tenants.shared.database import db
from tenants.shared.errors import Refused
from tests.factories import NOW, acting, enrol
from tests.marketplace.events.conftest import DAY, LAUNCH, announce, guest, plan


def letters_to(mailbox, actor):
    return mailbox.to(actor.email)


def ics(letter):
    (file,) = [part for part in letter.iter_attachments() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(file.get_payload(decode=True))
    return str(calendar["METHOD"]), calendar.events[0]


def link_of(letter):
    body = letter.get_body(("plain",)).get_content()
    return re.search(r"/links/[\w-]+", body).group()


def test_publishing_invites_everybody_on_its_sides_by_letter(make_event, work, mailbox, operator, cast):
    event = make_event()
    work()
    (letter,) = letters_to(mailbox, cast.mia)
    assert letter["Subject"] == "You are invited: are you coming?"
    method, entry = ics(letter)
    assert (method, entry["UID"], entry["SEQUENCE"], entry.start) == ("REQUEST", event.uid, 0, LAUNCH)
    (letter,) = letters_to(mailbox, cast.max)
    text = letter.get_body(("plain",)).get_content()
    assert "04:00 (Toronto)" in text and "10:00 (Paris)" in text and "Nous commençons" in text
    assert guest(operator, event, cast.gil) is None


def test_a_draft_is_for_those_who_run_it(make_event, sign_in, cast, work, mailbox):
    event = make_event(published=False)
    work()
    assert mailbox.letters == []
    path = f"/cohorts/{event.cohort_id}/events/{event.id}"
    assert sign_in(cast.ned).get(f"/bridge{path}").status_code == 200
    assert sign_in(cast.mia).get(f"/acme{path}").status_code == 404


def test_a_link_answers_without_a_sign_in_and_once(make_event, work, mailbox, anonymous, operator, cast):
    event = make_event()
    work()
    link = link_of(letters_to(mailbox, cast.mia)[0])
    shown = anonymous.get(link)
    assert shown.status_code == 200 and "We begin" in shown.text and "Mia" not in shown.text.replace("Mia Acme", "")
    assert guest(operator, event, cast.mia).answer is None, "showing changes nothing"
    assert anonymous.post(f"{link}/event-answer", data={}).status_code == 422
    done = anonymous.post(f"{link}/event-answer", data={"answer": "yes"})
    assert "You are coming" in done.text
    assert guest(operator, event, cast.mia).seat
    assert anonymous.post(f"{link}/event-answer", data={"answer": "no"}).status_code == 410


def test_the_waiting_list_moves_up_by_itself_and_tells(make_event, answer, work, mailbox, operator, cast):
    event = make_event(capacity=1)
    work()
    assert answer(cast.mia, event, "yes") == "yes"
    assert answer(cast.max, event, "yes") == "waiting"
    assert answer(cast.pam, event, "yes", NOW + timedelta(hours=1)) == "waiting"
    assert answer(cast.mia, event, "no") == "no"
    work()
    assert guest(operator, event, cast.max).seat, "who waited longest has it"
    assert not guest(operator, event, cast.pam).seat
    assert "Une place" in letters_to(mailbox, cast.max)[-1]["Subject"]
    assert len(letters_to(mailbox, cast.pam)) == 1


def test_two_who_take_the_last_place_at_once_take_turns(app, make_event, answer, work, operator, cast):
    event = make_event(capacity=1)
    work()
    gate, said = threading.Barrier(2), []

    def come(actor):
        gate.wait()
        said.append(answer(actor, event, "yes"))

    threads = [threading.Thread(target=come, args=(actor,)) for actor in (cast.mia, cast.max)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["waiting", "yes"]
    assert guest(operator, event, cast.mia).seat != guest(operator, event, cast.max).seat


@pytest.mark.race
def test_a_freed_place_goes_to_the_first_in_line_exactly_once(
    _admin, worker_app, make_event, answer, work, mailbox, operator, cast
):
    """Two workers see the same free place (its owner was erased) at once: the second waits, and finds none."""
    event = make_event(capacity=1)
    work()
    for minutes, actor in enumerate((cast.mia, cast.max, cast.pam)):
        answer(actor, event, "yes", NOW + timedelta(minutes=minutes))
    operator.execute(sa.delete(EventGuest).where(EventGuest.person_id == cast.mia.person_id))
    operator.commit()
    settled, go, moved = threading.Event(), threading.Event(), []

    def settle(first):
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": event.org_id}))
            given = db.session.scalar(sa.select(sa.func.settle_event(event.org_id, event.id, NOW + timedelta(hours=1))))
            moved.append(given)
            letters.announce_moved(event)
            if first:
                settled.set()
                go.wait(20)
            db.session.commit()

    threads = [threading.Thread(target=settle, args=(first,)) for first in (True, False)]
    threads[0].start()
    assert settled.wait(20)
    threads[1].start()
    with _admin.connect() as watch:
        waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not watch.scalar(waits) and threads[1].is_alive():
            pass
    go.set()
    for thread in threads:
        thread.join()
    work()
    assert moved == [1, 0]
    assert guest(operator, event, cast.max).seat and not guest(operator, event, cast.pam).seat
    assert [letter["Subject"] for letter in letters_to(mailbox, cast.max)].count(
        "Une place s’est libérée pour vous"
    ) == 1
    assert len(letters_to(mailbox, cast.pam)) == 1


def test_more_places_move_people_up_and_fewer_are_refused(make_event, answer, as_host, work, operator, cast):
    event = make_event(capacity=1)
    work()
    answer(cast.mia, event, "yes")
    answer(cast.max, event, "yes")
    as_host("change_event", event, plan=plan(cast, capacity=2))
    assert guest(operator, event, cast.max).seat
    with pytest.raises(commands.TooFew, match="taken already: 2"):
        as_host("change_event", event, plan=plan(cast, capacity=1))


def test_a_change_is_told_to_all_with_a_newer_file_and_answers_stay(
    make_event, answer, as_host, work, mailbox, operator, cast
):
    event = make_event()
    work()
    answer(cast.mia, event, "yes")
    as_host("change_event", event, plan=plan(cast, starts_at=LAUNCH + DAY))
    work()
    for actor in (cast.mia, cast.max):
        method, entry = ics(letters_to(mailbox, actor)[-1])
        assert (method, entry["SEQUENCE"], entry.start) == ("REQUEST", 1, LAUNCH + DAY)
    assert guest(operator, event, cast.mia).seat
    before = len(mailbox.letters)
    as_host("change_event", event, plan=plan(cast, starts_at=LAUNCH + DAY, words_en="Other words."))
    work()
    assert len(mailbox.letters) == before, "new words alone are no news for a calendar"


def test_a_cancelled_event_leaves_every_calendar_and_takes_no_answer(make_event, answer, as_host, work, mailbox, cast):
    event = make_event()
    work()
    as_host("cancel_event", event)
    work()
    method, entry = ics(letters_to(mailbox, cast.max)[-1])
    assert (method, entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    with pytest.raises(Refused, match="cancelled"):
        answer(cast.mia, event, "yes")


@pytest.mark.parametrize(("act", "what"), [("change_event", "changed"), ("cancel_event", "cancelled")])
def test_everybody_who_was_asked_hears_of_it_once_however_often_the_job_runs(
    make_event, answer, as_host, work, worker_app, mailbox, cast, act, what
):
    event = make_event()
    work()
    answer(cast.mia, event, "no")
    as_host(act, event, **({"plan": plan(cast, starts_at=LAUNCH + DAY)} if act == "change_event" else {}))
    work()
    context = SimpleNamespace(additional_context={"app": worker_app})
    letters.tell_event.func(context, org_id=event.org_id, event_id=event.id, sequence=1, what=what)
    work()
    assert [len(letters_to(mailbox, actor)) for actor in (cast.mia, cast.pam, cast.max)] == [2, 2, 2]


def test_a_past_event_is_not_published(make_event, as_host):
    event = make_event(published=False, starts_at=NOW - DAY)
    with pytest.raises(Refused, match="past"):
        as_host("publish_event", event)


def test_whoever_joins_late_is_asked_and_whoever_leaves_gives_the_place_on(
    make_event, answer, work, mailbox, operator, cast, cohort
):
    over = make_event(starts_at=NOW + timedelta(minutes=30))
    event = make_event(capacity=1)
    work()
    late = enrol(operator, cohort, cast.gus, Side.mentor)
    announce(operator, "enrolment.enrolled", org_id=cohort.org_id, enrolment_id=late.id)
    work()
    assert guest(operator, event, cast.gus) is not None
    assert guest(operator, over, cast.gus) is None
    answer(cast.mia, event, "yes")
    answer(cast.gus, event, "yes")
    [mias] = operator.scalars(sa.select(Enrolment).where(Enrolment.person_id == cast.mia.person_id))
    mias.state = EnrolmentState.dropped_out
    announce(operator, "enrolment.ended", org_id=cohort.org_id, enrolment_id=mias.id)
    work()
    assert guest(operator, event, cast.mia).withdrawn_at is not None
    assert guest(operator, event, cast.gus).seat
    method, entry = ics(letters_to(mailbox, cast.mia)[-1])
    assert (method, entry["UID"]) == ("CANCEL", event.uid)


def test_a_reminder_comes_once_a_day_before_and_not_to_those_who_said_no(
    make_event, answer, work, mailbox, cast, at, worker_app
):
    event = make_event()
    work()
    answer(cast.mia, event, "yes")
    answer(cast.max, event, "no")
    at(LAUNCH - timedelta(hours=20))
    for _tick in range(2):
        jobs.turn_clock_of_events.func(SimpleNamespace(additional_context={"app": worker_app}), 0)
        work()
    assert [letter["Subject"] for letter in letters_to(mailbox, cast.mia)][1:] == ["An event is a day away"]
    assert len(letters_to(mailbox, cast.max)) == 1


# --- who came ---------------------------------------------------------------------------------------------------------


def test_the_host_ticks_who_came(make_event, sign_in, work, operator, cast, at):
    event = make_event()
    work()
    at(LAUNCH)
    host, page = sign_in(cast.ned), f"/bridge/cohorts/{event.cohort_id}/events/{event.id}/attendance"
    text = host.get(page).text
    assert "Mia Acme" in text and "Globex" in text
    mia, max_ = (guest(operator, event, actor).id for actor in (cast.mia, cast.max))
    assert host.post(page, data={"listed": [mia, max_], "came": [mia]}).status_code == 303
    assert guest(operator, event, cast.mia).attended_by == "host"
    host.post(page, data={"listed": [mia, max_], "came": []})
    assert guest(operator, event, cast.mia).attended_at is None


def test_a_code_is_entered_within_its_time_and_guesses_are_throttled(make_event, sign_in, work, operator, cast, at):
    event = make_event()
    work()
    path = f"/cohorts/{event.cohort_id}/events/{event.id}"
    host, mia, max_ = sign_in(cast.ned), sign_in(cast.mia), sign_in(cast.max)
    assert host.post(f"/bridge{path}/code").status_code == 409, "not ten days before"
    at(LAUNCH)
    assert "No code is shown" in mia.post(f"/acme{path}/presence", data={"code": "ACDEF"}).text
    host.post(f"/bridge{path}/code")
    operator.rollback()
    code = operator.scalar(sa.select(EventCode.code))
    assert code in host.get(f"/bridge{path}/attendance").text
    wrong = "AAAAA" if code != "AAAAA" else "CCCCC"
    tried = [max_.post(f"/globex{path}/presence", data={"code": wrong}).status_code for _guess in range(6)]
    assert tried == [422] * 5 + [429]
    assert max_.post(f"/globex{path}/presence", data={"code": code}).status_code == 429, "even the right one"
    spoken = f"{code[:2].lower()} {code[2:]}"
    assert mia.post(f"/acme{path}/presence", data={"code": spoken}).status_code == 303
    assert guest(operator, event, cast.mia).attended_by == "code"
    at(LAUNCH + timedelta(minutes=31))
    assert "Aucun code" in max_.post(f"/globex{path}/presence", data={"code": code}).text


# --- what is shown to whom ----------------------------------------------------------------------------------------------


def test_those_who_take_part_see_the_host_and_how_many_and_nobodys_name(make_event, answer, sign_in, work, cast):
    event = make_event()
    work()
    answer(cast.max, event, "yes")
    text = sign_in(cast.mia).get(f"/acme/cohorts/{event.cohort_id}/events/{event.id}").text
    assert "Ned Bridge" in text and "One person" in text
    assert "Max" not in text
    assert sign_in(cast.mia).get(f"/acme/cohorts/{event.cohort_id}/events/{event.id}/attendance").status_code == 404


def test_times_are_shown_by_the_readers_clock_and_the_events(make_event, sign_in, work, cast):
    event = make_event()
    work()
    text = sign_in(cast.max).get(f"/globex/cohorts/{event.cohort_id}/events/{event.id}").text
    assert "04:00 (Toronto)" in text and "10:00 (Paris)" in text
    text = sign_in(cast.mia).get(f"/acme/cohorts/{event.cohort_id}/events/{event.id}").text
    assert "10:00 (Paris)" in text and text.count("(Paris)") == 1


FORM = {
    "kind": "workshop",
    "title_en": "Listening",
    "day": "2026-12-01",
    "at": "17:00",
    "zone": "America/Toronto",
    "minutes": "90",
    "sides": ["mentee"],
}


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(sign_in, cast, cohort, operator):
    host, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/events"
    form = FORM | {"host_id": str(cast.ned.person_id)}
    for changes, words in (
        ({"title_en": ""}, "Give it a title"),
        ({"video_url": "http://meet.example"}, "begins with https://"),
        ({"sides": []}, "Say who is invited"),
        ({"day": "2039-01-01"}, "within three years"),
        ({"capacity": "0"}, "1"),
        ({"zone": "Mars/Base"}, "valid choice"),
    ):
        reply = host.post(path, data=form | changes)
        assert reply.status_code == 422 and words in reply.text, changes
        assert 'value="90"' in reply.text
    assert host.post(path, data=form).status_code == 303
    event = operator.scalars(sa.select(Event)).one()
    assert event.starts_at.isoformat() == "2026-12-01T22:00:00+00:00"


def test_the_second_of_two_who_change_it_sees_the_first_and_loses_nothing(make_event, as_host, sign_in, cast, operator):
    event = make_event(published=False)
    host, path = sign_in(cast.ned), f"/bridge/cohorts/{event.cohort_id}/events/{event.id}/details"
    as_host("change_event", event, plan=plan(cast, place="Paris"))
    form = FORM | {"host_id": str(cast.ned.person_id), "version": "1", "place": "Marseille"}
    reply = host.post(path, data=form)
    assert reply.status_code == 422
    assert "Somebody changed this meanwhile" in reply.text and "Paris" in reply.text and "Marseille" in reply.text
    assert host.post(path, data=form | {"version": "2"}).status_code == 303
    operator.rollback()
    assert operator.get(Event, (event.org_id, event.id), populate_existing=True).place == "Marseille"


def test_materials_are_for_those_who_take_part_also_when_it_is_long_over(make_event, sign_in, work, cast, operator, at):
    from io import BytesIO

    event = make_event()
    work()
    path = f"/cohorts/{event.cohort_id}/events/{event.id}"
    host = sign_in(cast.ned)
    wrong = host.post(f"/bridge{path}/materials", data={"file": (BytesIO(b"MZ\x00\x01"), "slides.pdf")})
    assert wrong.status_code == 422 and "Files of this type" in wrong.text
    assert host.post(f"/bridge{path}/materials", data={}).status_code == 422
    assert (
        host.post(f"/bridge{path}/materials", data={"file": (BytesIO(b"%PDF-1.7 x"), "slides.pdf")}).status_code == 303
    )
    page = sign_in(cast.mia).get(f"/acme{path}").text
    address = re.search(r'href="(/acme[^"]+/materials/\d+)"', page).group(1)
    reply = sign_in(cast.mia).get(address)
    assert reply.data == b"%PDF-1.7 x" and "attachment" in reply.headers["Content-Disposition"]
    assert sign_in(cast.gil).get(address.replace("/acme", "/globex")).status_code == 404
    # Long after it, when the cohort is closed and its people have completed it.
    at(LAUNCH + 100 * DAY)
    operator.execute(sa.update(Enrolment).values(state=EnrolmentState.completed))
    operator.execute(sa.update(Cohort).values(state=CohortState.closed))
    operator.commit()
    assert address in sign_in(cast.mia).get(f"/acme{path}").text
    assert sign_in(cast.mia).get(address).data == b"%PDF-1.7 x"


def test_the_wall_hides_answers_and_codes_from_everybody_else(app, make_event, work, cast, operator):
    event = make_event()
    work()
    operator.add(EventCode(org_id=event.org_id, event_id=event.id, code="ACDEF", opened_at=NOW, closes_at=NOW + DAY))
    operator.commit()
    for actor, rows, codes in ((cast.mia, 1, 0), (cast.ned, 3, 1), (cast.ann, 0, 0), (cast.hal, 0, 0)):
        with acting(app, actor):
            assert len(db.session.scalars(sa.select(EventGuest)).all()) == rows, actor.name
            assert len(db.session.scalars(sa.select(EventCode)).all()) == codes, actor.name
