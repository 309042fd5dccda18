"""What the committee's page shows of everybody: both lists, a page at a time, and what stands beside a name.

As long as nobody is chosen and no word is looked for, nothing is weighed: the lists are counted and cut from the least there is
to know of each, and the whole is read of those on the page alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.pairing.candidates import (
    Candidate,
    Candidates,
    Place,
    Standing,
    Taken,
    candidates_of,
    people_of,
    places_of,
    standings,
    taken_by,
    wishes_of,
)
from marketplace.pairing.lists import PAGE, Asked, Lists, Page, lists_of, page_of
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort
from tenants.current import Acting


@dataclass(frozen=True, slots=True)
class Overview:
    """``waiting``: how many look for a pair; ``room``: how many mentors may be paired. ``wishes``: (rank, name) by enrolment.

    ``wished``: by mentor's enrolment, the rank at which whoever is chosen wishes for them.
    """

    lists: Lists
    pairs: Sequence[Standing]
    taken: Taken
    wishes: Mapping[int, Sequence[tuple[int, str]]]
    wished: Mapping[int, int]
    waiting: int
    room: int


def overview_of(viewer: Acting, cohort: Cohort, asked: Asked) -> Overview:
    """Five statements at most."""
    if asked.words or asked.mentee is not None:
        return _weighed(candidates_of(viewer, cohort), asked)
    pairs, places = standings(cohort), places_of(viewer, cohort)
    taken = taken_by(pairs, cohort.form)
    mentees = [one for one in places if one.side is not Side.mentor]
    waiting = [one for one in mentees if not taken.has(one)]
    mentors = [one for one in places if one.side is not Side.mentee and taken.left(one) and not taken.has(one)]
    cut = (
        page_of(mentees if asked.everybody else waiting, asked.mentees_after, PAGE),
        page_of(mentors, asked.mentors_after, PAGE, keep=asked.mentor),
    )
    shown = {one.enrolment_id for page in cut for one in page.rows}
    people = {one.enrolment_id: one for one in people_of(viewer, cohort, shown)}
    wishes: dict[int, list[tuple[int, str]]] = {}
    for whose, _other, name, rank in sorted(wishes_of(viewer, cohort, shown), key=lambda one: one[3]):
        wishes.setdefault(whose, []).append((rank, name))
    lists = Lists(_whole(cut[0], people), _whole(cut[1], people), {}, None)
    return Overview(lists, pairs, taken, wishes, {}, len(waiting), len(mentors))


def _whole(page: Page[Place], people: Mapping[int, Candidate]) -> Page[Candidate]:
    return Page(
        tuple(people[one.enrolment_id] for one in page.rows if one.enrolment_id in people), page.total, page.after
    )


def _weighed(there: Candidates, asked: Asked) -> Overview:
    lists = lists_of(there, asked)
    names = {one.enrolment_id: one.name for one in (*there.mentees, *there.mentors)}
    wishes: dict[int, list[tuple[int, str]]] = {}
    for (whose, other), rank in sorted(there.wishes.items(), key=lambda one: one[1]):
        if other in names:
            wishes.setdefault(whose, []).append((rank, names[other]))
    chosen = lists.chosen
    wished = {other: rank for (whose, other), rank in there.wishes.items() if chosen and whose == chosen.enrolment_id}
    return Overview(lists, there.pairs, there.taken, wishes, wished, len(there.without_pair()), len(there.with_room()))
