"""Bridge runs a programme; Acme and Globex take part. Mia is in as a mentee, Max as a mentor; Gus is in neither."""

from __future__ import annotations

import pytest

from marketplace.programmes.modalities import Side
from tests.factories import enrol, make_cohort, make_programme


@pytest.fixture
def programme(operator, cast):
    made = make_programme(operator, cast.ned, cast.mia, cast.max)
    operator.commit()
    return made


@pytest.fixture
def cohort(operator, cast, programme):
    made = make_cohort(operator, programme)
    enrol(operator, made, cast.mia, Side.mentee)
    enrol(operator, made, cast.max, Side.mentor)
    operator.commit()
    return made


@pytest.fixture
def at(programme):
    """The address of a page of the kit in the workspace of one of the cast."""

    def address(actor, path=""):
        return f"/{actor.slug}/programmes/{programme.id}/kit{path}"

    return address


@pytest.fixture
def printed(work):
    """A paper as it comes once the worker has drawn it."""

    def come(client, path):
        assert client.get(path).status_code == 202
        work()
        return client.get(path)

    return come
