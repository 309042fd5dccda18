"""Shared notes: two people, two windows, every version kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from marketplace.conversations.merging import merge
from marketplace.conversations.models import Note, NoteVersion

TEXT = "# Next time\n\nThe budget\n\n# Later\n\nThe board"


@pytest.fixture
def note(sign_in, mentors, pair, operator):
    client = sign_in(mentors.mia)
    assert client.post(f"/acme/mentorships/{pair.id}/notes", data={"title": "Agenda", "body": TEXT}).status_code == 303
    return operator.scalars(sa.select(Note)).one()


@pytest.fixture
def save(sign_in, mentors, pair, note):
    def saved(name, body, version, title="Agenda"):
        actor = mentors[name]
        return sign_in(actor).post(
            f"/{actor.slug}/mentorships/{pair.id}/notes/{note.id}/text",
            data={"title": title, "body": body, "version": version},
        )

    return saved


def bodies(operator):
    operator.rollback()
    return list(operator.scalars(sa.select(NoteVersion.body).order_by(NoteVersion.number)))


def test_two_who_write_in_different_places_lose_nothing(save, operator):
    assert save("mia", TEXT.replace("The budget", "The budget, in figures"), 1).status_code == 303
    assert save("max", TEXT.replace("The board", "The board, in spring"), 1).status_code == 303
    assert bodies(operator)[-1] == TEXT.replace("The budget", "The budget, in figures").replace(
        "The board", "The board, in spring"
    )


def test_two_who_change_the_same_line_are_shown_both(save, operator):
    save("mia", TEXT.replace("The budget", "Mia’s figures"), 1)
    answer = save("max", TEXT.replace("The budget", "Max’s question"), 1)
    assert answer.status_code == 409
    assert "Max’s question" in answer.text and "Mia’s figures" in answer.text
    assert len(bodies(operator)) == 2
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert save("max", TEXT.replace("The budget", "Mia’s figures\n\nMax’s question"), 2).status_code == 303
    assert len(bodies(operator)) == 3


def test_a_made_up_version_is_no_way_past_the_other(save, operator):
    save("mia", "Mia’s", 1)
    assert save("max", "Max’s", 77).status_code == 409
    assert save("max", "Max’s", "x").status_code == 409


def test_who_changed_what_when_and_back_again(save, sign_in, mentors, pair, note, operator):
    save("max", TEXT.replace("The budget", "The people"), 1)
    at = f"/acme/mentorships/{pair.id}/notes/{note.id}"
    client = sign_in(mentors.mia)
    page = client.get(f"{at}/versions").text
    assert "Max Globex" in page and "Mia Acme" in page
    page = client.get(f"{at}/versions/2").text
    assert "<del>The budget</del>" in page and "<ins>The people</ins>" in page
    assert client.post(f"{at}/versions/1/return").status_code == 303
    assert bodies(operator)[-1] == TEXT
    assert len(bodies(operator)) == 3
    assert client.get(f"{at}/versions/9").status_code == 404


def test_a_note_taken_away_comes_back_whole(sign_in, mentors, pair, note, save):
    at = f"/acme/mentorships/{pair.id}/notes"
    client = sign_in(mentors.mia)
    page = client.post(f"{at}/{note.id}/removal", follow_redirects=True).text
    assert f"{at}/{note.id}/return" in page
    assert client.get(f"{at}/{note.id}").status_code == 404
    assert save("max", "in an old window", 1).status_code == 404
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/notes/{note.id}/return")
    assert "The board" in client.get(f"{at}/{note.id}").text


def test_nobody_else_reads_a_note(sign_in, mentors, pair, note):
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        actor = mentors[name]
        for path in ("", f"/{note.id}", f"/{note.id}/versions", f"/{note.id}/versions/1"):
            assert sign_in(actor).get(f"/{actor.slug}/mentorships/{pair.id}/notes{path}").status_code == 404


LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6).map("\n".join)


@given(LINES, LINES)
def test_a_change_on_one_side_alone_is_taken(before, after):
    assert merge(before, after, before) == after
    assert merge(before, before, after) == after


@given(LINES, LINES, LINES)
def test_a_merge_is_the_same_from_both_sides(before, here, there):
    assert merge(before, here, there) == merge(before, there, here)


@given(LINES, LINES, LINES)
def test_a_merge_has_every_line_that_either_added(before, here, there):
    merged = merge(before, here, there)
    if merged is not None:
        added = (set(here.split("\n")) | set(there.split("\n"))) - set(before.split("\n"))
        assert added <= set(merged.split("\n"))
