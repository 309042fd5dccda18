"""What the product's way of giving a place away is worth against the textbook's, and that neither gives one twice."""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import Any

import psycopg

from benchmarks.figures import Figure
from benchmarks.requests import pairs_who_may_meet, seed, token_of
from benchmarks.stage import Stage
from tenants.walls import plain_address, role_address

CALLERS = 16
PLACES = 5  # the most that a mentor may offer
RIVALS = 12

TEXTBOOK = """
    CREATE FUNCTION bench_look(p_org integer, p_request bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE r record; places integer;
    BEGIN
        IF NOT wall_sealed() THEN RETURN 0; END IF;
        SELECT q.mentor_org_id, q.mentor_id INTO r FROM mentoring_request q
        WHERE q.org_id = p_org AND q.id = p_request AND NOT q.holds_place
          AND wall_person() IN (q.mentor_person_id, q.mentee_person_id) FOR UPDATE;
        IF NOT FOUND THEN RETURN 0; END IF;
        SELECT m.open_slots INTO places FROM mentor_profile m
        WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id FOR UPDATE;
        RETURN places;
    END $$;
    CREATE FUNCTION bench_take(p_org integer, p_request bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE r record;
    BEGIN
        SELECT q.mentor_org_id, q.mentor_id INTO r FROM mentoring_request q WHERE q.org_id = p_org AND q.id = p_request;
        UPDATE mentor_profile m SET open_slots = open_slots - 1 WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id;
        UPDATE mentoring_request SET holds_place = true WHERE org_id = p_org AND id = p_request;
        UPDATE card c SET room = greatest(m.open_slots, 0) FROM mentor_profile m
        WHERE m.org_id = r.mentor_org_id AND m.id = r.mentor_id AND c.org_id = m.org_id AND c.mentor_id = m.id;
    END $$;
    ALTER FUNCTION bench_look(integer, bigint) OWNER TO passerelle_gate;
    ALTER FUNCTION bench_take(integer, bigint) OWNER TO passerelle_gate;
    GRANT EXECUTE ON FUNCTION bench_look(integer, bigint), bench_take(integer, bigint) TO passerelle_web;
"""
"""Look at the row under a lock, decide outside, write: as object mappers do it, the lock held over the way there and back."""

WITHOUT_TEXTBOOK = "DROP FUNCTION bench_look(integer, bigint), bench_take(integer, bigint)"

ALL_FREE = """
    WITH freed AS (UPDATE mentoring_request SET holds_place = false WHERE id = ANY (%(requests)s)),
         cards AS (UPDATE card SET room = %(places)s, capacity = %(places)s WHERE mentor_id = ANY (%(mentors)s))
    UPDATE mentor_profile SET open_slots = %(places)s, capacity = %(places)s WHERE id = ANY (%(mentors)s)
"""
TAKEN = """
    SELECT p.open_slots, (SELECT count(*) FROM mentoring_request r WHERE r.mentor_id = p.id AND r.holds_place)
    FROM mentor_profile p WHERE p.id = ANY (%(mentors)s)
"""

MENTOR = ("mentor_org", "mentor_slug", "mentor_id", "mentor_person")

Pair = dict[str, Any]
Claim = Callable[[psycopg.Connection[Any], Pair], bool]


def claim_vs_for_update(stage: Stage) -> Figure:
    """Claims per second of the product's atomic update ÷ those of SELECT … FOR UPDATE; in both 16 callers come in turn for
    mentors of five places who are asked by twelve people.

    Raises ``RuntimeError`` when either gives a mentor's place too often or not at all.
    """
    rounds = stage.effort.rounds * 4
    address = plain_address(role_address(stage.address, "web"))
    with ExitStack() as open_all, psycopg.connect(plain_address(stage.address), autocommit=True) as admin:
        # Kept open over the rounds, as a web server keeps its own: what a new connection costs is not what is asked.
        connections = [open_all.enter_context(psycopg.connect(address, prepare_threshold=None)) for _ in range(CALLERS)]
        admin.execute(TEXTBOOK)
        pairs = _rivals(admin, max(stage.effort.posts // RIVALS, 2))
        ratios, atomic, textbook = [], [], []
        with ThreadPoolExecutor(CALLERS) as callers:
            for number in range(rounds + 1):
                ways = (_claim, _look_and_take) if number % 2 else (_look_and_take, _claim)
                rates = {way: _rate(admin, connections, callers, pairs, way) for way in ways}
                if number:
                    atomic.append(rates[_claim])
                    textbook.append(rates[_look_and_take])
                    ratios.append(rates[_claim] / rates[_look_and_take])
        admin.execute(WITHOUT_TEXTBOOK)
    detail = {
        "claims_per_second": round(statistics.median(atomic)),
        "for_update_per_second": round(statistics.median(textbook)),
        "callers": CALLERS,
        "claims": len(pairs),
        "places": len(pairs) // RIVALS * PLACES,
        "overbooked": 0,
        "least": round(min(ratios), 3),
        "most": round(max(ratios), 3),
    }
    return Figure("claim_vs_for_update", stage.scale, statistics.median(ratios), ">=1", detail)


def _rivals(admin: psycopg.Connection[Any], number: int) -> list[Pair]:
    """So many mentors, each of whom twelve people have asked."""
    pairs = pairs_who_may_meet(admin, mentees=(RIVALS + 1) * number * 2, each=1)
    mentors = {pair["mentor_id"]: {name: pair[name] for name in MENTOR} for pair in pairs}
    mentees = iter(pair for pair in pairs if pair["mentee_person"] not in mentors)
    chosen = list(islice(mentors.values(), number))
    rivals = [mentee | mentor for mentor in chosen for mentee in islice(mentees, RIVALS)]
    if len(rivals) < number * RIVALS:
        raise RuntimeError("The population is too small for rivals.")
    seed(admin, rivals)
    return rivals


def _rate(
    admin: psycopg.Connection[Any],
    connections: Sequence[psycopg.Connection[Any]],
    callers: ThreadPoolExecutor,
    pairs: Sequence[Pair],
    way: Claim,
) -> float:
    """Claims per second when every caller takes the next request as soon as theirs is settled."""
    mentors = list({pair["mentor_id"] for pair in pairs})
    facts = {"requests": [pair["id"] for pair in pairs], "mentors": mentors, "places": PLACES}
    admin.execute(ALL_FREE, facts)
    waiting: queue.SimpleQueue[Pair] = queue.SimpleQueue()
    for pair in pairs:
        waiting.put(pair)
    start = time.perf_counter()
    given = sum(callers.map(lambda connection: _work_off(connection, waiting, way), connections))
    seconds = time.perf_counter() - start
    taken = admin.execute(TAKEN, facts).fetchall()
    if given != PLACES * len(mentors) or any(row != (0, PLACES) for row in taken):
        raise RuntimeError(f"{PLACES} places each: {given} given, (left, held) of each mentor: {taken}")
    return len(pairs) / seconds


def _work_off(connection: psycopg.Connection[Any], waiting: queue.SimpleQueue[Pair], way: Claim) -> int:
    given = 0
    while True:
        try:
            pair = waiting.get_nowait()
        except queue.Empty:
            return given
        connection.execute(
            "SELECT FROM enter_workspace(%s, %s)", (token_of(pair["mentor_person"]), pair["mentor_slug"])
        )
        given += way(connection, pair)
        connection.commit()


def _claim(connection: psycopg.Connection[Any], pair: Pair) -> bool:
    return bool(_value(connection, "SELECT claim_place(%s, %s)", pair))


def _look_and_take(connection: psycopg.Connection[Any], pair: Pair) -> bool:
    if _value(connection, "SELECT bench_look(%s, %s)", pair) < 1:
        return False
    _value(connection, "SELECT bench_take(%s, %s)", pair)
    return True


def _value(connection: psycopg.Connection[Any], statement: str, pair: Pair) -> Any:
    row = connection.execute(statement, (pair["mentee_org"], pair["id"])).fetchone()
    return row[0] if row else None
