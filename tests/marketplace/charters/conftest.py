"""Mia (Acme) and Max (Globex), a pair since just now."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.marketplace.moving.conftest import again, ask, mentors, pair, step

__all__ = ["again", "ask", "mentors", "pair", "step"]

VERSION = {
    "purpose": "To take over two plants without losing the people.",
    "cadence": "fortnightly",
    "ends_on": "2027-09-30",
    "contact": "By e-mail, answered within three days.",
    "agreed": "y",
}


def version(seen: int, name: str, **changes: Any) -> dict[str, Any]:
    return {**VERSION, "seen": str(seen), "name": name, **changes}


@pytest.fixture
def linked(mailbox: Any, work: Callable[[], None]) -> Callable[..., str]:
    """Run what waits; the path of a link (the first) in the newest letter to an address whose subject has these words."""

    def path(address: str, words: str, which: int = 0) -> str:
        work()
        found = [letter for letter in mailbox.to(address) if words in str(letter["Subject"])]
        assert found, [str(letter["Subject"]) for letter in mailbox.to(address)]
        text = found[-1].get_body(("plain",)).get_content()
        return re.findall(r"http://localhost(/links/[\w-]+)", text)[which]

    return path
