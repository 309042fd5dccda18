"""What two of the known people wrote for themselves, and how one of them wishes to be written to."""

from __future__ import annotations

from datetime import timedelta

from dev.demo.content import typeset
from dev.demo.rows import Rows
from dev.demo.world import Member, World
from marketplace.journal import sealing

ENTRIES: dict[str, tuple[tuple[int, str, str, bool], ...]] = {
    "mentee": (
        (2, "next", "Ask Karim to run Thursday's planning round without me, and stay out of the room.", False),
        (9, "unsaid", "I never say in a meeting that I am lost. I nod, and read it up in the evening.", False),
        (23, "", "First week with the inherited team. Two of them applied for my job. Nobody mentioned it.", False),
    ),
    "executive mentor": (
        (4, "stayed", "She asked what I would do. I told her. Next time: ask back, and count to ten.", True),
        (18, "proud", "A night shift led itself for the first time. I was there for an hour and said nothing.", False),
    ),
}
"""Days ago, the question it began with, the words, and whether it is about a mentorship where there is one."""


def play_journals(world: World, rows: Rows) -> None:
    """Nothing where the process has no key for journals (``JOURNAL_KEYS``)."""
    ring = sealing.ring()
    if not ring.keys:
        return
    for who, entries in ENTRIES.items():
        author = world.known[who]
        key, now = sealing.new_key(), world.now
        rows.add(
            "journal_key",
            person_id=author.person_id,
            wrapped=sealing.wrap(key, author.person_id, wrapping=ring.newest),
            wrapped_with=sealing.mark_of(ring.newest),
            created_at=now - timedelta(days=30),
            wrapped_at=now - timedelta(days=30),
        )
        for days, prompt, text, of_pair in entries:
            _write(rows, world, author, key, days, {"prompt": prompt, "text": typeset(text, "en")}, of_pair)
    _choose(rows, world, world.known["mentee"])


def _write(
    rows: Rows, world: World, author: Member, key: bytes, days: int, words: dict[str, str], of_pair: bool
) -> None:
    pair = next(
        (
            row
            for row in rows.of("mentorship")
            if of_pair and author.person_id in (row["mentee_person_id"], row["mentor_person_id"])
        ),
        None,
    )
    written = world.now - timedelta(days=days, hours=1)
    org_id = pair["org_id"] if pair else author.org.id
    entry_id = world.ids.at(written)
    rows.add(
        "journal_entry",
        org_id=org_id,
        id=entry_id,
        person_id=author.person_id,
        mentorship_id=pair["id"] if pair else None,
        mentee_person_id=pair["mentee_person_id"] if pair else None,
        mentor_person_id=pair["mentor_person_id"] if pair else None,
        day=written.date(),
        sealed=sealing.seal_entry(words, key, org_id=org_id, person_id=author.person_id, entry_id=entry_id),
        created_at=written,
        updated_at=written,
        deleted_at=None,
    )


def _choose(rows: Rows, world: World, reader: Member) -> None:
    """The small news once a day before supper, and nothing at night."""
    key = {"org_id": reader.org.id, "person_id": reader.person_id}
    for kind in ("place_free", "request_expired_mentor"):
        rows.add("letter_choice", **key, kind=kind, delivery="daily", chosen_at=world.now)
    rows.add(
        "letter_hours",
        **key,
        digest_hour=18,
        digest_weekday=0,
        quiet_from=21,
        quiet_until=7,
        chosen_at=world.now,
    )
