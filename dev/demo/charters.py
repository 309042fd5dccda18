"""What the demo's pairs agreed on and how some of them looked back: those that one meets as one of the four."""

from collections.abc import Iterator, Mapping
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
    """Agreements of the four's pairs that are older than a week, and look backs on those that ended."""
    by_person = {member.person_id: member for member in world.members}
    known = {member.person_id for member in world.known.values()}
    for pair in rows.of("mentorship"):
        people = by_person[pair["mentee_person_id"]], by_person[pair["mentor_person_id"]]
        if known & {person.person_id for person in people} and pair["started_at"] < world.days_ago(7):
            _sign(world, rows, pair, *people)
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


def _sign(world: World, rows: Rows, pair: Mapping[str, Any], mentee: Member, mentor: Member) -> None:
    written, signed = pair["started_at"] + timedelta(hours=20), pair["started_at"] + timedelta(hours=45)
    locale = mentee.human.locale
    goal = next(
        row["body"]
        for row in rows.of("request_message")
        if row["request_id"] == pair["request_id"] and row["kind"] == "goal"
    )
    key = _key(world, pair, written)
    rows.add(
        "mentoring_agreement",
        **key,
        number=1,
        purpose=goal,
        contact=CONTACT[locale],
        cadence=pair["cadence"] or "monthly",
        ends_on=(pair["started_at"] + YEAR).date(),
        rules_en=default_rules("en"),
        rules_fr=default_rules("fr"),
        rules_of="",
        written_by_person_id=mentee.person_id,
        written_at=written,
        in_force_at=signed,
    )
    for person, at in ((mentee, written), (mentor, signed)):
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
        yield {"org_id": row["org_id"], "agreement_id": row["id"]}


__all__ = ["charters_to_make", "keep_charter_paper", "play_charters"]
