"""Who may write, show and hide a mentor page: everybody their own, nobody another's."""

from __future__ import annotations

from tests.contracts.table import Row


def globex(max_: int, others: int | None = None) -> dict[str, int]:
    """The status for Max, whose page is published, and for colleagues who have none."""
    return {"max": max_} | dict.fromkeys(("gil", "gus"), max_ if others is None else others)


ROWS: list[Row] = [
    Row("GET", "mentors.edit", "globex", globex(200)),
    Row("POST", "mentors.save", "globex", globex(422)),
    Row("POST", "mentors.publish", "globex", globex(422)),
    Row("POST", "mentors.discard", "globex", globex(303, 409)),
    Row("POST", "mentors.pause", "globex", globex(303, 409)),
    Row("POST", "mentors.resume", "globex", globex(303, 409)),
    Row("GET", "mentors.ask_withdrawal", "globex", globex(200, 404)),
    Row("POST", "mentors.withdraw", "globex", globex(303, 409)),
    Row("GET", "mentors.preview", "globex", globex(200)),
    Row("POST", "mentors.set_photo", "globex", globex(422)),
    Row("POST", "mentors.remove_photo", "globex", globex(303)),
    # Nobody here has a photo; who sees one is told in tests/marketplace/mentors/test_photos.py.
    Row(
        "GET",
        "mentors.photo",
        "globex",
        url=lambda scene: {"person_id": scene.max.person_id, "fingerprint": "x", "size": "large"},
    ),
    Row("POST", "mentors.block", "globex", globex(303), url=lambda scene: {"person_id": scene.abe.person_id}),
    Row(
        "POST",
        "mentors.unblock",
        "globex",
        globex(303),
        url=lambda scene: {"person_id": scene.abe.person_id},
        own_list=True,
    ),
]
