"""Nominations by spreadsheet: one column with addresses, one with sides; what is wrong is said by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.enrolments.eligibility import Profile, obstacles, profile_of
from marketplace.enrolments.queries import known_people
from marketplace.programmes.modalities import Modalities, Side
from marketplace.programmes.words import side_word, side_words
from marketplace.vocabulary import fold
from tenants.current import Acting
from tenants.spreadsheets.reading import Sheet, unpack

MOST = 500
"""People in one file: each gets a letter."""

ADDRESS_COLUMNS = frozenset(
    {
        "e-mail",
        "email",
        "mail",
        "e-mail address",
        "email address",
        "address",
        "adresse",
        "courriel",
        "adresse e-mail",
        "adresse électronique",
    }
)
SIDE_COLUMNS = frozenset({"side", "role", "as", "côté", "cote", "rôle", "en tant que"})
SIDES = {
    "mentor": Side.mentor,
    "mentors": Side.mentor,
    "mentore": Side.mentor,
    "mentee": Side.mentee,
    "mentees": Side.mentee,
    "mentoré": Side.mentee,
    "mentorée": Side.mentee,
    "student": Side.mentee,
    "étudiant": Side.mentee,
    "étudiante": Side.mentee,
    "peer": Side.peer,
    "pair": Side.peer,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell; ``row`` as a spreadsheet counts, ``column`` by its heading."""

    row: int
    column: str
    sentence: str


def _place(header: Sequence[str], names: frozenset[str]) -> int | None:
    folded = {fold(name) for name in names}
    return next((place for place, cell in enumerate(header) if fold(cell) in folded), None)


def read_nominations(
    viewer: Acting, modalities: Modalities, sheet: Sheet
) -> tuple[list[tuple[Profile, Side]], list[Fault]]:
    """Whom the file nominates, as which side; and everything that is wrong with it. Nobody is nominated where anything is."""
    faults: list[Fault] = []
    address_at, side_at = _place(sheet.header, ADDRESS_COLUMNS), _place(sheet.header, SIDE_COLUMNS)
    sides, called = modalities.sides, _sides_in_words(modalities)
    if address_at is None:
        return [], [Fault(1, "", _("There is no column “E-mail”. Give the column with the addresses this heading."))]
    if side_at is None and len(sides) > 1:
        return [], [Fault(1, "", _("There is no column “Side”. Add one that says mentor or mentee for each person."))]
    if sheet.rows > MOST:
        return [], [
            Fault(1, "", _("The file has %(rows)s rows. At most %(most)s go at once.", rows=sheet.rows, most=MOST))
        ]
    rows = [(number, [*cells, *[""] * len(sheet.header)]) for number, cells in unpack(sheet.body)]
    known = known_people(viewer, [cells[address_at].strip() for _number, cells in rows])
    seen: dict[tuple[int, Side], int] = {}
    found: list[tuple[Profile, Side]] = []
    heading = sheet.header[address_at]
    for number, cells in rows:
        address = cells[address_at].strip()
        side = sides[0] if side_at is None else called.get(fold(cells[side_at]))
        if side is None or side not in sides:
            faults.append(
                Fault(
                    number, sheet.header[side_at or 0], _("“%(word)s” is no side here.", word=cells[side_at or 0][:40])
                )
            )
        person_id = known.get(address.lower())
        profile = profile_of(viewer.org_id, person_id) if person_id else None
        if profile is None:
            sentence = (
                _("Nobody in your organisation has the address %(address)s. Invite them first.", address=address[:80])
                if address
                else _("The address is missing.")
            )
            faults.append(Fault(number, heading, sentence))
            continue
        if side is None or side not in sides:
            continue
        if (earlier := seen.get((profile.person_id, side))) is not None:
            faults.append(Fault(number, heading, _("The same person as in row %(row)s.", row=earlier)))
            continue
        seen[profile.person_id, side] = number
        faults += [Fault(number, heading, sentence) for sentence in obstacles(modalities, side, profile)]
        found.append((profile, side))
    return found, faults


def _sides_in_words(modalities: Modalities) -> dict[str, Side]:
    """Every word for a side, folded: the usual ones, and what the pages call the sides of the form in either language."""
    words = dict(SIDES)
    for locale in ("en", "fr"):
        with force_locale(locale):
            words |= {
                said(side, modalities.form): side for side in modalities.sides for said in (side_word, side_words)
            }
    return {fold(word): side for word, side in words.items()}
