"""Messages: written, read, told of by letter without a word of them, answered from the letter."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.conversations import letters
from marketplace.conversations.models import MESSAGE_MOST, Message, MessageMark, PairFile
from marketplace.mentorships.models import MentorshipState
from tenants.shared import clock
from tenants.shared.models import ActionLink, Letter, Notice
from tests.marketplace.requests.conftest import working

SECRET = "The board will not renew my contract."


@pytest.fixture
def write(sign_in, mentors, pair):
    def written(name, body, **fields):
        actor = mentors[name]
        return sign_in(actor).post(f"/{actor.slug}/mentorships/{pair.id}/messages", data={"body": body} | fields)

    return written


@pytest.fixture
def thread(sign_in, mentors, pair):
    def opened(name, query=""):
        actor = mentors[name]
        return sign_in(actor).get(f"/{actor.slug}/mentorships/{pair.id}/messages{query}")

    return opened


@pytest.fixture
def told(worker_app, pair, mentors):
    """The worker's step at a moment: whether it wrote a letter."""

    def tell(name, now):
        with working(worker_app, pair.org_id):
            return letters.tell(org_id=pair.org_id, mentorship_id=pair.id, person_id=mentors[name].person_id, now=now)

    return tell


def all_letters(operator):
    operator.rollback()
    query = sa.select(Letter).where(Letter.kind == "message_received").options(sa.orm.undefer(Letter.data))
    return list(operator.scalars(query.order_by(Letter.id)))


def letter_to(mailbox, actor):
    return next(one for one in mailbox.to(actor.email) if "has written" in one["Subject"])


def link_in(letter):
    text = letter.get_body(("plain",)).get_content().replace("=\n", "")
    return "/links/" + text.split("/links/")[1].split()[0]


def test_the_other_reads_it_and_the_writer_sees_that_they_did(write, thread, sign_in, mentors, pair, operator):
    assert write("mia", f"{SECRET}\n\n- first\n- second").status_code == 303
    page = thread("max").text
    assert SECRET in page and "<li>first</li>" in page and ">new<" in page
    assert "1 new" in sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}").text
    assert "Read by" not in thread("mia").text
    newest = operator.scalars(sa.select(Message.id)).one()
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/messages/reading", data={"seen": newest})
    assert ">new<" not in thread("max").text
    assert "Read by Max" in thread("mia").text


def test_reading_says_nothing_of_what_came_after_the_page_was_made(write, sign_in, mentors, pair, thread, operator):
    write("mia", "one")
    seen = operator.scalars(sa.select(Message.id)).one()
    write("mia", "two")
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/messages/reading", data={"seen": seen})
    assert "1 new" in sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}").text
    answer = sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/messages/reading", data={"seen": 2**63 - 1})
    assert answer.status_code == 303
    operator.rollback()
    marks = {one.person_id: one.read_to for one in operator.scalars(sa.select(MessageMark))}
    assert marks[mentors.max.person_id] == operator.scalar(sa.select(sa.func.max(Message.id)))


def test_what_could_act_in_a_page_is_only_text(write, thread):
    write("mia", "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://spy.example/a.png) **bold**")
    page = thread("max").text
    assert "<script>alert" not in page and 'href="javascript' not in page and "<img src" not in page
    assert "<strong>bold</strong>" in page


@pytest.mark.parametrize("size", [MESSAGE_MOST + 1, 1024 * 1024])
def test_a_message_that_is_too_long_is_kept_in_the_form_and_nowhere_else(write, operator, size):
    text = "a" * (size - 7) + "the end"
    answer = write("mia", text)
    assert answer.status_code == 422
    assert text in answer.text
    operator.rollback()
    assert operator.scalars(sa.select(Message)).all() == []


def test_the_longest_message_is_kept(write, operator):
    assert write("mia", "é" * MESSAGE_MOST).status_code == 303
    assert len(operator.scalars(sa.select(Message.body)).one()) == MESSAGE_MOST


def test_a_form_sent_twice_is_one_message(write, operator):
    for _ in range(2):
        assert write("mia", "Once", once="the same form").status_code == 303
    assert write("max", "Once", once="the same form").status_code == 303
    assert len(operator.scalars(sa.select(Message)).all()) == 2


def test_a_long_thread_is_read_page_by_page(write, thread, operator, pair, mentors):
    for n in range(65):
        operator.add(
            Message(
                **pair.pair_key, author_person_id=mentors.max.person_id, body=f"message <{n}>", created_at=clock.now()
            )
        )
    operator.commit()
    found, query = [], ""
    while query is not None:
        page = thread("mia", query).text
        found += [n for n in range(65) if f"message &lt;{n}&gt;" in page]
        older = re.search(r'href="[^"]*(\?before=\d+)"', page)
        query = older[1] if older else None
    assert found[:30] == [*range(35, 65)]
    assert sorted(found) == list(range(65))
    assert ">99+<" not in thread("mia").text


def test_the_letter_says_that_there_is_a_message_and_not_what(write, work, mailbox, operator, mentors):
    write("mia", SECRET)
    work()
    letter = letter_to(mailbox, mentors.max)
    text = letter.as_string()
    assert "Mia Acme has written to you" in letter["Subject"]
    assert "board" not in text and "contract" not in text
    assert letter["Reply-To"] is None
    operator.rollback()
    assert SECRET not in str([row.data for row in operator.scalars(sa.select(Notice))])


def test_many_messages_are_one_letter_in_ten_minutes(write, told, operator):
    began = clock.now()
    write("mia", "one")
    assert told("max", began)
    write("mia", "two")
    write("mia", "three")
    assert not told("max", began + timedelta(minutes=9))
    assert told("max", began + timedelta(minutes=10))
    assert not told("max", began + timedelta(minutes=30))
    assert [letter.data["count"] for letter in all_letters(operator)] == [1, 2]


def test_nobody_is_told_of_what_they_have_read(write, told, sign_in, mentors, pair, operator):
    write("mia", "one")
    newest = operator.scalars(sa.select(Message.id)).one()
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/messages/reading", data={"seen": newest})
    assert not told("max", clock.now())
    assert not told("mia", clock.now())


def test_the_link_of_the_letter_shows_and_takes_one_answer(write, work, mailbox, mentors, anonymous, thread):
    write("mia", SECRET)
    work()
    link = link_in(letter_to(mailbox, mentors.max))
    for _ in range(2):
        page = anonymous.get(link)
        assert page.status_code == 200 and SECRET in page.text
        assert page.headers["Cache-Control"] == "no-store"
    too_long = anonymous.post(f"{link}/message", data={"body": "x" * 10_001})
    assert too_long.status_code == 422
    assert anonymous.post(f"{link}/message", data={"body": "Call me tonight."}).status_code == 200
    assert anonymous.post(f"{link}/message", data={"body": "Again."}).status_code == 410
    assert SECRET not in anonymous.get(link).text
    page = thread("mia").text
    assert "Call me tonight." in page and "Again." not in page


def test_a_link_that_has_run_out_opens_nothing(write, work, mailbox, mentors, anonymous, operator):
    write("mia", SECRET)
    work()
    link = link_in(letter_to(mailbox, mentors.max))
    operator.execute(sa.update(ActionLink).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    operator.commit()
    answer = anonymous.get(link)
    assert answer.status_code == 410 and SECRET not in answer.text


def test_what_has_ended_is_read_and_not_written(write, thread, pair, operator):
    write("mia", SECRET)
    operator.execute(sa.text("UPDATE mentorship SET state = 'ended', ended_at = now()"))
    operator.commit()
    assert pair.state is not MentorshipState.ended
    assert SECRET in thread("max").text
    assert write("max", "Too late").status_code == 409


def test_nobody_else_reads_or_writes(write, thread, mentors):
    write("mia", SECRET)
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        assert thread(name).status_code == 404
        assert write(name, "Let me in").status_code == 404


# --- notes and files -----------------------------------------------------------------------------------------------------


@pytest.fixture
def add(sign_in, mentors, pair):
    """A note or a file, as its author's browser sends it."""

    def added(name, what, called):
        actor = mentors[name]
        fields = {"title": called, "body": SECRET}
        if what == "files":
            fields = {"file": (io.BytesIO(b"plain words"), f"{called}.txt")}
        at = f"/{actor.slug}/mentorships/{pair.id}/{what}"
        assert sign_in(actor).post(at, data=fields, content_type="multipart/form-data").status_code == 303

    return added


def news(operator):
    operator.rollback()
    kinds = ("message_received", "pair_added")
    query = sa.select(Letter).where(Letter.kind.in_(kinds)).options(sa.orm.undefer(Letter.data))
    return [
        (one.person_id, one.kind, one.data.get("count"), one.data["notes"], one.data["files"])
        for one in operator.scalars(query.order_by(Letter.id))
    ]


def test_a_new_note_or_file_is_told_without_its_name(add, work, mailbox, mentors, operator):
    add("mia", "files", "salary-talk")
    add("mia", "notes", "Resignation")
    work()
    [letter] = mailbox.to(mentors.max.email)[-1:]
    assert "Mia Acme has added notes and files" in letter["Subject"]
    text = letter.as_string()
    for words in ("salary-talk", "Resignation", "board"):
        assert words not in text
    assert "/globex/mentorships/" in letter.get_body(("plain",)).get_content()
    operator.rollback()
    told = str([row.data for row in operator.scalars(sa.select(Notice))])
    assert "salary-talk" not in told and "Resignation" not in told


def test_notes_and_files_share_the_messages_letter_in_ten_minutes(add, write, told, operator, mentors):
    began = clock.now()
    add("max", "notes", "His own")
    add("mia", "files", "one")
    assert told("max", began)
    add("mia", "files", "two")
    write("mia", "By the way")
    add("mia", "notes", "Plan")
    assert not told("max", began + timedelta(minutes=9))
    assert told("max", began + timedelta(minutes=10))
    assert not told("max", began + timedelta(minutes=30))
    me = mentors.max.person_id
    assert news(operator) == [(me, "pair_added", 0, 0, 1), (me, "message_received", 1, 1, 1)]


def test_what_was_taken_away_again_is_not_told_and_nobody_hears_of_their_own(add, told, operator):
    add("mia", "files", "by mistake")
    operator.execute(sa.text("UPDATE pair_file SET removed_at = now()"))
    operator.commit()
    assert not told("max", clock.now())
    assert not told("mia", clock.now())


def test_files_of_before_are_no_news(pair, work, write, operator, mentors, mailbox):
    """A pair whose files nobody was told of yet, when this began: a message later tells of the message."""
    old = {"name": "old.txt", "kind": "txt", "size": 1, "content": b"x", "created_at": clock.now()}
    operator.add(PairFile(**pair.pair_key, author_person_id=mentors.mia.person_id, **old))
    operator.commit()
    write("mia", "Hello")
    work()
    text = letter_to(mailbox, mentors.max).get_body(("plain",)).get_content()
    assert "A message waits for you" in text and "added too" not in text
