"""Two at the same moment, on real connections: one wins, the other is told."""

import threading
from datetime import UTC, datetime

from marketplace.meetings import commands, queries
from marketplace.meetings.models import MeetingState
from marketplace.mentorships.queries import mentorship_or_404
from tenants.shared.errors import Refused
from tests.factories import NOW, acting
from tests.marketplace.meetings.conftest import the_meeting
from tests.marketplace.requests.conftest import letters

FIRST = datetime(2026, 11, 3, 22, tzinfo=UTC)


def both_at_once(app, *turns):
    """Each turn (actor, function of the viewer) on a thread and a connection of its own; what each came to, in order."""
    gate, came = threading.Barrier(len(turns)), {}

    def run(number, actor, act):
        with acting(app, actor) as viewer:
            gate.wait()
            try:
                came[number] = act(viewer) or "done"
            except Refused as refusal:
                came[number] = refusal

    threads = [threading.Thread(target=run, args=(number, *turn)) for number, turn in enumerate(turns)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[number] for number in range(len(turns))]


def test_two_mentees_pick_the_same_time_of_a_mentor(app, pair, hours, ask, step, mentors, operator, work):
    other = ask(mentors.pam, mentors.max)
    step(mentors.max, "accept_request", other, words="", contact="")
    second = step(mentors.pam, "confirm_request", other, contact="").id

    def pick(mentorship_id):
        def act(viewer):
            between = queries.between_pair(mentorship_or_404(viewer, mentorship_id))
            choice = commands.Choice(FIRST, 45, "America/Toronto", offered=True)
            commands.plan_meeting(acting=viewer, between=between, choice=choice, details=commands.Details(), now=NOW)

        return act

    came = both_at_once(app, (mentors.mia, pick(pair.id)), (mentors.pam, pick(second)))
    assert sorted(type(one).__name__ for one in came) == ["Taken", "str"]
    the_meeting(operator)
    work()
    assert len(letters(operator, "meeting_planned")) == 2


def test_moved_and_called_off_at_the_same_moment(app, pair, plan, mentors, operator, work):
    meeting_id = plan(datetime(2026, 12, 1, 9, tzinfo=UTC))
    work()

    def move(viewer):
        meeting, between = queries.meeting_or_404(viewer, meeting_id)
        choice = commands.Choice(datetime(2026, 12, 2, 9, tzinfo=UTC), 60, "Europe/Paris", offered=False)
        commands.move_meeting(acting=viewer, between=between, meeting=meeting, choice=choice, sequence=0, now=NOW)

    def cancel(viewer):
        meeting, between = queries.meeting_or_404(viewer, meeting_id)
        commands.cancel_meeting(acting=viewer, between=between, meeting=meeting, now=NOW)

    moved, cancelled = both_at_once(app, (mentors.mia, move), (mentors.max, cancel))
    meeting = the_meeting(operator)
    # Calling off also stands after a move: whoever wants it off is right at any time.
    assert cancelled == "done" and meeting.state is MeetingState.cancelled
    assert (moved, meeting.sequence) in (("done", 2),) or (isinstance(moved, Refused) and meeting.sequence == 1)
    work()
    assert len(letters(operator, "meeting_cancelled")) == 2
    assert not letters(operator, "meeting_moved")
