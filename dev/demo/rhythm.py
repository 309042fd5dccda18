"""The rhythm of the demo's pairs: check-ins answered, one pair quiet, one paused; nothing for the clock to make up for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dev.demo.content import table
from dev.demo.loading import Loader
from dev.demo.rows import Rows
from dev.demo.world import DAY, World

EVERY = timedelta(days=42)
ROUNDS = 3
"""Check-ins that a pair has behind it at most; older ones are left out."""

PRESENT = """
    UPDATE mentorship_pulse p SET last_sign_at = greatest(m.started_at, %(now)s - make_interval(days => (m.id %% 20)::int)),
        check_in_at = m.started_at + %(every)s * (1 + floor(extract(epoch FROM %(now)s - m.started_at)
                                                            / extract(epoch FROM %(every)s::interval))),
        review_at = CASE WHEN p.review_at > %(now)s THEN p.review_at END,
        reviewed_at = CASE WHEN p.review_at <= %(now)s THEN p.review_at END
    FROM mentorship m WHERE m.org_id = p.org_id AND m.id = p.mentorship_id AND NOT p.over
"""
QUIET = """
    UPDATE mentorship_pulse SET last_sign_at = %(now)s - interval '66 days', nudged_at = %(now)s - interval '21 days',
        hinted_at = %(now)s - interval '7 days'
    WHERE mentorship_id = %(id)s
"""
PAUSED = "UPDATE mentorship SET state = 'paused', paused_at = %(now)s - interval '16 days' WHERE id = %(id)s"


def play_rhythm(world: World, rows: Rows, seed: int) -> None:
    """Add the check-ins that were asked so far, with the answers of those who gave one."""
    rng = Random(f"{seed} rhythm")
    by_person = {member.person_id: member for member in world.members}
    for row in rows.of("mentorship"):
        until = row["ended_at"] or world.now
        asked = [row["started_at"] + EVERY * k for k in range(1, 1 + (until - row["started_at"]) // EVERY)]
        for at in asked[-ROUNDS:]:
            _ask(world, rows, rng, row, at, by_person)
    _quiet, paused = _chosen(world, rows)
    if paused:
        begins = world.now - 16 * DAY
        rows.add(
            "mentorship_pause",
            **_pair(paused, world.ids.at(begins)),
            asked_by_id=paused["mentee_person_id"],
            reason="parental_leave",
            words="",
            begins_on=begins.date(),
            until_on=(world.now + 75 * DAY).date(),
            state="under_way",
            act_on=(world.now + 75 * DAY).date(),
            asked_at=begins,
        )


def keep_time(loader: Loader, world: World, rows: Rows) -> None:
    """After the load: each pair's clock stands where it would after a life under it."""
    values = {"now": world.now, "every": EVERY}
    loader.connection.execute(PRESENT, values)
    quiet, paused = _chosen(world, rows)
    if quiet:
        loader.connection.execute(QUIET, {"now": world.now, "id": quiet["id"]})
    if paused:
        loader.connection.execute(PAUSED, {"now": world.now, "id": paused["id"]})


def _chosen(world: World, rows: Rows) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """A pair that is quiet and one that is paused, both older than a hundred days and of nobody one signs in as; on the desk of
    the HR partner where there is one."""
    known = {member.person_id for member in world.known.values()}
    desk = world.known["HR partner"].org.id
    pairs = [
        row
        for row in rows.of("mentorship")
        if row["state"] == "running"
        and row["started_at"] < world.now - 100 * DAY
        and not known & {row["mentee_person_id"], row["mentor_person_id"]}
    ]
    pairs.sort(key=lambda row: desk not in (row["mentee_employer_id"], row["mentor_employer_id"]))
    first, second, *_rest = [*pairs, None, None]
    return first, second


def _pair(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "org_id": row["org_id"],
        "id": number,
        "mentorship_id": row["id"],
        "mentee_person_id": row["mentee_person_id"],
        "mentor_person_id": row["mentor_person_id"],
    }


def _ask(
    world: World, rows: Rows, rng: Random, row: Mapping[str, Any], at: datetime, by_person: Mapping[int, Any]
) -> None:
    check_in = world.ids.at(at)
    rows.add("check_in", **_pair(row, check_in), occasion="check_in", asked_at=at, closes_at=at + 21 * DAY)
    for person_id in (row["mentee_person_id"], row["mentor_person_id"]):
        answered = at + timedelta(hours=3 + rng.random() * 150)
        if rng.random() < 0.3 or answered > world.now:
            continue
        locale = by_person[person_id].human.locale
        rows.add(
            "check_in_answer",
            **_pair(row, world.ids.at(answered)),
            check_in_id=check_in,
            author_person_id=person_id,
            how=rng.choice((3, 4, 4, 5)),
            said={"help": rng.choice(table("rhythm")[locale])},
            shared=rng.random() < 0.7,
            answered_at=answered,
        )
