"""A page written in two windows: nothing is lost, and what both changed is asked about."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.mentors.drafts import Window, fingerprints, merge
from marketplace.mentors.models import MentorProfile

DRAFT = "/globex/profile/draft"


def stored(operator, actor):
    operator.expire_all()
    return operator.scalars(sa.select(MentorProfile).where(MentorProfile.id == actor.mentor_id)).one()


def test_two_windows_that_change_different_fields_keep_both(written, cast, operator):
    client, first = written(cast.max)
    _, second = written(cast.max)
    assert client.post(DRAFT, data=first | {"headline": ["From the first."]}).status_code == 303
    answer = client.post(DRAFT, data=second | {"place": ["Nantes"]}, follow_redirects=True)
    assert "it was kept: Your sentence" in answer.text
    assert (stored(operator, cast.max).headline, stored(operator, cast.max).place) == ("From the first.", "Nantes")


def test_two_windows_that_change_the_same_field_are_asked_which(written, cast, operator):
    client, first = written(cast.max)
    _, second = written(cast.max)
    client.post(DRAFT, data=first | {"headline": ["From the first."]})
    mine = second | {"headline": ["From the second."], "place": ["Nantes"]}
    answer = client.post(DRAFT, data=mine)
    assert answer.status_code == 409
    assert "From the first." in answer.text
    assert 'value="From the second."' in answer.text
    assert (stored(operator, cast.max).headline, stored(operator, cast.max).place) == ("From the first.", "Nantes")
    # Saving again changes nothing until somebody chooses.
    assert client.post(DRAFT, data=mine).status_code == 409
    assert client.post(DRAFT, data=mine | {"keeps": ["mine"]}).status_code == 303
    assert stored(operator, cast.max).headline == "From the second."


def test_publishing_does_not_publish_what_is_contested(written, cast, operator):
    client, first = written(cast.max)
    _, second = written(cast.max)
    client.post(DRAFT, data=first | {"headline": ["From the first."]})
    assert client.post("/globex/profile/publication", data=second | {"headline": ["Second."]}).status_code == 409
    assert stored(operator, cast.max).state.value == "draft"


def test_a_window_never_contests_itself(written, cast, operator):
    """An autosave whose answer is lost, then another save from the same window."""
    client, form = written(cast.max)
    assert client.post(DRAFT, data=form | {"headline": ["One"]}).status_code == 303
    assert client.post(DRAFT, data=form | {"headline": ["One, two"]}).status_code == 303
    assert stored(operator, cast.max).headline == "One, two"


def test_an_autosave_brings_back_what_changed_on_the_page(written, cast, operator):
    client, form = written(cast.max)
    answer = client.post(DRAFT, data=form | {"headline": ["Saved while typing."]}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="shown"' in answer.text
    assert "Saved while typing." in answer.text
    assert "<html" not in answer.text
    assert stored(operator, cast.max).headline == "Saved while typing."


def test_a_window_that_says_nothing_readable_of_itself_is_asked_too(written, cast, operator):
    client, form = written(cast.max)
    client.post(DRAFT, data=form | {"headline": ["First."]})
    for shown in ("not json", "[1]", '{"headline": {}}'):
        answer = client.post(DRAFT, data=form | {"headline": ["x"], "shown": [shown], "window": ["another"]})
        assert answer.status_code == 409
    assert stored(operator, cast.max).headline == "First."


def test_merge_field_by_field():
    shown = fingerprints({"a": "1", "b": "1", "c": "1", "d": "1", "skills": ["x", "y"]})
    here = {"a": "1", "b": "2", "c": "2", "d": "2", "skills": ["y", "x"]}
    there = {"a": "9", "b": "1", "c": "9", "d": "2", "skills": ["x", "y"]}
    merged = merge(Window("w", shown), here, there, saved_in="other")
    assert merged.elsewhere == ("a",)
    assert merged.contested == {"c": "9"}
    assert merged.values == {"b": "2", "d": "2", "skills": ["y", "x"]}
