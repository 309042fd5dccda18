"""The only reads of the directory. The viewer comes first, and every query says itself whom the viewer may see.

The database says it as well (``migrations/versions/0004_directory.py``): neither relies on the other. Statements are
written out, because this is the page that everybody opens and an ORM would cost it more than the database does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from flask import abort, current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from psycopg.rows import namedtuple_row, tuple_row

from marketplace.directory.forms import GROUPS, Search
from marketplace.directory.ranking import Candidate, Interests, Ranked, put_in_order
from marketplace.directory.words import IN_PERSON, REMOTE, any_of, meanings, place_key, typed_words
from tenants.current import Acting
from tenants.shared.database import GREATEST_ID, db
from tenants.shared.errors import Refused

MOST_CANDIDATES = 300
PAGE_SIZE = 24
DAY = 86_400

Mentor = Any
"""One card of the directory: a named tuple of the columns below."""

COLUMNS = """
    d.org_id, d.mentor_id, d.person_id, d.room, d.capacity, d.name, d.firm, d.title, d.headline, d.skills, d.own_words,
    d.languages, d.function, d.industries, d.seniority, d.forms, d.place, d.remote, d.in_person, d.cadence,
    d.board_mandates, d.time_zone, d.photo, d.published_at, d.active_at
"""

WALL = """
    d.aud && %(audiences)s::integer[] AND NOT d.org_id = ANY (%(hidden)s::integer[])
    AND NOT d.person_id = ANY (%(blocked)s::bigint[])
    AND (d.org_id <> %(own)s OR %(own)s = ANY (d.aud))
"""

ONE = f"SELECT {COLUMNS}, d.story_html FROM directory d WHERE d.mentor_id = %(id)s AND {WALL}"  # noqa: S608
SOME = """
    SELECT * FROM directory_cards(%(ids)s::bigint[], %(audiences)s::integer[], %(hidden)s::integer[], %(blocked)s::bigint[],
                                  %(own)s::integer)
"""
"""The same columns and the same conditions, in a function that keeps its plan (``migrations/versions/0010_the_lists.py``)."""

CANDIDATES = """
    SELECT c.org_id, c.mentor_id, c.score, c.room, (extract(epoch FROM c.active_at) / 86400)::integer AS day, c.rank,
           ' ' || c.facets || ' ' AS facets, {part} AS part
    FROM directory_candidates(%(match_{part})s::tsquery, {rank}::tsquery, %(audiences)s::integer[],
                              %(hidden)s::integer[], %(blocked)s::bigint[], %(full)s, %(most)s) c
    WHERE c.org_id = %(own)s OR NOT %(own_only)s
"""


class StrangeCursor(Refused):
    """The address asks for a page that this product never offered (400)."""

    status = 400


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search. ``total`` and the counts speak of the candidates, at most ``MOST_CANDIDATES``: ``capped``
    says that there are more. ``counts`` maps a filter's token to how many would be shown with it.
    """

    mentors: Sequence[Mentor]
    interests: Interests
    total: int
    firms: int
    capped: bool
    counts: Mapping[str, int]
    places: Mapping[str, str]
    first: int
    before: str | None
    after: str | None


def sight(viewer: Acting) -> dict[str, Any]:
    """Whom the viewer may see, as the parameters of ``WALL``."""
    return {
        "audiences": list(viewer.audiences),
        "hidden": sorted(viewer.hidden),
        "blocked": [*sorted(viewer.blocked), viewer.person_id],
        "own": viewer.org_id,
    }


def execute(statement: str, parameters: Mapping[str, Any], *, named: bool = True) -> psycopg.Cursor[Any]:
    """Run a statement inside the viewer's transaction, past the layers above the driver; rows with names, or bare tuples."""
    driver: psycopg.Connection[Any] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver.cursor(row_factory=namedtuple_row if named else tuple_row).execute(statement, parameters)


# --- one mentor, some mentors -----------------------------------------------------------------------------------------


def mentor_or_404(viewer: Acting, mentor_id: int) -> Mentor:
    """The mentor's public page, with ``story_html``. Hidden, unpublished and never existed are the same 404."""
    if mentor_id > GREATEST_ID:
        abort(404)
    row = execute(ONE, sight(viewer) | {"id": mentor_id}).fetchone()
    if row is None:
        abort(404)
    return row


def visible_mentors(viewer: Acting, mentor_ids: Iterable[int]) -> list[Mentor]:
    """Those of the mentors named that the viewer may see, in the order given."""
    wanted = list(mentor_ids)
    if not wanted:
        return []
    rows = execute(SOME, sight(viewer) | {"ids": wanted}).fetchall()
    found = {row.mentor_id: row for row in rows}
    return [found[mentor_id] for mentor_id in wanted if mentor_id in found]


def similar_mentors(viewer: Acting, mentor: Mentor | None = None, limit: int = 3) -> list[Mentor]:
    """Up to ``limit`` other mentors with room, in other firms, most like ``mentor`` first.

    Without a mentor (gone, or hidden by now) the viewer's own goals say what is alike.
    """
    interests = interests_of(viewer)
    if mentor is not None:
        likeness = Interests(tuple(mentor.skills), mentor.function, interests.languages)
        tokens = [f"s:{skill}" for skill in mentor.skills] + [f"f:{mentor.function}"] * bool(mentor.function)
    else:
        likeness = interests
        tokens = [f"s:{goal}" for goal in interests.goals]
    match = any_of(tokens) if tokens else None
    parts = _candidates(viewer, [match], None, Search())
    other = [candidate for candidate in parts[0] if mentor is None or candidate[1] != mentor.mentor_id]
    best = put_in_order(other, likeness, today=0, words=False)[:limit]
    return visible_mentors(viewer, [mentor_id for _rank, mentor_id, _firm in best])


def interests_of(viewer: Acting) -> Interests:
    """What the viewer looks for, and whom they saved."""
    (row,) = execute(
        "SELECT * FROM directory_interests(%(org)s::integer, %(person)s::bigint, %(affiliation)s::bigint)",
        {"org": viewer.org_id, "person": viewer.person_id, "affiliation": viewer.affiliation_id},
    ).fetchall()
    return Interests(
        tuple(row.goals or ()), row.function, tuple(row.languages or ()), row.place or "", frozenset(row.saved)
    )


def saved_mentors(viewer: Acting) -> list[Mentor]:
    """The viewer's shortlist, latest first; those who cannot be seen any more are not in it."""
    rows = execute(
        "SELECT mentor_id FROM saved_mentor WHERE org_id = %(org)s AND person_id = %(person)s "
        "ORDER BY created_at DESC, mentor_id LIMIT 200",
        {"org": viewer.org_id, "person": viewer.person_id},
    ).fetchall()
    return visible_mentors(viewer, [row.mentor_id for row in rows])


def waits_for(viewer: Acting, mentor: Mentor) -> bool:
    """Whether the viewer has a place in the mentor's queue."""
    found = execute(
        "SELECT 1 FROM queue_place WHERE org_id = %(org)s AND person_id = %(person)s "
        "AND mentor_org_id = %(mentor_org)s AND mentor_id = %(mentor)s",
        {
            "org": viewer.org_id,
            "person": viewer.person_id,
            "mentor_org": mentor.org_id,
            "mentor": mentor.mentor_id,
        },
    )
    return found.fetchone() is not None


# --- the search -------------------------------------------------------------------------------------------------------


def search_mentors(viewer: Acting, search: Search, *, today: int, cursor: str | None = None) -> Results:
    """One page of those the viewer may see, best first. ``today`` in days since 1970.

    Three statements. Raises ``StrangeCursor`` for a cursor that this product did not make for this search.
    """
    place = _read_cursor(cursor, search) if cursor else None
    interests = interests_of(viewer)
    groups = list(search.filters)
    matches = [_match(search), *(_match(search.without(name)) for name in groups)]
    parts = _candidates(viewer, matches, _rank_query(search.words), search)
    day = place.day if place else today
    ordered = put_in_order(parts[0], interests, today=day, words=bool(search.words))
    start = _start(ordered, place)
    shown = ordered[start : start + PAGE_SIZE]
    counts, places = _counts(parts, groups)
    return Results(
        mentors=visible_mentors(viewer, [mentor_id for _rank, mentor_id, _firm in shown]),
        interests=interests,
        total=len(ordered),
        firms=len({firm for _rank, _mentor_id, firm in ordered}),
        capped=len(ordered) >= MOST_CANDIDATES,
        counts=counts,
        places=places,
        first=start,
        before=_cursor(search, day, shown[0], "before") if shown and start > 0 else None,
        after=_cursor(search, day, shown[-1], "after") if start + PAGE_SIZE < len(ordered) else None,
    )


def looser_searches(viewer: Acting, search: Search) -> list[tuple[str, str | None, int]]:
    """For a search that finds nobody: which one thing to take off, and how many that would find, most first.

    (group, value, number found); value is None for the words, and for mentors without room (``full``: to be added).
    """
    loosened: list[tuple[str, str | None, Search]] = [
        (name, value, search.without(name, value)) for name, values in search.chosen for value in values
    ]
    if search.words:
        loosened.append(("q", None, search.without("q")))
    if not search.full:
        loosened.append(("full", None, search))
    if not loosened:
        return []
    found = []
    for full in (False, True):
        wanted = [item for item in loosened if (item[0] == "full") is full]
        if wanted:
            use = Search(own=search.own, full=full or search.full)
            parts = _candidates(viewer, [_match(item[2]) for item in wanted], None, use)
            found += [
                (name, value, len(part)) for (name, value, _search), part in zip(wanted, parts, strict=True) if part
            ]
    return sorted(found, key=lambda item: -item[2])


def _candidates(
    viewer: Acting, matches: Sequence[str | None], rank: str | None, search: Search
) -> list[list[Candidate]]:
    """The best candidates of each match by stored score, the first with their text rank; one statement for all."""
    parameters = sight(viewer) | {"rank": rank, "full": search.full, "most": MOST_CANDIDATES, "own_only": search.own}
    if search.own:
        parameters["audiences"] = [own for own in parameters["audiences"] if own == parameters["own"]]
    else:
        parameters["hidden"] = [*parameters["hidden"], parameters["own"]]
    parameters |= {f"match_{part}": match for part, match in enumerate(matches)}
    parts: list[list[Candidate]] = [[] for _ in matches]
    for row in execute(_candidates_statement(len(matches)), parameters, named=False).fetchall():
        parts[row[-1]].append(row[:-1])
    return parts


@lru_cache(maxsize=64)
def _candidates_statement(parts: int) -> str:
    return " UNION ALL ".join(
        CANDIDATES.format(part=part, rank="%(rank)s" if part == 0 else "NULL") for part in range(parts)
    )


def _match(search: Search) -> str | None:
    """The tsquery that a card must satisfy; None for everybody. Every word counts, the last may be unfinished."""
    typed = typed_words(search.words)
    clauses = []
    for word in typed:
        exact, further = meanings(word, unfinished=word == typed[-1])
        clauses.append(any_of((*exact, *further)))
    clauses += [any_of(tokens) for _group, tokens in search.tokens()]
    return "&".join(clauses) or None


def _rank_query(text: str) -> str | None:
    """The tsquery that text rank adds up over: alternatives, since the rank of a conjunction measures distance.

    Names with a typo are found and not ranked by it: the twenty keys of a long word cost more than all else.
    """
    typed = typed_words(text)
    lexemes = dict.fromkeys(lexeme for word in typed for lexeme in meanings(word, unfinished=word == typed[-1])[0])
    return any_of(lexemes) if lexemes else None


def _counts(parts: Sequence[Sequence[Candidate]], groups: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """How many each filter would show; a group in use is counted as if it were not. Also how places are spelt."""
    tallies = [Counter("".join([candidate[6] for candidate in part]).split()) for part in parts]
    counts: dict[str, int] = {}
    places: dict[str, str] = {}
    for name, kind in GROUPS.items():
        tally = tallies[groups.index(name) + 1] if name in groups else tallies[0]
        for token, number in tally.items():
            if token[0] != kind:
                continue
            if kind == "w":
                spelt = token[2:].replace("_", " ")
                key = token[2:] if token in (REMOTE, IN_PERSON) else place_key(spelt)
                places.setdefault(key, spelt)
                token = f"w:{key}"
            counts[token] = counts.get(token, 0) + number
    return counts, places


# --- the place in the list --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins or ends: the rank and id of the mentor next to it, on the day the list was first shown."""

    day: int
    rank: int
    mentor_id: int
    side: str


def _start(ordered: Sequence[Ranked], place: Place | None) -> int:
    if place is None:
        return 0
    key = (-place.rank, place.mentor_id)
    if place.side == "after":
        return sum(candidate[:2] <= key for candidate in ordered)
    return max(sum(candidate[:2] < key for candidate in ordered) - PAGE_SIZE, 0)


def _signer(search: Search) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"directory {search.query_string()}")


def _cursor(search: Search, day: int, candidate: Ranked, side: str) -> str:
    text = _signer(search).dumps([day, -candidate[0], candidate[1], side])
    return text if isinstance(text, str) else text.decode()


def _read_cursor(cursor: str, search: Search) -> Place:
    try:
        return Place(*_signer(search).loads(cursor))
    except (BadSignature, TypeError) as error:
        sentence = _("This page of results does not exist. The search itself is kept: start again from its first page.")
        raise StrangeCursor(sentence, way_back=f"?{search.query_string()}") from error
