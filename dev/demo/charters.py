"""What the demo's pairs agreed on and how some of them looked back: those that one meets as one of the four."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import Member, World
from marketplace.charters.defaults import default_rules
from marketplace.charters.jobs import keep_charter_paper

YEAR = timedelta(days=365)
CONTACT = {
    "en": "By e-mail, with an answer within three working days. Whoever has to move a meeting says so the day before.",
    "fr": "Par e-mail, avec une réponse sous trois jours ouvrés. Qui doit déplacer une rencontre le dit la veille.",
}
THANKS = {
    "en": "You asked better questions than I asked myself. Thank you for every one of those evenings.",
    "fr": "Vos questions valaient mieux que les miennes. Merci pour chacune de ces soirées.",
}
HELPED = {"en": "That nobody hurried.", "fr": "Que personne ne se presse."}


def play_charters(world: World, rows: Rows) -> None:
    """Agreements of the four's pairs that are older than a week, and look backs on those that ended.

    Of the executive's, a young one waits for her signature, and in an older one her mentee proposes a change.
    """
    executive = world.known["executive mentor"].person_id
    by_person = {member.person_id: member for member in world.members}
    known = {member.person_id for member in world.known.values()}
    for pair in rows.of("mentorship"):
        people = by_person[pair["mentee_person_id"]], by_person[pair["mentor_person_id"]]
        if known & {person.person_id for person in people} and pair["started_at"] < world.days_ago(7):
            hers = people[1].person_id == executive and pair["state"] == "running"
            young = hers and pair["started_at"] > world.days_ago(30)
            _write(world, rows, pair, *people, signers=people[:1] if young else people)
            if hers and not young:
                _propose_change(world, rows, pair, people[0])
            if pair["state"] == "ended":
                _look_back(world, rows, pair, people[0])


def _key(world: World, pair: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    named = ("mentee_person_id", "mentor_person_id")
    return {
        "org_id": pair["org_id"],
        "id": world.ids.at(at),
        "mentorship_id": pair["id"],
        **{name: pair[name] for name in named},
    }


def _write(
    world: World, rows: Rows, pair: Mapping[str, Any], mentee: Member, mentor: Member, *, signers: tuple[Member, ...]
) -> None:
    """The first version, by the mentee; in force once both are among the ``signers``, the mentee first."""
    written = pair["started_at"] + timedelta(hours=20)
    locale = mentee.human.locale
    goal = next(
        row["body"]
        for row in rows.of("request_message")
        if row["request_id"] == pair["request_id"] and row["kind"] == "goal"
    )
    signed = [(member, written + n * timedelta(hours=25)) for n, member in enumerate(signers)]
    words = {"purpose": goal, "contact": CONTACT[locale], "ends_on": (pair["started_at"] + YEAR).date()}
    _version(world, rows, pair, 1, mentee, words, signed, in_force_at=signed[1][1] if mentor in signers else None)


def _propose_change(world: World, rows: Rows, pair: Mapping[str, Any], mentee: Member) -> None:
    """Three months more and another rhythm, signed by the mentee two days ago; the first version stays in force."""
    before = next(row for row in rows.of("mentoring_agreement") if row["mentorship_id"] == pair["id"])
    words = {name: before[name] for name in ("purpose", "contact")} | {"ends_on": before["ends_on"] + YEAR / 4}
    other = "fortnightly" if before["cadence"] == "monthly" else "monthly"
    _version(world, rows, pair, 2, mentee, words, [(mentee, world.days_ago(2))], cadence=other)


def _version(
    world: World,
    rows: Rows,
    pair: Mapping[str, Any],
    number: int,
    author: Member,
    words: Mapping[str, Any],
    signed: Sequence[tuple[Member, datetime]],
    *,
    cadence: str = "",
    in_force_at: datetime | None = None,
) -> None:
    written = signed[0][1]
    key = _key(world, pair, written)
    rows.add(
        "mentoring_agreement",
        **key,
        **words,
        number=number,
        cadence=cadence or pair["cadence"] or "monthly",
        rules_en=default_rules("en"),
        rules_fr=default_rules("fr"),
        rules_of="",
        written_by_person_id=author.person_id,
        written_at=written,
        in_force_at=in_force_at,
        # Nobody is written to about the time before the demo began.
        reminded_at=written if written < world.days_ago(7) else None,
    )
    for person, at in signed:
        rows.add(
            "agreement_signature",
            **_key(world, pair, at),
            agreement_id=key["id"],
            person_id=person.person_id,
            name=person.name,
            locale=person.human.locale,
            signed_at=at,
        )


def _look_back(world: World, rows: Rows, pair: Mapping[str, Any], mentee: Member) -> None:
    at, locale = pair["ended_at"] + timedelta(hours=6), mentee.human.locale
    rows.add(
        "look_back",
        **_key(world, pair, at),
        person_id=mentee.person_id,
        helped=HELPED[locale],
        changed="",
        next_step="",
        thanks=THANKS[locale],
        names_shown="names",
        firms_shown=False,
        updated_at=at,
    )


def charters_to_make(rows: Rows) -> Iterator[dict[str, int]]:
    """The jobs that make the papers."""
    for row in rows.of("mentoring_agreement"):
        if row["in_force_at"] is None:
            continue
        yield {"org_id": row["org_id"], "agreement_id": row["id"]}


__all__ = ["charters_to_make", "keep_charter_paper", "play_charters"]
