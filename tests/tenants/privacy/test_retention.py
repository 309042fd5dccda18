"""What an organisation keeps no longer goes by the clock, in batches, and the log stays whole; who looked is counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.mentors.models import MentorProfile
from marketplace.requests.models import MentoringRequest, RequestMessage, RequestState
from tenants.activity.chain import broken_logs
from tenants.privacy import jobs
from tenants.privacy.models import Consent, ProfileView, Retention
from tenants.privacy.retention import RULES
from tenants.shared import clock
from tenants.shared.activity import record
from tenants.shared.database import new_id
from tenants.shared.models import Activity, ActivityCheckpoint, Letter, LetterState
from tests.contracts.scene import make_request
from tests.factories import acting, publish


@pytest.fixture
def sweep(worker_app, work):
    def run() -> None:
        with worker_app.app_context():
            jobs.find_what_is_old.func.__wrapped__()
            jobs.db.session.commit()
        work()

    return run


def days_of(**changed):
    return {subject.value: str(rule.usual) for subject, rule in RULES.items()} | {
        name: str(days) for name, days in changed.items()
    }


def failed_letter(operator, org_id, days_ago) -> int:
    letter = Letter(
        org_id=org_id,
        id=new_id(),
        kind="place_free",
        data={"mentor_name": "Max Globex"},
        state=LetterState.failed,
        error="550",
        created_at=clock.now() - timedelta(days=days_ago),
    )
    operator.add(letter)
    operator.commit()
    return letter.id


def test_what_a_failed_letter_would_have_said_does_not_live_for_ever(cast, operator, sweep):
    old, young = failed_letter(operator, cast.mia.org_id, 91), failed_letter(operator, cast.mia.org_id, 20)
    other = failed_letter(operator, cast.max.org_id, 60)
    sweep()
    assert set(operator.scalars(sa.select(Letter.id))) == {young, other} != {old}
    line = operator.scalars(sa.select(Activity).where(Activity.verb == "organisation.data_deleted")).one()
    assert (line.org_id, line.data) == (cast.mia.org_id, {"subject": "letters", "number": 1})


def test_an_organisation_says_how_long_and_only_its_own_is_deleted(cast, operator, sign_in, sweep):
    letters = [failed_letter(operator, org, 45) for org in (cast.mia.org_id, cast.max.org_id)]
    ann = sign_in(cast.ann)
    assert ann.post("/acme/settings/retention/", data=days_of(letters=5)).status_code == 422
    assert operator.scalars(sa.select(Retention)).all() == []
    assert ann.post("/acme/settings/retention/", data=days_of(letters=30)).status_code == 303
    assert 'value="30"' in ann.get("/acme/settings/retention/").text
    sweep()
    assert operator.scalars(sa.select(Letter.id)).all() == [letters[1]]


def test_words_of_closed_requests_go_and_those_of_open_ones_stay(app, cast, operator, sweep):
    for mentor in (cast.max, cast.abe):
        publish(app, mentor)
    closed = make_request(operator, cast, "mia", "max", RequestState.declined)
    still_open = make_request(operator, cast, "pam", "max", RequestState.sent)
    long_ago = clock.now() - timedelta(days=400)
    operator.execute(sa.update(MentoringRequest).where(MentoringRequest.id == closed).values(closed_at=long_ago))
    operator.commit()
    sweep()
    assert operator.scalars(sa.select(RequestMessage.request_id)).all() == [still_open]
    assert set(operator.scalars(sa.select(MentoringRequest.id))) == {closed, still_open}


def test_a_cut_leaves_a_checkpoint_and_the_rest_still_holds(cast, operator, sweep, sign_in):
    old = clock.now() - timedelta(days=1200)
    for moment in (old, old, old, clock.now()):
        record("letter.sent_again", org_ids=[cast.mia.org_id], now=moment, subject=("letter", 1), session=operator)
        operator.commit()
    third = operator.scalar(sa.select(Activity.hash).where(Activity.number == 3))
    sweep()
    numbers = operator.scalars(
        sa.select(Activity.number).where(Activity.org_id == cast.mia.org_id).order_by(Activity.number)
    )
    assert list(numbers) == [4, 5], "the fourth, and the line that says how many went"
    cut = operator.scalars(sa.select(ActivityCheckpoint)).one()
    assert (cut.number, cut.hash) == (3, third)
    assert list(broken_logs(operator.connection())) == []
    assert third.hex() in sign_in(cast.ann).get("/acme/activity/checking").text


# --- who looked ---------------------------------------------------------------------------------------------------------


def test_visits_count_once_a_day_and_few_are_not_told_apart(app, cast, operator, sign_in):
    publish(app, cast.max)
    path = f"/acme/mentors/{cast.max.mentor_id}"
    for _ in range(3):
        assert sign_in(cast.mia).get(path).status_code == 200
    sign_in(cast.ann).get(path)
    sign_in(cast.max).get(f"/globex/mentors/{cast.max.mentor_id}")
    seen = operator.scalars(sa.select(ProfileView)).one()
    assert (seen.viewer_org_id, seen.views) == (cast.mia.org_id, 2)
    page = sign_in(cast.max).get("/account/privacy/").text
    assert "Acme" in page and "Moins de trois" in page and ">2<" not in page
    sign_in(cast.abe).get(path)
    page = sign_in(cast.max).get("/globex/profile/").text
    assert "Moins de trois" not in page and ">3</td>" in page
    for name in ("Mia Acme", "Ann Acme", "Abe Acme"):
        assert name not in page
    with acting(app, cast.gil) as viewer:
        assert jobs.db.session.execute(sa.text("SELECT * FROM views_of_me('2020-01-01')")).all() == []
        del viewer


def test_the_days_marks_are_dropped_after_it(app, cast, operator, sign_in, sweep):
    publish(app, cast.max)
    sign_in(cast.mia).get(f"/acme/mentors/{cast.max.mentor_id}")
    assert operator.scalars(sa.select(ProfileView)).one().marks
    operator.execute(sa.update(ProfileView).values(day=date.today() - timedelta(days=1)))  # noqa: DTZ011
    operator.commit()
    sweep()
    operator.expire_all()
    seen = operator.scalars(sa.select(ProfileView)).one()
    assert (seen.marks, seen.views) == ([], 1)


# --- consent ------------------------------------------------------------------------------------------------------------


def test_being_shown_is_a_consent_and_withdrawing_it_hides_at_once(app, cast, operator, sign_in):
    publish(app, cast.max)
    mia, max_ = sign_in(cast.mia), sign_in(cast.max)
    given = operator.scalars(sa.select(Consent)).one()
    assert (given.person_id, given.purpose.value, given.withdrawn_at) == (cast.max.person_id, "networks", None)
    assert "Max Globex" in mia.get("/acme/mentors/").text
    path = f"/account/privacy/consents/{cast.max.org_id}/networks/withdrawal"
    assert mia.post(path).status_code == 409, "it is not hers"
    assert max_.post(path).status_code == 303
    assert max_.post(path).status_code == 409
    assert "Max Globex" not in mia.get("/acme/mentors/").text
    assert sign_in(cast.gil).get(f"/globex/mentors/{cast.max.mentor_id}").status_code == 404, (
        "nor to anybody else instead"
    )
    assert (
        operator.scalars(sa.select(MentorProfile.state).where(MentorProfile.id == cast.max.mentor_id)).one() == "paused"
    )
    operator.expire_all()
    assert operator.scalars(sa.select(Consent)).one().withdrawn_at is not None
    max_.post("/globex/profile/resumption")
    assert "Max Globex" in mia.get("/acme/mentors/").text
    assert len(operator.scalars(sa.select(Consent)).all()) == 2
