"""Digests and quiet hours: at the reader's own hour, each letter once, whatever happens to the workers and to the clocks."""

import re
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tenants import walls
from tenants.accounts.models import Person
from tenants.shared import digests
from tenants.shared.database import db
from tenants.shared.hours import Hours
from tenants.shared.letters import queue_letter
from tenants.shared.models import Delivery, Letter, LetterChoice, LetterHours
from tests.tenants.letter_samples import SAMPLES

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = datetime(2040, 3, 23, 9, 30, tzinfo=UTC)
"""10:30 in Paris, two days before the clocks go forward."""


@pytest.fixture
def at(monkeypatch):
    """The clock stands where the test puts it."""

    def set_clock(moment):
        monkeypatch.setattr("tenants.shared.clock.now", lambda: moment)

    set_clock(FRIDAY)
    return set_clock


@pytest.fixture
def chose(operator):
    """What somebody chose on the page, or would have."""

    def choose(actor, *, hours=None, **ways):
        key = {"org_id": actor.org_id, "person_id": actor.person_id, "chosen_at": FRIDAY}
        operator.add_all(LetterChoice(**key, kind=kind, delivery=Delivery(way)) for kind, way in ways.items())
        if hours:
            operator.add(LetterHours(**key, **({"digest_hour": 8, "digest_weekday": 0} | hours)))
        operator.commit()

    return choose


@pytest.fixture
def tell(worker_app, operator):
    """Queue a letter to somebody, as the worker does."""

    def queued(actor, kind="place_free", *, now=FRIDAY, **data):
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": actor.org_id}))
            given = SAMPLES[kind] | data
            queue_letter(kind, org_id=actor.org_id, person_id=actor.person_id, now=now, data=given)
            db.session.commit()

    return queued


@pytest.fixture
def tick(worker_app, work):
    """The clock's job, and everything that comes of it."""

    def run():
        with worker_app.app_context():
            digests.find_due_digests.func.__wrapped__()
            db.session.commit()
        work()

    return run


def states(operator):
    operator.rollback()
    rows = operator.execute(sa.select(Letter.kind, Letter.state).order_by(Letter.id))
    return [(row.kind, row.state.value) for row in rows]


def body(message):
    return message.get_body(("plain",)).get_content()


# --- hours ------------------------------------------------------------------------------------------------------------


SOON = datetime(2026, 1, 1)  # noqa: DTZ001 - Hypothesis adds the zone
ZONES = sorted(zone for zone in available_timezones() if not zone.startswith(("posix", "right")) and "/" in zone)


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    start=st.datetimes(SOON, SOON + timedelta(days=730), timezones=st.just(UTC)),
)
def test_a_daily_digest_comes_once_each_day_whatever_the_clocks_do(zone, hour, start):
    hours = Hours(ZoneInfo(zone), digest_hour=hour)
    moments = [hours.next_digest(start, Delivery.daily)]
    for _ in range(8):
        moments.append(hours.next_digest(moments[-1], Delivery.daily))
    days = [moment.astimezone(hours.zone) for moment in moments]
    assert moments[0] > start
    assert all(timedelta(hours=21) <= later - one <= timedelta(hours=27) for one, later in pairwise(moments))
    gaps = [later.date() - one.date() for one, later in pairwise(days)]
    assert all(gap == timedelta(days=1) for gap in gaps), days
    # At that hour, but for a day whose clock leaves it out.
    assert sum(there.hour != hour for there in days) <= 1


def test_the_weekly_digest_keeps_its_hour_when_the_clocks_change():
    hours = Hours(PARIS, digest_hour=18, digest_weekday=6)
    first = hours.next_digest(FRIDAY - timedelta(days=5), Delivery.weekly)
    second = hours.next_digest(first, Delivery.weekly)
    assert [f"{one.astimezone(PARIS):%A %d %H:%M}" for one in (first, second)] == ["Sunday 18 18:00", "Sunday 25 18:00"]
    assert second - first == timedelta(days=7) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-22 20:59", None),
        ("2026-11-22 21:00", "2026-11-23 07:00"),
        ("2026-11-23 03:00", "2026-11-23 07:00"),
        ("2026-11-23 07:00", None),
        ("2027-03-27 23:30", "2027-03-28 07:00"),  # the night is an hour shorter
        ("2026-10-24 23:30", "2026-10-25 07:00"),  # and longer
    ],
)
def test_quiet_hours_end_by_the_readers_clock(moment, end):
    hours = Hours(PARIS, quiet_from=21, quiet_until=7)
    found = hours.quiet_end(datetime.fromisoformat(moment).replace(tzinfo=PARIS).astimezone(UTC))
    assert (found and f"{found.astimezone(PARIS):%Y-%m-%d %H:%M}") == end


@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 23),
    until=st.integers(0, 23),
    now=st.datetimes(SOON, SOON + timedelta(days=730), timezones=st.just(UTC)),
)
def test_it_is_never_quiet_for_more_than_a_day_and_always_over_later(zone, start, until, now):
    end = Hours(ZoneInfo(zone), quiet_from=start, quiet_until=until).quiet_end(now)
    assert end is None or now < end <= now + timedelta(hours=26)


# --- the digest -------------------------------------------------------------------------------------------------------


def test_what_is_wanted_daily_comes_in_one_letter_at_the_chosen_hour(
    cast, chose, tell, tick, work, at, operator, mailbox
):
    chose(cast.mia, hours={"digest_hour": 18}, place_free="daily", profile_published="daily")
    tell(cast.mia, mentor_name="Max Globex", url="/acme/mentors/4")
    tell(cast.mia, "profile_published")
    tell(cast.mia, "request_withdrawn")
    tell(cast.ann)
    work()
    assert [letter["To"].addresses[0].addr_spec for letter in mailbox.letters] == [cast.mia.email, cast.ann.email]
    at(datetime(2040, 3, 23, 16, 59, tzinfo=UTC))
    tick()
    assert len(mailbox.letters) == 2
    at(datetime(2040, 3, 23, 17, 0, tzinfo=UTC))
    tick()
    tick()
    (digest,) = mailbox.letters[2:]
    assert digest["Subject"] == "2 pieces of news from Acme"
    text = body(digest)
    assert "Max Globex has a free place" in text and "http://localhost/acme/mentors/4" in text
    assert "http://localhost/globex/profile" in text
    assert states(operator) == [
        ("place_free", "digested"),
        ("profile_published", "digested"),
        ("request_withdrawn", "sent"),
        ("place_free", "sent"),
        ("digest", "sent"),
    ]
    kept = operator.execute(sa.text("SELECT data FROM letter WHERE state = 'digested'")).scalars().all()
    assert kept == [{}, {}], "what was said is not kept"


def test_the_digests_own_links_choose_for_each_kind_and_for_all(
    cast, chose, tell, tick, at, mailbox, anonymous, operator
):
    chose(cast.mia, place_free="daily")
    tell(cast.mia)
    tick()
    at(FRIDAY + timedelta(days=1))
    tick()
    (digest,) = mailbox.letters
    link = re.search(r"http://localhost(/letters/subscriptions/\S+)", body(digest))[1]
    assert digest["List-Unsubscribe"] == f"<http://localhost{link}>"
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert 'name="place_free"' in anonymous.get(link).text
    assert anonymous.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    tell(cast.mia)
    tick()
    assert len(mailbox.letters) == 1
    assert states(operator)[-1] == ("place_free", "unwanted")


def test_each_workspace_has_a_digest_of_its_own(cast, chose, tell, tick, at, mailbox, operator):
    """Pam belongs to Acme and to Bridge."""
    bridge = cast.pam.__class__(
        **{name: getattr(cast.pam, name) for name in cast.pam.__slots__} | {"org_id": cast.ned.org_id}
    )
    for place in (cast.pam, bridge):
        chose(place, place_free="daily")
        tell(place)
    tick()
    at(FRIDAY + timedelta(days=1))
    tick()
    subjects = sorted(letter["Subject"] for letter in mailbox.to(cast.pam.email))
    assert subjects == ["1 piece of news from Acme", "1 piece of news from Bridge"]


def test_two_days_without_a_worker_and_each_letter_is_told_once(cast, chose, tell, tick, work, at, mailbox, operator):
    chose(cast.mia, place_free="daily", request_withdrawn="daily")
    for number in range(6):
        tell(cast.mia, now=FRIDAY + timedelta(hours=9 * number), mentor_name=f"Mentor {number}.")
    at(FRIDAY + timedelta(days=4))
    for _ in range(3):
        tick()
    told = re.findall(r"Mentor \d", "".join(body(letter) for letter in mailbox.letters))
    assert sorted(told) == [f"Mentor {number}" for number in range(6)]
    assert {state for kind, state in states(operator) if kind == "place_free"} == {"digested"}


def test_three_workers_at_once_write_one_digest(cast, chose, tell, tick, work, at, worker_app, mailbox, operator):
    chose(cast.mia, place_free="daily")
    for number in range(5):
        tell(cast.mia, mentor_name=f"Mentor {number}.")
    work()
    at(FRIDAY + timedelta(days=1))
    ready = threading.Barrier(3)
    failed = []

    def one_worker():
        with worker_app.app_context():
            walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.mia.org_id}))
            ready.wait()
            try:
                write = digests.write_digest.func.__wrapped__
                write(org_id=cast.mia.org_id, person_id=cast.mia.person_id)
            except Exception as error:
                failed.append(error)

    workers = [threading.Thread(target=one_worker) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    work()
    (digest,) = mailbox.letters
    assert sorted(re.findall(r"Mentor \d", body(digest))) == [f"Mentor {number}" for number in range(5)]


def test_a_digest_that_is_refused_is_on_the_coordinators_list_and_goes_again_whole(
    cast, chose, tell, tick, work, at, mailbox, operator, sign_in
):
    chose(cast.mia, place_free="daily")
    tell(cast.mia, mentor_name="Max Globex")
    tick()
    at(FRIDAY + timedelta(days=1))
    mailbox.answer(cast.mia.email, 550)
    tick()
    assert states(operator)[-1] == ("digest", "failed")
    ann = sign_in(cast.ann)
    page = ann.get("/acme/notices/letters").text
    assert "Digest" in page and "Max Globex" not in page
    mailbox.answer(cast.mia.email, 250)
    ann.post(re.search(r'action="(/acme/notices/letters/\d+/dispatch)"', page)[1])
    work()
    assert "Max Globex has a free place" in body(mailbox.to(cast.mia.email)[-1])


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("meeting_planned", {}),  # brings a date for the calendar
        ("request_received", {"due_at": (FRIDAY + timedelta(hours=4)).isoformat()}),  # over before the digest
        ("password_changed", {}),
    ],
)
def test_what_cannot_wait_comes_at_once(cast, chose, tell, work, at, mailbox, kind, data):
    chose(cast.mia, hours={"quiet_from": 9, "quiet_until": 18}, meeting_planned="daily", request_received="daily")
    tell(cast.mia, kind, **data)
    work()
    assert len(mailbox.letters) == 1


def test_choosing_otherwise_looks_again_at_what_waits(cast, chose, tell, work, at, mailbox, sign_in, operator):
    chose(cast.mia, place_free="weekly", profile_published="weekly")
    tell(cast.mia)
    tell(cast.mia, "profile_published")
    work()
    assert states(operator) == [("place_free", "gathered"), ("profile_published", "gathered")]
    page = {"digest_hour": 8, "digest_weekday": 0, "quiet_from": 21, "quiet_until": 7, "profile_published": "app"}
    assert sign_in(cast.mia).post("/acme/notices/choices", data=page).status_code == 303
    work()
    assert states(operator) == [("place_free", "sent"), ("profile_published", "unwanted")]
    assert len(mailbox.letters) == 1


def test_a_name_that_was_erased_is_in_no_letter_that_waits(cast, chose, tell, work, at, operator, worker_app):
    chose(cast.mia, place_free="weekly")
    tell(cast.mia, mentor_name=cast.max.name)
    work()
    with worker_app.app_context():
        from tenants.privacy.holdings import erase_letters
        from tenants.shared.holdings import Subject

        # As the gate opens it for an erasure that is due.
        operator.execute(
            sa.text(
                "INSERT INTO erasure (id, person_id, org_id, state, asked_at, due_at, token_hash) "
                "VALUES (:id, :person, :org, 'asked', :at, :at, 'x')"
            ),
            {"id": 1, "person": cast.max.person_id, "org": cast.max.org_id, "at": FRIDAY - timedelta(days=9)},
        )
        operator.commit()
        walls.enter(
            db.session,
            walls.Entry(
                sa.text("SELECT * FROM enter_privacy(:kind, :id, :now)"), {"kind": "erasure", "id": 1, "now": FRIDAY}
            ),
        )
        erase_letters(Subject(cast.max.person_id, cast.max.name, "en", {}, {}), FRIDAY)
        db.session.commit()
    (data,) = operator.execute(sa.text("SELECT data FROM letter")).scalars()
    assert data["mentor_name"] == "A former member"


# --- quiet hours ------------------------------------------------------------------------------------------------------


def test_a_letter_in_quiet_hours_waits_for_their_end_in_the_readers_zone(
    cast, chose, tell, work, at, mailbox, operator, _admin
):
    operator.execute(sa.update(Person).where(Person.id == cast.mia.person_id).values(time_zone="America/Montreal"))
    chose(cast.mia, hours={"quiet_from": 21, "quiet_until": 7})
    at(datetime(2040, 3, 24, 3, 0, tzinfo=UTC))  # 23:00 in Montréal, the evening before
    tell(cast.mia, now=datetime(2040, 3, 24, 3, 0, tzinfo=UTC))
    tell(cast.mia, "new_device")
    tell(cast.ann)
    work()
    assert len(mailbox.letters) == 2
    due = operator.scalar(
        sa.select(Letter.due_at).where(Letter.person_id == cast.mia.person_id, Letter.due_at.is_not(None))
    )
    assert due == datetime(2040, 3, 24, 11, 0, tzinfo=UTC)
    with _admin.connect() as connection:
        scheduled = connection.scalar(sa.text("SELECT scheduled_at FROM procrastinate_jobs WHERE status = 'todo'"))
        assert scheduled == due, "nobody looks at it before"
        connection.execute(sa.text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
    at(due)
    work()
    work()
    assert [letter["Subject"] for letter in mailbox.to(cast.mia.email)][-1:] == ["Max Globex has a free place"]
    assert len(mailbox.letters) == 3
