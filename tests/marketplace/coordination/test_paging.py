"""The place in the list that an address carries."""

from __future__ import annotations

import pytest

from marketplace.coordination.views import _after
from tenants.shared.database import GREATEST_ID, new_id


def test_the_place_of_a_pair_made_today_is_understood(app):
    pair = new_id()
    with app.test_request_context(f"/acme/pairs/?after=1-{pair}"):
        assert _after() == (1, pair)


@pytest.mark.parametrize("after", ["", "1", "9-5", "1-x", f"1-{GREATEST_ID + 1}", "1-" + "9" * 40])
def test_a_place_that_is_none_starts_at_the_beginning(app, after):
    with app.test_request_context("/acme/pairs/", query_string={"after": after}):
        assert _after() is None
