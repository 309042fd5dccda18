"""What the two of a pair have of it outside of any workspace: to read and to take along, and nothing to write.

The rows are theirs, whoever employs them: their policies look at the two people of the row, and the context is that of a person
in no workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale
from markupsafe import Markup

from marketplace.charters import queries as charters
from marketplace.charters.models import PairDocument
from marketplace.closing import queries as closing
from marketplace.conversations import queries as conversations
from marketplace.conversations.models import Note, PairFile
from marketplace.conversations.queries import Thread
from marketplace.goals import queries as goals
from marketplace.goals.models import GoalComment, GoalStep
from marketplace.goals.queries import GoalLine
from marketplace.meetings import queries as meetings
from marketplace.meetings.models import Meeting
from marketplace.mentorships.queries import Pair, Party
from tenants.shared.prose import prose_html


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts of a pair's home as one of the two reads them here; steps and comments are by goal."""

    meeting: Meeting | None
    agreement: charters.Version | None
    rules: Markup
    paper: PairDocument | None
    goals: list[GoalLine]
    steps: dict[int, list[GoalStep]]
    comments: dict[int, list[GoalComment]]
    notes: Sequence[Note]
    files: Sequence[PairFile]
    thread: Thread
    closing: closing.Closing
    certificate: PairDocument | None


def kept(reader: Party, pair: Pair, *, before: int | None, now: datetime) -> Kept:
    """Everything but older messages than a page holds: those before the one with the id ``before`` are a page further."""
    locale = str(get_locale())[:2]
    between = meetings.between_pair(pair)
    agreement = charters.standing(reader, pair).in_force
    end = closing.closing(reader, pair)
    return Kept(
        meeting=next(iter(meetings.upcoming(reader, between, now)), None),
        agreement=agreement,
        rules=prose_html(agreement.agreement.rules(locale), below=3) if agreement else Markup(),
        paper=charters.paper_of(reader, pair, agreement.agreement.id, locale) if agreement else None,
        goals=goals.goals_of_pair(reader, pair),
        steps=goals.steps_of_pair(reader, pair),
        comments=goals.comments_of_pair(reader, pair),
        notes=conversations.notes(reader, pair),
        files=conversations.files(reader, pair),
        thread=conversations.thread(reader, pair, before),
        closing=end,
        certificate=charters.paper_of(reader, pair, end.certificate.id, locale) if end.certificate else None,
    )
