"""A pair's rhythm: the two of it, and nobody else. Gus is Abe's mentee; a check-in of theirs is open."""

from __future__ import annotations

from typing import Any

from tests.contracts.access.mentorships import theirs
from tests.contracts.access.requests import no_link
from tests.contracts.table import Row


def check_in(scene: Any) -> dict[str, Any]:
    return {"mentorship_id": scene.mentorship_id, "check_in_id": scene.mentorship_id}


def of_both(method: str, endpoint: str, status: int, url: Any = theirs) -> list[Row]:
    return [
        Row(method, endpoint, "acme", {"abe": status}, url=url),
        Row(method, endpoint, "globex", {"gus": status}, url=url),
    ]


ROWS = [
    *of_both("GET", "rhythm.check_ins", 200),
    *of_both("GET", "rhythm.check_in", 200, check_in),
    *of_both("POST", "rhythm.answer_check_in", 422, check_in),
    *of_both("GET", "rhythm.extension", 200),
    *of_both("POST", "rhythm.propose_extension", 422),
    *of_both("POST", "rhythm.answer_extension", 422),
    # Nothing is proposed, and no pause is planned.
    *of_both("POST", "rhythm.withdraw_extension", 409),
    *of_both("GET", "rhythm.pause", 200),
    *of_both("POST", "rhythm.ask_for_pause", 422),
    *of_both("POST", "rhythm.withdraw_pause", 409),
    Row("POST", "rhythm_links.answer_check_in", None, others=404, anonymous=404, url=no_link),
    Row("POST", "mentorship_links.answer", None, others=404, anonymous=404, url=no_link),
    Row("POST", "rhythm_links.answer_extension", None, others=404, anonymous=404, url=no_link),
    Row("GET", "rhythm_links.show_proposal", None, others=404, anonymous=404, url=no_link),
    Row("POST", "rhythm_links.propose_extension", None, others=404, anonymous=404, url=no_link),
]
