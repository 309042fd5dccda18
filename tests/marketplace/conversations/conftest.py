"""The pair of Mia (Acme, mentee) and Max (Globex, mentor), both in English, with the clock at the day the test runs."""

import pytest
import sqlalchemy as sa

from tenants.accounts.models import Person
from tests.marketplace.moving.conftest import again, ask, mentors, step
from tests.marketplace.moving.conftest import pair as french_and_english

__all__ = ["again", "ask", "french_and_english", "mentors", "step"]


@pytest.fixture
def pair(french_and_english, operator):
    operator.execute(sa.update(Person).values(locale="en"))
    operator.commit()
    return french_and_english
