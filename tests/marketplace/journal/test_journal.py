"""Journals: read by their author alone, under a key that is not in the database."""

import base64
import io
import json
import re
import time
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from marketplace.app import create_app
from marketplace.journal import queries, rotation, sealing
from marketplace.journal.jobs import KEPT_FOR
from marketplace.journal.models import JournalEntry, JournalKey
from marketplace.mentors.models import MentorProfile
from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import mentorship_or_404
from tenants import walls
from tenants.current import Acting
from tenants.privacy.jobs import find_due_erasures
from tenants.shared import clock
from tenants.shared.database import db
from tests.contracts.scene import set_scene
from tests.factories import acting

WORDS = "I am afraid of the board, and I have told nobody."
OTHER_KEY = base64.b64encode(b"another key of the same length!!").decode()


@pytest.fixture
def write(sign_in):
    """Write an entry on the page, as its author does; its id."""

    def written(actor, text=WORDS, *, about="", **fields):
        client = sign_in(actor)
        data = {"day": "2026-11-20", "prompt": "", "text": text} | fields
        path = f"/{actor.slug}/mentorships/{about}/journal" if about else f"/{actor.slug}/journal"
        answer = client.post(f"{path}/entries", data=data)
        assert answer.status_code == 303, answer.text
        page = client.get(f"/{actor.slug}/journal/").text
        return int(re.findall(r'/journal/(\d+)"', page)[0])

    return written


@pytest.fixture
def pair(cast, operator):
    """Gus is Abe's mentee; the mentorship is kept at Globex."""
    mentorship_id = set_scene(operator, cast).mentorship_id
    taken = sa.update(MentorProfile).where(MentorProfile.person_id == cast.abe.person_id).values(open_slots=0)
    operator.execute(taken)
    operator.commit()
    return mentorship_id


@pytest.fixture
def without_key(app):
    """The web forgot its key, as if the setting were gone."""
    kept = app.config["JOURNAL_KEYS"]
    yield lambda setting="": app.config.update(JOURNAL_KEYS=setting)
    app.config["JOURNAL_KEYS"] = kept


def entries(operator):
    operator.rollback()
    operator.expire_all()
    return operator.scalars(sa.select(JournalEntry).order_by(JournalEntry.id)).all()


# --- writing ----------------------------------------------------------------------------------------------------------


def test_nobody_has_written_and_is_told_how_to_begin(cast, sign_in):
    page = sign_in(cast.mia).get("/acme/journal/").text
    assert "Nothing written yet" in page
    assert "Only you read your journal" in page


def test_an_entry_is_written_read_changed_deleted_and_taken_back(cast, sign_in, write, operator):
    entry = write(cast.mia, prompt="proud")
    client = sign_in(cast.mia)
    page = client.get("/acme/journal/").text
    assert WORDS in page
    assert "What went better than I expected?" in page
    assert "20 Nov 2026" in page
    assert WORDS in client.get(f"/acme/journal/{entry}").text
    changed = {"day": "2026-11-21", "prompt": "", "text": "I told Max, and it was well."}
    assert client.post(f"/acme/journal/{entry}/words", data=changed).status_code == 303
    page = client.get("/acme/journal/").text
    assert "I told Max" in page and WORDS not in page and "21 Nov 2026" in page
    client.post(f"/acme/journal/{entry}/deletion")
    page = client.get("/acme/journal/").text
    assert "I told Max" not in page
    assert f"/acme/journal/{entry}/restoration" in page, "Undo is beside the word that it is deleted"
    assert client.get(f"/acme/journal/{entry}").status_code == 404
    client.post(f"/acme/journal/{entry}/restoration")
    assert "I told Max" in client.get("/acme/journal/").text


@pytest.mark.parametrize("wrong", [{"text": "  "}, {"day": ""}, {"day": "2999-01-01"}, {"prompt": "made-up"}])
def test_what_is_wrong_stays_in_the_form(cast, sign_in, operator, wrong):
    data = {"day": "2026-11-20", "prompt": "proud", "text": WORDS} | wrong
    refused = sign_in(cast.mia).post("/acme/journal/entries", data=data)
    assert refused.status_code == 422
    if "text" not in wrong:
        assert WORDS in refused.text
    assert entries(operator) == []


def test_entries_come_latest_day_first_page_by_page(cast, sign_in, write):
    start = date(2026, 1, 1)
    for number in range(queries.PAGE + 3):
        write(cast.mia, f"Entry {number:02}.", day=(start + timedelta(days=number)).isoformat())
    client = sign_in(cast.mia)
    page = client.get("/acme/journal/").text
    older = re.search(r'href="([^"]+before=[^"]+)"', page)[1]
    found = re.findall(r"Entry \d\d", page) + re.findall(r"Entry \d\d", client.get(older).text)
    assert found == [f"Entry {number:02}" for number in reversed(range(queries.PAGE + 3))]
    assert client.get("/acme/journal/?before=nonsense").status_code == 200


def test_what_was_deleted_goes_for_good_after_a_day(cast, sign_in, write, worker_app, operator):
    kept, recent, old = write(cast.mia, "kept"), write(cast.mia, "recent"), write(cast.mia, "old")
    now = clock.now()
    for entry, ago in ((recent, timedelta(hours=23)), (old, timedelta(hours=25))):
        operator.execute(sa.update(JournalEntry).where(JournalEntry.id == entry).values(deleted_at=now - ago))
    operator.commit()
    with worker_app.app_context():
        db.session.execute(sa.select(sa.func.forget_deleted_journal_entries(now - KEPT_FOR)))
        db.session.commit()
    assert {entry.id for entry in entries(operator)} == {kept, recent}


# --- about a mentorship -----------------------------------------------------------------------------------------------


def test_each_of_a_pair_writes_what_the_other_never_reads(cast, sign_in, write, pair, operator):
    entry = write(cast.gus, about=pair)
    gus, abe = sign_in(cast.gus), sign_in(cast.abe)
    home = gus.get(f"/globex/mentorships/{pair}").text
    assert "1 entry, the latest about 20 Nov 2026." in home
    assert WORDS not in home
    assert WORDS in gus.get(f"/globex/mentorships/{pair}/journal/").text
    assert "You and Abe" in gus.get("/globex/journal/").text
    for page in (f"/acme/mentorships/{pair}/journal/", "/acme/journal/", f"/acme/mentorships/{pair}"):
        assert WORDS not in abe.get(page).text
    assert "1 entry" not in abe.get(f"/acme/mentorships/{pair}").text
    for method, path in (("get", ""), ("post", "/words"), ("post", "/deletion"), ("post", "/restoration")):
        assert getattr(abe, method)(f"/acme/journal/{entry}{path}").status_code == 404
    assert entries(operator)[0].org_id == cast.gus.org_id


def test_the_home_asks_one_statement_however_much_was_written(app, cast, write, pair):
    write(cast.gus, about=pair)
    with acting(app, cast.gus):
        viewer = _viewer(cast.gus)
        found = mentorship_or_404(viewer, pair)
        seen = []
        engine = db.engine

        def note(*given):
            seen.append(given[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        assert queries.glimpse(viewer, found).count == 1
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 1, seen


def _viewer(actor):
    entry = walls.Entry(walls.ENTER_WORKSPACE, {"token": actor.token, "slug": actor.slug})
    return Acting.from_row(walls.enter(db.session, entry))


# --- nobody else ------------------------------------------------------------------------------------------------------


def test_the_operator_reads_the_whole_database_and_no_word_of_a_journal(cast, write, operator):
    write(cast.mia)
    (entry,) = entries(operator)
    (key,) = operator.scalars(sa.select(JournalKey)).all()
    everything = b"".join(
        bytes(value) if isinstance(value, bytes) else str(value).encode()
        for row in (*operator.execute(sa.text("SELECT * FROM journal_entry, journal_key")),)
        for value in row
    )
    assert b"afraid" not in everything
    assert b"afraid" not in base64.b64decode(base64.b64encode(entry.sealed))
    ids = {"org_id": entry.org_id, "person_id": entry.person_id, "entry_id": entry.id}
    with pytest.raises(sealing.KeyAway):
        sealing.open_entry(entry.sealed, key.wrapped[-32:], **ids)
    others = sealing.read_ring(OTHER_KEY)
    with pytest.raises(sealing.KeyAway):
        sealing.unwrap(key.wrapped, key.person_id, wrapping=others.newest)


@pytest.mark.parametrize("changed", ["org_id", "person_id", "entry_id"])
def test_an_entry_opens_only_where_it_was_written(changed):
    key = sealing.new_key()
    ids = {"org_id": 1, "person_id": 2, "entry_id": 3}
    sealed = sealing.seal_entry({"text": WORDS}, key, **ids)
    assert sealing.open_entry(sealed, key, **ids) == {"text": WORDS}
    with pytest.raises(sealing.KeyAway):
        sealing.open_entry(sealed, key, **ids | {changed: 4})
    again = sealing.seal_entry({"text": WORDS}, key, **ids)
    assert sealed[: sealing.NONCE] != again[: sealing.NONCE]


def test_a_key_wrapped_for_one_person_opens_nothing_for_another():
    wrapping, key = sealing.new_key(), sealing.new_key()
    wrapped = sealing.wrap(key, 1, wrapping=wrapping)
    assert sealing.unwrap(wrapped, 1, wrapping=wrapping) == key
    with pytest.raises(sealing.KeyAway):
        sealing.unwrap(wrapped, 2, wrapping=wrapping)


@pytest.mark.parametrize("who", ["ann", "abe", "ned", "gus"])
def test_the_databases_wall_hands_a_journal_to_its_author_alone(app, cast, write, who):
    write(cast.mia)
    with acting(app, cast.mia):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 1
    with acting(app, cast[who]):
        for model in (JournalEntry, JournalKey):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
        gone = db.session.execute(
            sa.update(JournalEntry).values(deleted_at=clock.now()), execution_options={"synchronize_session": False}
        )
        assert gone.rowcount == 0
        forged = {"person_id": cast.mia.person_id, "day": date(2026, 1, 1), "sealed": b"x"}
        with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
            db.session.execute(
                sa.insert(JournalEntry).values(
                    org_id=cast[who].org_id, id=1, created_at=clock.now(), updated_at=clock.now(), **forged
                )
            )


def test_the_worker_reads_no_journal_but_for_an_export(worker_app, cast, write):
    write(cast.mia)
    with worker_app.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.mia.org_id}))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalKey)) == 0


def test_without_the_databases_wall_the_queries_still_keep_to_their_author(app, cast, write, operator, monkeypatch):
    entry = write(cast.mia)
    with app.test_request_context():
        ann = _viewer(cast.ann)
    monkeypatch.setattr(queries, "db", SimpleNamespace(session=operator))
    with app.test_request_context():
        assert queries.journal(ann).entries == []
        with pytest.raises(Exception, match="404"):
            queries.entry_or_404(ann, entry)


def test_an_entry_about_somebody_elses_pair_is_refused_by_the_database(app, cast, operator, pair):
    one = operator.scalar(sa.select(Mentorship).where(Mentorship.id == pair))
    row = {"id": 1, "person_id": cast.mia.person_id, "day": date(2026, 1, 1), "sealed": b"x"}
    with acting(app, cast.mia), pytest.raises(sa.exc.IntegrityError, match="of_own_pair"):
        db.session.execute(
            sa.insert(JournalEntry).values(**one.pair_key, **row, created_at=clock.now(), updated_at=clock.now())
        )


# --- the key is away --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["", "not base64 at all", base64.b64encode(b"short").decode(), OTHER_KEY])
def test_without_the_key_journals_stay_shut_and_nothing_typed_is_lost(
    cast, sign_in, write, without_key, setting, operator, caplog
):
    entry = write(cast.mia)
    without_key(setting)
    client = sign_in(cast.mia)
    page = client.get("/acme/journal/")
    assert page.status_code == 200
    assert "Your journal is locked at the moment." in page.text
    assert WORDS not in page.text
    assert client.get(f"/acme/journal/{entry}").status_code == 503
    data = {"day": "2026-11-20", "prompt": "proud", "text": "Words that took me an hour."}
    for path in ("entries", f"{entry}/words"):
        refused = client.post(f"/acme/journal/{path}", data=data)
        assert refused.status_code == 503
        assert "Words that took me an hour." in refused.text
    assert "cannot be opened" in caplog.text and WORDS not in caplog.text
    assert client.get("/acme/mentors/").status_code == 200, "everything else works"
    assert len(entries(operator)) == 1


def test_the_key_is_back_and_so_are_the_words(app, cast, sign_in, write, without_key):
    write(cast.mia)
    kept = app.config["JOURNAL_KEYS"]
    without_key()
    client = sign_in(cast.mia)
    assert WORDS not in client.get("/acme/journal/").text
    without_key(f"{OTHER_KEY} {kept}")
    assert WORDS in client.get("/acme/journal/").text


def test_ready_tells_that_the_key_is_missing_and_serves_on(app, anonymous, without_key):
    assert anonymous.get("/ready").json == {"status": "ok"}
    without_key()
    answer = anonymous.get("/ready")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "journals": "JOURNAL_KEYS is not set"})


# --- rotation ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def passerelle(settings):
    def run(*words, keys):
        made = create_app(replace(settings, journal_keys=keys), role="operator", overrides={"TESTING": True})
        return made.test_cli_runner().invoke(args=list(words))

    return run


def test_rotation_wraps_every_key_anew_and_the_old_one_may_go(
    app, cast, sign_in, write, without_key, passerelle, operator
):
    old = app.config["JOURNAL_KEYS"]
    for actor in (cast.mia, cast.ann, cast.max):
        write(actor)
    sealed = [entry.sealed for entry in entries(operator)]
    done = passerelle("journal", "rotate", keys=f"{OTHER_KEY} {old}")
    assert (done.exit_code, "3 keys are wrapped anew, 0 were" in done.output) == (0, True), done.output
    again = passerelle("journal", "rotate", keys=OTHER_KEY)
    assert "0 keys are wrapped anew, 3 were already" in again.output
    assert [entry.sealed for entry in entries(operator)] == sealed, "the entries are as they were"
    without_key(OTHER_KEY)
    assert WORDS in sign_in(cast.mia).get("/acme/journal/").text
    without_key(old)
    assert WORDS not in sign_in(cast.mia).get("/acme/journal/").text


def test_rotation_without_the_old_key_changes_nothing_and_says_so(app, cast, write, passerelle, operator):
    write(cast.mia)
    done = passerelle("journal", "rotate", keys=OTHER_KEY)
    assert done.exit_code == 1
    assert "1 keys open with no key" in done.output
    assert "JOURNAL_KEYS is not set" in passerelle("journal", "rotate", keys="").output
    wrapped = operator.scalar(sa.select(JournalKey.wrapped_with))
    assert wrapped == sealing.mark_of(base64.b64decode(app.config["JOURNAL_KEYS"]))


def test_check_raises_the_alarm(app, cast, write, passerelle):
    write(cast.mia)
    assert passerelle("check", keys=app.config["JOURNAL_KEYS"]).exit_code == 0
    for keys, why in (("", "is not set"), (OTHER_KEY, "lacks the key")):
        shut = passerelle("check", keys=keys)
        assert shut.exit_code == 1
        assert "The walls stand." in shut.output
        assert "Journals of 1 people cannot be opened" in shut.output and why in shut.output


def test_many_keys_rotate_in_batches(cast, write, operator, app, monkeypatch):
    for actor in (cast.mia, cast.ann, cast.max):
        write(actor)
    monkeypatch.setattr(rotation, "BATCH", 1)
    ring = sealing.read_ring(f"{OTHER_KEY} {app.config['JOURNAL_KEYS']}")
    assert rotation.rotate(operator, ring, clock.now()) == rotation.Rotated(3, 0, 0)


# --- one's own data ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(sign_in):
    """Signed in, and has just said so again."""

    def signed_in(actor):
        client = sign_in(actor)
        with client.session_transaction() as cookie:
            cookie["fs_paa"] = time.time()
        return client

    return signed_in


@pytest.fixture
def downloaded(fresh, work):
    def get(actor):
        client = fresh(actor)
        client.post("/account/privacy/exports")
        work()
        page = client.get("/account/privacy/").text
        path = page.split('/passerelle.zip"')[0].rsplit('href="', 1)[1] + "/passerelle.zip"
        archive = client.get(path)
        with zipfile.ZipFile(io.BytesIO(archive.data)) as file:
            return json.loads(file.read("data.json"))["holdings"]["journal"], archive.data

    return get


def test_ones_export_has_the_journal_in_the_clear_and_another_account_takes_it(cast, write, downloaded, fresh):
    write(cast.mia, prompt="proud")
    write(cast.ann, "Ann's own.")
    (record,), archive = downloaded(cast.mia)
    assert (record["text"], record["question"], record["day"], record["organisation"]) == (
        WORDS,
        "What went better than I expected?",
        "2026-11-20",
        "acme",
    )
    for _ in range(2):
        data = {"archive": (io.BytesIO(archive), "passerelle.zip"), "into": "acme"}
        assert (
            fresh(cast.pam).post("/account/privacy/imports", data=data, content_type="multipart/form-data").status_code
            == 303
        )
    assert fresh(cast.pam).get("/acme/journal/").text.count(WORDS) == 1, "twice brings nothing twice"


def test_an_export_without_the_key_says_that_entries_exist(cast, write, downloaded, worker_app):
    write(cast.mia)
    kept = worker_app.config["JOURNAL_KEYS"]
    worker_app.config["JOURNAL_KEYS"] = ""
    try:
        (record,), _archive = downloaded(cast.mia)
    finally:
        worker_app.config["JOURNAL_KEYS"] = kept
    assert "could not be opened" in record["text"]


def test_erasing_a_person_destroys_the_key_and_a_copy_of_the_entries_stays_shut(
    app, worker_app, cast, write, pair, operator, fresh, work, monkeypatch
):
    """What a dump of the entries had, and everything that is left: nothing opens it."""
    write(cast.gus, about=pair)
    write(cast.abe, "Abe's own.", about=pair)
    copy = [entry for entry in entries(operator) if entry.person_id == cast.gus.person_id]
    operator.expunge_all()
    fresh(cast.gus).post("/account/privacy/erasure")
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr("tenants.shared.clock.now", lambda: later)
    with worker_app.app_context():
        find_due_erasures.func.__wrapped__()
        db.session.commit()
    work()
    (left,) = entries(operator)
    assert left.person_id == cast.abe.person_id, "the other's own words stay"
    keys = operator.scalars(sa.select(JournalKey)).all()
    assert [key.person_id for key in keys] == [cast.abe.person_id]
    ring = sealing.read_ring(app.config["JOURNAL_KEYS"])
    others = [sealing.unwrap(key.wrapped, key.person_id, wrapping=ring.newest) for key in keys]
    for entry in copy:
        ids = {"org_id": entry.org_id, "person_id": entry.person_id, "entry_id": entry.id}
        for key in (*ring.keys, *others):
            with pytest.raises(sealing.KeyAway):
                sealing.open_entry(entry.sealed, key, **ids)
