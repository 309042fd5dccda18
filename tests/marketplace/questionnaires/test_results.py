"""What those who run a cohort read of a round that has closed: figures of five and more, words, and why the rest is withheld."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.programmes.queries import run_cohort_or_404
from marketplace.questionnaires.queries import round_run_or_404
from marketplace.questionnaires.results import high, lines_of, results_of
from tenants.privacy import jobs
from tenants.shared import clock
from tests.factories import NOW, acting
from tests.marketplace.events.conftest import at, cohort
from tests.tenants.privacy.conftest import downloaded, fresh

__all__ = ["at", "cohort", "downloaded", "fresh"]

PLAN = {"audience": "mentee", "opens_on": NOW.date().isoformat(), "closes_on": "2026-11-20", "zone": "Europe/Paris"}
BOX = """INSERT INTO round_box (org_id, id, round_id, version_id, marks, words)
SELECT org_id, :id, id, version_id, :marks, CAST(:words AS jsonb) FROM questionnaire_round WHERE id = :round"""


@pytest.fixture
def opened(sign_in, cast, cohort, work, _admin):
    """Ned, the questionnaires' address, and a round that is open, at a moment."""

    def made(moment, anonymous="yes"):
        base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
        assert ned.post(f"{base}/{moment}/rounds", data=PLAN | {"anonymous": anonymous}).status_code == 303
        work()
        with _admin.connect() as admin:
            query = sa.text("SELECT id FROM questionnaire_round WHERE moment = :moment")
            return ned, f"{base}/rounds/{admin.scalar(query, {'moment': moment})}"

    return made


def in_box(_admin, url, answers):
    round_id = re.search(r"\d+$", url)[0]
    with _admin.begin() as admin:
        for number, (marks, words) in enumerate(answers, 1):
            row = {"id": number + int(round_id) % 1000 * 100, "round": round_id, "marks": marks}
            admin.execute(sa.text(BOX), row | {"words": json.dumps(words)})


def test_figures_of_five_and_more_are_shown_and_the_rest_says_that_it_is_withheld(
    opened, app, cast, cohort, sign_in, _admin
):
    ned, url = opened("mid_point")
    answers = []
    for number in range(12):
        marks = [f"confidence:{2 if number < 5 else 4}", f"goes_on:{'partly' if number < 5 else 'well'}"]
        marks += ["quality:trust:5", "quality:time:5" if number % 2 else "quality:time:1"]
        marks += ["hindered:time"] * (number < 5) + ["hindered:fit"] * (number < 2)
        answers.append((marks, {"improve": "Less <mail>."} if number == 3 else {}))
    in_box(_admin, url, answers)
    assert "Results come when it has closed" in ned.get(f"{url}/results").text
    assert "cannot be opened again" in ned.get(f"{url}/closing").text
    assert ned.post(f"{url}/closing").status_code == 303
    assert ned.post(f"{url}/closing").status_code == 409, "closed twice"
    page = re.sub(r"\s+", " ", re.sub(r"<(?!/?q>)[^>]+>", " ", ned.get(f"{url}/results").text))
    assert "1–3, or no answer 5 42 % 4–5 7 58 %" in page
    assert "Yes 7 58 % In part · Not really, or no answer 5 42 %" in page
    assert "Time 5 42 % We are too different, or too alike withheld" in page, "two are too few"
    assert "I can say what I think. withheld" in page, "all said the same"
    assert "We find the time to meet. 1–2" not in page and "4–5 6 50 %" in page
    assert "<q>Less &lt;mail&gt;.</q>" in page
    assert "Who answered what" not in page and ned.get(f"{url}/answers").status_code == 404
    assert sign_in(cast.ann).get(url.replace("/bridge/", "/acme/") + "/results").status_code == 404

    with acting(app, cast.ned) as viewer:
        lines = lines_of(run_cohort_or_404(viewer, cohort.id).cohort, ["quality", "confidence"])
        said = {(line.question, line.part): (line.giving(high(5)), line.people) for line in lines}
    assert said == {("confidence", ""): (7, 12), ("quality", "time"): (6, 12)}
    with acting(app, cast.ann) as viewer:
        assert lines_of(cohort) == [], "nobody but those who run it"


def test_of_four_answers_nothing_is_shown_not_even_a_word(opened, app, cast, cohort, _admin):
    ned, url = opened("mid_point")
    in_box(_admin, url, [(["goes_on:well"], {"improve": "Nothing at all."})] * 4)
    assert ned.post(f"{url}/closing").status_code == 303
    page = ned.get(f"{url}/results").text
    assert "Too few have answered" in page and "Nothing at all." not in page and "<table" not in page
    with _admin.connect() as admin:
        assert admin.scalar(sa.text("SELECT count(*) FROM round_figure")) == 0
        assert admin.scalar(sa.text("SELECT count(*) FROM round_words")) == 4
    with acting(app, cast.ned) as viewer:
        seen = run_cohort_or_404(viewer, cohort.id)
        found = results_of(seen, round_run_or_404(seen, int(re.search(r"\d+$", url)[0])).round)
    assert (found.people, found.lines, found.words) == (None, {}, {}), "the database gives none"


def test_of_a_round_with_names_those_who_run_the_programme_read_who_answered_what_until_it_is_erased(
    opened, cast, sign_in, _admin, downloaded, fresh, at, work, worker_app
):
    ned, url = opened("start", "no")
    round_id = re.search(r"\d+$", url)[0]
    mia, shown = sign_in(cast.mia), f"/acme/questionnaires/{round_id}"
    version = re.search(r'name="version" value="(\d+)"', mia.get(shown).text)[1]
    ranked = {"aims.view": "2", "aims.skills": "1", "aims.network": "3"}
    part = {"version": version, "at": "1", "so_far": '{"confidence": 4}', "hopes": "A seat."} | ranked
    page = ned.get(f"{url}/answers").text
    assert "Nobody has sent theirs yet" in page
    assert mia.post(f"{shown}/answers", data=part).status_code == 200
    page = ned.get(f"{url}/answers").text
    assert "Mia Acme" in page and "A seat." in page and "1. Skills and judgement · 2. A view from outside" in page
    assert ned.post(f"{url}/closing").status_code == 303
    assert "Too few have answered" in ned.get(f"{url}/results").text, "figures are for those who read no names"
    assert sign_in(cast.ann).get(url.replace("/bridge/", "/acme/") + "/answers").status_code == 404

    assert "A seat." in str(downloaded(cast.mia)[0]) and "A seat." not in str(downloaded(cast.pam)[0])
    assert fresh(cast.mia).post("/account/privacy/erasure").status_code == 303
    at(clock.now() + timedelta(days=8))
    with worker_app.app_context():
        jobs.find_due_erasures.func.__wrapped__()
        jobs.db.session.commit()
    work()
    with _admin.connect() as admin:
        for table in ("round_response", "round_invitation"):
            left = sa.text(f"SELECT count(*) FROM {table} WHERE person_id = :mia")
            assert admin.scalar(left, {"mia": cast.mia.person_id}) == 0
