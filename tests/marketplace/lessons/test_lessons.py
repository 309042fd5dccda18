"""Closing reviews: who writes, what the committee may, and how a lesson reaches the next cohort's sheet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from marketplace.committee.models import CommitteeMember
from marketplace.lessons.models import CohortLesson, LessonKind
from marketplace.programmes.models import Cohort, CohortState, Programme
from tenants.shared.models import Activity
from tests.factories import make_cohort, make_programme

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LONGER = {"kind": "changed", "words": "Most pairs were only warming up.", "proposes": "y", "number": "15"}


@pytest.fixture
def cohort(operator, cast):
    """Bridge runs it for Acme and Globex; a mentorship lasts twelve months."""
    made = make_cohort(operator, make_programme(operator, cast.ned, cast.mia, cast.max))
    operator.commit()
    return made


@pytest.fixture
def at(cohort):
    return lambda actor, path="": f"/{actor.slug}/cohorts/{cohort.id}/lessons{path}"


def test_a_lesson_goes_into_the_next_sheet_by_a_click_and_never_by_itself(at, cast, cohort, operator, sign_in):
    ned = sign_in(cast.ned)
    ned.set_cookie("language", "en")
    assert "In this cohort: 12" in ned.get(at(cast.ned, "/new/months")).text
    assert ned.post(at(cast.ned, "/new/months/lesson"), data=LONGER | {"number": "99"}).status_code == 422
    assert ned.post(at(cast.ned, "/new/months/lesson"), data=LONGER | {"words": ""}).status_code == 422
    assert ned.post(at(cast.ned, "/new/months/lesson"), data=LONGER).status_code == 303
    lesson = operator.scalars(sa.select(CohortLesson)).one()
    assert (lesson.kind, lesson.next_time, lesson.of_committee) == (LessonKind.changed, {"value": 15}, False)
    log = operator.scalars(sa.select(Activity).where(Activity.verb == "lesson.written")).one()
    assert "warming" not in str(log.data)
    design = f"/bridge/programmes/{cohort.programme_id}/design"
    page = ned.get(design).text
    assert "Changed last time because: Most pairs were only warming up." in page
    assert f"lesson={lesson.id}" in page
    taken = ned.get(f"{design}?lesson={lesson.id}").text
    assert "In the sheet now: 15. Save to keep it." in taken and 'value="15"' in taken
    operator.expire_all()
    assert operator.get(Programme, (cohort.org_id, cohort.programme_id)).modalities.months == 12
    for stray in ("0", "x", "9" * 30, str(lesson.id + 1)):
        assert "In the sheet now" not in ned.get(f"{design}?lesson={stray}").text
    gone = ned.post(at(cast.ned, f"/{lesson.id}/removal"))
    assert gone.status_code == 303
    assert "Changed last time" not in ned.get(design).text


def test_what_would_not_hold_together_is_not_put_in(at, cast, cohort, operator, sign_in):
    """A lesson whose value the sheet would refuse changes nothing of it."""
    ned = sign_in(cast.ned)
    ned.post(at(cast.ned, "/new/months/lesson"), data=LONGER)
    operator.execute(sa.update(CohortLesson).values(next_time={"value": 99}))
    operator.commit()
    lesson = operator.scalars(sa.select(CohortLesson)).one()
    page = ned.get(f"/bridge/programmes/{cohort.programme_id}/design?lesson={lesson.id}")
    assert page.status_code == 200 and "In the sheet now" not in page.text


def test_the_committee_writes_while_the_cohort_is_open_and_its_words_are_its_own(at, cast, cohort, operator, sign_in):
    """Ann is appointed: reads the review, writes and changes what is hers, and no more once the cohort closes."""
    ned, member = sign_in(cast.ned), sign_in(cast.ann)
    assert member.get(at(cast.ann)).status_code == 404
    operator.add(
        CommitteeMember(
            org_id=cohort.org_id,
            cohort_id=cohort.id,
            person_id=cast.ann.person_id,
            cohort_org_id=cohort.org_id,
            firm_id=cast.ann.org_id,
            affiliation_id=cast.ann.affiliation_id,
            appointed_by_id=cast.ned.person_id,
            appointed_at=NOW,
        )
    )
    operator.commit()
    ned.post(at(cast.ned, "/new/events/lesson"), data={"kind": "kept", "words": "The launch in one room."})
    neds = operator.scalars(sa.select(CohortLesson)).one()
    assert "The launch in one room." in member.get(at(cast.ann)).text
    assert (
        member.post(at(cast.ann, "/new/cadence/lesson"), data={"kind": "stopped", "words": "Too often."}).status_code
        == 303
    )
    own = operator.scalars(sa.select(CohortLesson).where(CohortLesson.author_person_id == cast.ann.person_id)).one()
    assert own.of_committee and own.org_id == cohort.org_id
    for path in (f"/{neds.id}/removal", f"/{neds.id}/words"):
        assert member.post(at(cast.ann, path), data=LONGER).status_code == 404
    changed = {"kind": "changed", "words": "Every six weeks.", "choice": "monthly", "proposes": "y"}
    assert member.post(at(cast.ann, f"/{own.id}/words"), data=changed).status_code == 303
    assert ned.post(at(cast.ned, f"/{own.id}/words"), data=changed).status_code == 404
    assert "Every six weeks." in ned.get(at(cast.ned)).text
    operator.execute(sa.update(Cohort).where(Cohort.id == cohort.id).values(state=CohortState.closed))
    operator.commit()
    assert member.get(at(cast.ann)).status_code == 404
    assert ned.get(at(cast.ned)).status_code == 200


def test_closing_asks_for_the_review(at, cast, cohort, sign_in):
    ned, page = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/closing"
    assert "First the closing review." in ned.get(page).text
    answer = ned.post(page)
    assert answer.headers["Location"].endswith(f"/cohorts/{cohort.id}/lessons")
    ned.post(at(cast.ned, "/new/other/lesson"), data={"kind": "kept", "words": "All of it."})
    assert "All of it." in ned.get(at(cast.ned)).text


def test_nobody_else_finds_the_review(at, cast, cohort, sign_in):
    del cohort
    for actor in (cast.ann, cast.gil, cast.mia):
        assert sign_in(actor).get(at(actor)).status_code == 404
        assert sign_in(actor).post(at(actor, "/new/months/lesson"), data=LONGER).status_code == 404
