"""The rows that the demo loads, collected table by table, and identifiers for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

ORDER = (
    "organisation",
    "person",
    "account",
    "affiliation",
    "assistance",
    "firm_membership",
    "search_firm_admission",
    "agreement",
    "agreement_acceptance",
    "intake_quota",
    "conflict_declaration",
    "personal_block",
    "invitation",
    "people_import",
    "import_row",
    "programme",
    "programme_version",
    "programme_party",
    "programme_loan",
    "cohort",
    "cohort_phase",
    "enrolment",
    "manager_view",
    "board_track",
    "subscription",
    "seat",
    "billing_wish",
    "mentor_profile",
    "card",
    "mentee_profile",
    "saved_mentor",
    "queue_place",
    "mentoring_request",
    "request_message",
    "employer_approval",
    "mentorship",
    "mentorship_pulse",
    "check_in",
    "check_in_answer",
    "mentorship_pause",
    "mentorship_question",
    "mentoring_agreement",
    "agreement_signature",
    "board_dossier",
    "dossier_version",
    "board_mandate",
    "nomination_committee_member",
    "board_card",
    "showing",
    "viewing",
    "dossier_request",
    "introduction",
    "seat_specification",
    "readiness_assessment",
    "readiness_plan",
    "readiness_reading",
    "target_board",
    "mentorship_closure",
    "look_back",
    "goal",
    "goal_step",
    "goal_event",
    "goal_comment",
    "pair_message",
    "message_mark",
    "shared_note",
    "note_version",
    "pair_file",
    "meeting_hours",
    "meeting",
    "event",
    "event_guest",
    "training_module",
    "training_progress",
    "match_run",
    "match_proposal",
    "match_leftover",
    "cohort_proposal",
    "proposal_statement",
    "firm_consent",
    "cohort_wish",
    "circle",
    "circle_member",
    "circle_meeting",
    "circle_note",
    "concern",
    "notice",
    "letter",
    "activity",
    "activity_name",
    "profile_view",
    "journal_key",
    "journal_entry",
    "letter_choice",
    "letter_hours",
    "equity_answer",
    "questionnaire_version",
    "questionnaire_round",
    "round_invitation",
    "round_box",
    "cohort_lesson",
)
"""Tables in an order that no foreign key minds."""


class Ids:
    """Identifiers as the product makes them (milliseconds, then 22 bits), though never by chance and never twice."""

    def __init__(self, seed: int) -> None:
        self._next = Random(f"{seed} ids").getrandbits(21)

    def at(self, moment: datetime) -> int:
        """An identifier of something that came to be at ``moment``."""
        self._next = (self._next + 1) & 0x3FFFFF
        return int(moment.timestamp() * 1000) << 22 | self._next


class Rows:
    """Rows by table. Every row of a table has the same columns."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = {table: [] for table in ORDER}

    def add(self, table: str, **row: Any) -> None:
        """One more row; raises ValueError when its columns are not those of the first."""
        rows = self._rows[table]
        if rows and list(row) != list(rows[0]):
            raise ValueError(f"{table}: {', '.join(row)} instead of {', '.join(rows[0])}")
        rows.append(row)

    def change(self, table: str, row_id: int, **values: Any) -> None:
        """Other values for the row with this id; raises KeyError when there is none or a column is not its own."""
        rows = self._rows[table]
        place = next((place for place, row in enumerate(rows) if row["id"] == row_id), None)
        if place is None or not values.keys() <= rows[place].keys():
            raise KeyError(f"{table}: {row_id}")
        rows[place] = {**rows[place], **values}

    def of(self, table: str) -> Sequence[Mapping[str, Any]]:
        """The rows of one table so far."""
        return self._rows[table]

    def tables(self) -> Iterator[tuple[str, Sequence[str], Iterator[tuple[Any, ...]]]]:
        """(table, its columns, its rows as tuples) for each table that has any, parents first."""
        for table in ORDER:
            rows = self._rows[table]
            if rows:
                yield table, tuple(rows[0]), (tuple(row.values()) for row in rows)
