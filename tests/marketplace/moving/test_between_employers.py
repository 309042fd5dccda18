"""Between two employers a person reads all of their pair, writes nothing, and nobody else reads any of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.charters.models import PairDocument
from marketplace.conversations.models import Message, Note, PairFile
from marketplace.goals.models import Goal, GoalComment, GoalStep
from marketplace.meetings.models import Meeting, MeetingState
from marketplace.mentorships.models import Mentorship
from tenants.accounts.models import Person
from tenants.shared import clock
from tenants.shared.database import new_id
from tests.marketplace.charters.conftest import version

WORDS = (
    "What I dare not ask at work",
    "Two plants, one budget",
    "By the spring",
    "Very good question",
    "The other plant",
)


@pytest.fixture
def written(pair, mentors, sign_in, operator, work):
    """A pair with an agreement in force, a meeting ahead, and something in every part."""
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    mia.post(f"/acme/mentorships/{pair.id}/agreement/versions", data=version(0, "Mia Acme"))
    maxs.post(
        f"/globex/mentorships/{pair.id}/agreement/signature",
        data={"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"},
    )
    work()
    operator.rollback()
    operator.execute(sa.update(Person).values(locale="en"))
    now, key, goal = clock.now(), pair.pair_key, new_id()
    author = {"author_person_id": mentors.mia.person_id}
    operator.add(Message(**key, **author, body=WORDS[0], created_at=now))
    operator.add(Note(**key, **author, title="Plan", body=WORDS[1], version=1, created_at=now, updated_at=now))
    operator.add(PairFile(**key, **author, name="plan.txt", kind="txt", size=5, content=b"plan!", created_at=now))
    operator.add(Goal(**key, id=goal, title=WORDS[2], success="", place=0, due_on=date(2030, 5, 1), created_at=now))
    start = now + timedelta(days=3)
    operator.add(
        Meeting(**key, uid="m", starts_at=start, ends_at=start + timedelta(hours=1), zone="UTC", place=WORDS[4],
                state=MeetingState.planned, set_by_person_id=mentors.mia.person_id, made_at=now, changed_at=now)
    )  # fmt: skip
    operator.flush()
    operator.add(GoalStep(**key, goal_id=goal, words="Ask for the figures"))
    operator.add(
        GoalComment(**key, goal_id=goal, author_person_id=mentors.max.person_id, body=WORDS[3], created_at=now)
    )
    operator.commit()
    return pair


def test_between_employers_everything_is_there_to_read_and_to_take_along(
    written, mentors, sign_in, operator, work, anonymous
):
    home = f"/workspaces/mentorships/{written.id}"
    operator.rollback()
    file_id = operator.scalars(sa.select(PairFile.id)).one()
    paper_id = operator.scalars(sa.select(PairDocument.id).where(PairDocument.locale == "en").limit(1)).first()
    paper_id = paper_id or operator.scalars(sa.select(PairDocument.id).limit(1)).one()
    parts = (f"{home}/files/{file_id}", f"{home}/papers/agreement/{paper_id}")
    maxs, mia = sign_in(mentors.max), sign_in(mentors.mia)
    # While a workspace shows the pair, its own doors (a second factor, say) are the way to it.
    assert WORDS[0] not in maxs.get(home).text
    assert f"/globex/mentorships/{written.id}" in maxs.get(home).text
    assert [maxs.get(path).status_code for path in parts] == [404, 404]

    assert maxs.post("/globex/leaving/", data={"on": clock.today().isoformat()}).status_code == 303
    work()
    page = maxs.get(home)
    assert page.status_code == 200
    for words in (*WORDS, "take over two plants", "Ask for the figures", "plan.txt", "Between two employers"):
        assert words in page.text, words
    assert maxs.get(parts[0]).data == b"plan!"
    assert maxs.get(parts[1]).data.startswith(b"%PDF")
    assert maxs.get(f"{home}/papers/journal/{paper_id}").status_code == 404

    # Hers is in her workspace; nobody else has it anywhere.
    assert WORDS[0] not in mia.get(home).text
    for actor in (mentors.gil, mentors.ann, mentors.abe, mentors.ned):
        assert [sign_in(actor).get(path).status_code for path in (home, *parts)] == [404, 404, 404], actor.name
    assert anonymous.get(home).status_code == 303
    assert maxs.get(f"/acme/mentorships/{written.id}").status_code == 404

    # It ended meanwhile: still theirs, until the words go.
    operator.rollback()
    operator.execute(
        sa.update(Mentorship).where(Mentorship.id == written.id).values(state="ended", ended_at=clock.now())
    )
    operator.commit()
    page = maxs.get(home).text
    assert WORDS[0] in page
    assert "What you two wrote is kept until" in page
