"""What the pair's home shows of meetings: one statement, however long the history."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from marketplace.meetings import queries
from marketplace.meetings.agendas import phase
from marketplace.meetings.models import Meeting, MeetingState, Said
from marketplace.mentorships.queries import mentorship_or_404
from tenants.shared.database import db, new_id
from tests.factories import NOW, acting

DAY = timedelta(days=1)


def statements(app, actor, mentorship_id):
    """What the part asks of the database, and what it shows."""
    asked = []
    with acting(app, actor) as viewer:
        pair = mentorship_or_404(viewer, mentorship_id)
        event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        return asked, queries.home(viewer, pair)


def test_one_statement_whatever_the_history(app, pair, plan, mentors, operator):
    plan(NOW + 3 * DAY)
    plan(NOW + 9 * DAY)
    asked, short = statements(app, mentors.mia, pair.id)
    assert len(asked) == 1
    assert (short.next.starts_at, short.unsaid, short.past, short.held) == (NOW + 3 * DAY, None, 0, 0)
    for number in range(1, 61):
        starts_at = NOW - number * DAY
        operator.add(
            Meeting(
                **pair.pair_key,
                id=new_id(),
                uid=f"past-{number}",
                starts_at=starts_at,
                ends_at=starts_at + DAY / 24,
                zone="Europe/Paris",
                state=MeetingState.held if number > 1 else MeetingState.planned,
                mentee_said=Said.held if number > 2 else None,
                set_by_person_id=pair.mentee_person_id,
                made_at=starts_at,
                changed_at=starts_at,
            )
        )
    operator.commit()
    asked, long = statements(app, mentors.mia, pair.id)
    assert len(asked) == 1
    assert long.next.starts_at == NOW + 3 * DAY
    assert long.unsaid.starts_at == NOW - DAY
    assert (long.past, long.held) == (60, 59)


def test_suggestions_follow_the_phase():
    now = datetime(2026, 11, 2, tzinfo=UTC)
    assert phase(0, now, None) == "first"
    assert phase(2, now, now + 90 * DAY) == "early"
    assert phase(3, now, None) == "middle"
    assert phase(7, now, now + 59 * DAY) == "last"


def test_ideas_are_in_the_readers_language(pair, mentors, sign_in):
    assert "Your first meeting" in sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/meetings/new").text
    assert "Votre première rencontre" in sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}/meetings/new").text
