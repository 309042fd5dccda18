"""What else the bench has: the balance curve, swaps, who is idle, pages, members, letters; and what goes with the cohort."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.committee.models import CommitteeMember, MatchCurve, MatchMark, MatchNote, MatchProposal, MatchRun
from marketplace.committee.standing import standing_of
from marketplace.pairing.candidates import Standing
from marketplace.papers.models import DrawnPaper
from marketplace.programmes.modalities import Side
from marketplace.programmes.models import Cohort, CohortState, EnrolmentState
from marketplace.requests.models import RequestState
from tenants.affiliations.models import Affiliation
from tenants.organisations.models import Organisation
from tenants.privacy import jobs as privacy_jobs
from tenants.privacy.models import Kept
from tenants.privacy.retention import RULES
from tenants.shared import clock, jobs
from tenants.shared.database import db, new_id
from tenants.shared.models import Letter
from tests.cast import make_actor, make_mentor
from tests.factories import acting, enrol, publish
from tests.marketplace.committee.test_bench import PRIORITIES, bench
from tests.marketplace.pairing.conftest import requests_of

__all__ = ["bench"]


@pytest.fixture
def statements():
    """How many statements a page takes."""

    def of(client, path):
        seen = []
        counted = lambda *row: seen.append(row[2])  # noqa: E731
        sa.event.listen(sa.Engine, "before_cursor_execute", counted)
        try:
            answer = client.get(path)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", counted)
        return answer, seen

    return of


def test_the_curve_is_found_once_and_a_point_of_it_begins_the_next_version(bench, work, operator):
    bench.ask()
    page = f"{bench.home}/versions/1/balance-curve"
    assert "Find the curve" in bench.ned.get(page).text
    assert bench.ned.post(page).status_code == 303
    assert "is being sought" in bench.ned.get(page).text
    bench.ned.post(page)
    work()
    operator.rollback()
    (curve,) = operator.scalars(sa.select(MatchCurve)).all()
    assert (curve.done, curve.total) == (len(curve.answer["steps"]),) * 2 and curve.ready_at
    # Both of Acme are matched with Globex: a balance of nothing leaves no pair, of two everything.
    steps = [(one["balance"], one["pairs"]) for one in curve.answer["steps"]]
    assert steps == [(0, 0), (1, 1), (2, 2)]
    drawn = bench.ned.get(page).text
    assert "<circle" in drawn and "balance=1#new" in drawn and "2 or more" in drawn
    chosen = bench.ned.get(f"{bench.home}/?balance=1").text
    assert re.search(r'name="balance"[^>]*value="1"|value="1"[^>]*name="balance"', chosen)
    bench.ask(balance="1", minimum="10")
    bench.ned.post(f"{bench.home}/versions/2/balance-curve")
    work()
    assert len(bench.pairs(2)) == 1


def test_what_the_least_score_costs_is_told_beside_the_curve(bench, work):
    bench.ask(minimum="60")
    heads = bench.run().answer["heads"]
    bench.ned.post(f"{bench.home}/versions/1/balance-curve")
    work()
    page = bench.ned.get(f"{bench.home}/versions/1/balance-curve").text
    assert ("Without the 60 points" in page) == (heads < 2)


def test_two_pairs_are_swapped_for_the_next_version_after_the_cost_was_read(bench, cast, operator):
    bench.ask()
    mia, ann, max_, gus = (bench.of(cast[name]) for name in ("mia", "ann", "max", "gus"))
    swaps = f"{bench.home}/versions/1/swaps"
    chosen = {"first": f"{mia}-{max_}", "second": f"{ann}-{gus}"}
    page = bench.ned.get(swaps, query_string=chosen).text
    problem_points = [one.points for one in operator.scalars(sa.select(MatchProposal))]
    assert "What the swap costs" in page and "No longer a pair" in page and "Swap, for the next version" in page
    assert f"{round(problem_points[0] / 100)}" in page
    assert bench.ned.post(swaps, data=chosen).status_code == 303
    operator.rollback()
    marks = {
        (one.mentee_enrolment_id, one.mentor_enrolment_id, one.kind) for one in operator.scalars(sa.select(MatchMark))
    }
    assert marks == {(mia, gus, "pin"), (ann, max_, "pin")}
    bench.ask()
    assert bench.pairs(2) == {mia: gus, ann: max_}
    # Of an older version nothing is swapped, and nothing with itself.
    assert bench.ned.post(swaps, data=chosen).status_code == 409
    same = {"first": f"{mia}-{gus}", "second": f"{mia}-{gus}"}
    assert bench.ned.post(f"{bench.home}/versions/2/swaps", data=same).status_code == 409
    assert "Nothing to swap" in bench.ned.get(f"{bench.home}/versions/2/swaps", query_string=same).text


def test_a_swap_with_somebody_left_over_parts_and_a_rule_forbids_it(bench, cast, operator):
    pia = make_actor(operator, "pia", operator.get(Organisation, cast.mia.org_id))
    enrol(operator, bench.cohort, pia, Side.mentee)
    eve = make_actor(operator, "eve", operator.get(Organisation, cast.max.org_id))
    enrol(operator, bench.cohort, eve, Side.mentee)
    operator.commit()
    bench.ask()
    left = {bench.of(pia), bench.of(eve)} - set(bench.pairs())
    assert bench.of(eve) in left or bench.of(pia) in left
    swaps, (mentee, mentor) = f"{bench.home}/versions/1/swaps", next(iter(bench.pairs().items()))
    # Eve is of the mentors' own firm.
    chosen = {"first": f"{mentee}-{mentor}", "second": f"{bench.of(eve)}-0"}
    page = bench.ned.get(swaps, query_string=chosen).text
    assert "Not allowed: the same organisation" in page
    assert bench.ned.post(swaps, data=chosen).status_code == 409
    (who,) = left - {bench.of(eve)}
    assert bench.ned.post(swaps, data=chosen | {"second": f"{who}-0"}).status_code == 303
    bench.ask()
    assert bench.pairs(2)[who] == mentor and bench.pairs(2).get(mentee) != mentor


def test_mentors_without_a_mentee_are_shown_with_their_reason(bench, cast, operator, app):
    ida = make_actor(operator, "ina", operator.get(Organisation, cast.max.org_id))
    make_mentor(operator, ida, network_ids=[cast.ned.org_id], skills=["negotiation"], languages=["en"])
    operator.commit()
    publish(app, ida)
    enrol(operator, bench.cohort, ida, Side.mentor)
    operator.commit()
    bench.ask()
    page = bench.ned.get(f"{bench.home}/versions/1").text
    assert "Mentors without a mentee" in page and "More places than are needed" in page
    assert "These mentors have 3 places, and only 2 mentees may be theirs" in page
    left = f"{bench.home}/versions/1/left-over/mentor"
    assert "Ina Globex" in bench.ned.get(left).text and "Ina Globex" in bench.ned.get(f"{left}?q=glOBEX").text
    nobody = bench.ned.get(f"{left}?q=%25").text
    assert "Nobody by that name is left over" in nobody and "Ina Globex" not in nobody


def test_where_the_pairs_of_a_version_stand_comes_a_page_at_a_time():
    ones = [
        Standing(
            org_id=1, request_id=number, proposal_id=None, undone=False, mentee_person_id=number, mentor_person_id=0,
            mentee_name=f"m{number:03}", mentor_name="", mentee_firm="", mentor_firm="", mentee_firm_id=None,
            mentor_firm_id=None, state=RequestState.sent, due_at=None, updated_at=clock.now(), mentorship=None,
        )
        for number in range(130)
    ]  # fmt: skip
    seen = []
    for page in (1, 2, 3):
        found = standing_of(range(5, 130), ones, page)
        assert (found.number, found.of) == (page, 3)
        seen += [one.pair.request_id for one in found.rows]
    assert seen == list(range(5, 130))
    assert [standing_of(range(5, 130), ones, odd).number for odd in (-1, 0, 10**30)] == [1, 1, 3]
    assert standing_of((), ones, 4).rows == []


def crowd(operator, bench, cast, many):
    """A version of ``many`` pairs, straight into its tables: what matters is how they are listed."""
    acme, globex = (operator.get(Organisation, cast[name].org_id) for name in ("mia", "max"))
    run = MatchRun(
        org_id=cast.ned.org_id, id=new_id(), cohort_org_id=cast.ned.org_id, cohort_id=bench.cohort.id, number=2,
        after_number=1, state="solved", choices=bench.run().choices, question=b"", asked_by_id=cast.ned.person_id,
        asked_at=clock.now(), answer=bench.run().answer | {"heads": many},
    )  # fmt: skip
    operator.add(run)
    operator.flush()
    ones = []
    for number in range(many):
        mentee, mentor = (
            enrol(operator, bench.cohort, make_actor(operator, f"{side}{number:03}", firm), Side[side])
            for side, firm in (("mentee", acme), ("mentor", globex))
        )
        ones.append(
            MatchProposal(org_id=run.org_id, run_id=run.id, mentee_enrolment_id=mentee.id, mentor_enrolment_id=mentor.id,
                          points=9000 - 10 * number, is_pinned=number == 3, reasons={"shares": []})
        )  # fmt: skip
    operator.add_all(ones)
    run.answer = run.answer | {
        "changes": [
            {"mentee": ones[5].mentee_enrolment_id, "before": None, "mentor": ones[5].mentor_enrolment_id, "points": 1}
        ]
    }
    operator.commit()


def test_a_large_version_comes_a_page_at_a_time_by_words_and_the_weakest_first(bench, cast, operator, statements):
    bench.ask()
    crowd(operator, bench, cast, 64)
    home = f"{bench.home}/versions/2"
    answer, seen = statements(bench.ned, home)
    assert len(seen) <= 10, seen
    first = answer.text
    assert "Mentee000 Acme" in first and "Mentee059 Acme" in first and "Mentee060 Acme" not in first
    after = re.search(r"after=([0-9]+-[0-9]+)", first).group(1)
    second = bench.ned.get(f"{home}?after={after}").text
    assert "Mentee060 Acme" in second and "Mentee063 Acme" in second and "Mentee059 Acme" not in second
    weakest = bench.ned.get(f"{home}?order=weakest").text
    assert weakest.index("Mentee063 Acme") < weakest.index("Mentee062 Acme") and "Mentee003 Acme" not in weakest
    assert "Mentee042 Acme" in bench.ned.get(f"{home}?q=mentor042").text
    for only, name in (("changed", "Mentee005 Acme"), ("pinned", "Mentee003 Acme")):
        found = bench.ned.get(f"{home}?which={only}").text
        assert re.findall(r">(Mentee\d+ Acme)</a>", found) == [name]
    assert "No pair like that" in bench.ned.get(f"{home}?q=nobody").text
    for odd in ("after=x", f"after={'9' * 30}-1", "q=%00", "which=x", "order=x"):
        assert bench.ned.get(f"{home}?{odd}").status_code == 200
    assert bench.ned.get(f"{bench.home}/?before=2").status_code == 200
    for nobody in (f"2/pairs/{'9' * 30}/1", f"{'9' * 30}"):
        assert bench.ned.get(f"{bench.home}/versions/{nobody}").status_code == 404


def test_an_appointed_member_reads_votes_and_notes_and_nothing_else_until_taken_off(
    bench, cast, operator, sign_in, work, app
):
    bea = make_actor(operator, "bea", operator.get(Organisation, cast.ned.org_id))
    operator.commit()
    bench.ask()
    members = bench.home.removesuffix("/bench") + "/committee"
    page = bench.ned.get(f"{members}/").text
    # Ann coordinates Acme and is in the cohort herself; Gil coordinates Globex; Ned sits there anyway.
    assert "Bea Bridge" in page and "Gil Globex" in page and "Ann Acme" not in page and "Mia Acme" not in page
    assert bench.ned.get(f"{members}/?q=gil").text.count("Bea Bridge") == 0
    data = {"affiliation": bea.affiliation_id}
    seat, their = sign_in(bea), bench.home
    assert seat.get(f"{their}/").status_code == 404
    assert bench.ned.post(f"{members}/members", data=data).status_code == 303
    assert bench.ned.post(f"{members}/members", data={"affiliation": cast.ann.affiliation_id}).status_code == 404
    assert bench.ned.post(f"{members}/members", data={"affiliation": cast.gil.affiliation_id}).status_code == 303
    operator.rollback()
    told = {
        one.person_id: one.data["url"]
        for one in operator.scalars(sa.select(Letter))
        if one.kind == "committee_appointed"
    }
    assert told[bea.person_id] == f"/bridge/cohorts/{bench.cohort.id}/matching/bench/"
    assert told[cast.gil.person_id] == f"/globex/cohorts/{bench.cohort.id}/matching/bench/"
    gils = told[cast.gil.person_id].removesuffix("/")
    two = f"/versions/1/pairs/{bench.of(cast.mia)}/{bench.of(cast.max)}"
    for client, home in ((seat, their), (sign_in(cast.gil), gils)):
        shown = client.get(f"{home}/versions/1").text
        assert "Proven best" in shown and "Mia Acme" in shown and "Max Globex" in shown and "Publish" not in shown
        assert "Version 1" in client.get(f"{home}/").text and "Match again" not in client.get(f"{home}/").text
        assert client.post(f"{home}{two}/votes", data={"vote": "yes"}).status_code == 303
        assert client.post(f"{home}{two}/notes", data={"words": "They should talk."}).status_code == 303
        for path in ("/versions", "/versions/1/marks", "/versions/1/publication", "/versions/1/swaps"):
            assert client.post(f"{home}{path}").status_code == 403, path
        assert client.post(f"{home}/versions/1/balance-curve").status_code == 403
        assert client.get(f"{home.removesuffix('/bench')}/committee/").status_code == 403
    assert "2 yes, 0 no" in bench.ned.get(f"{their}{two}").text
    # Nothing else of the cohort is open to who is no more than a member.
    assert seat.get(their.removesuffix("/bench") + "/").status_code == 404
    assert seat.get(f"/bridge/cohorts/{bench.cohort.id}").status_code == 404
    assert seat.get(f"{their}{two}/letter").status_code == 403
    # In the other firm nobody else has come in by it.
    assert sign_in(cast.gus).get(f"{gils}/versions/1").status_code == 404
    # The wall alone: they read this bench, and mark nothing at it.
    runs = sa.select(sa.func.count()).select_from(MatchRun)
    with acting(app, bea):
        assert db.session.scalar(runs) == 1
        mark = sa.insert(MatchMark).values(
            org_id=cast.ned.org_id, cohort_id=bench.cohort.id, mentee_enrolment_id=1, mentor_enrolment_id=2,
            cohort_org_id=cast.ned.org_id, kind="pin", marked_by_id=bea.person_id, marked_at=clock.now())  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
            db.session.execute(mark)
    with acting(app, cast.gus):
        assert db.session.scalar(runs) == 0
    # A row made by hand lets nobody in whom the coordinators may not appoint.
    with acting(app, cast.ned), pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        db.session.execute(sa.insert(CommitteeMember).values(
            org_id=cast.ned.org_id, cohort_org_id=cast.ned.org_id, cohort_id=bench.cohort.id, person_id=cast.hal.person_id,
            firm_id=cast.hal.org_id, affiliation_id=cast.hal.affiliation_id, appointed_by_id=cast.ned.person_id,
            appointed_at=clock.now()))  # fmt: skip
    assert bench.ned.post(f"{members}/members/{bea.person_id}/removal").status_code == 303
    assert seat.get(f"{their}/versions/1").status_code == 404 and seat.post(f"{their}{two}/votes").status_code == 404
    # Who comes to be in the cohort sits no longer, and who no longer coordinates a firm of it neither.
    asked = enrol(operator, bench.cohort, cast.gil, Side.mentee, state=EnrolmentState.nominated)
    operator.commit()
    gil = sign_in(cast.gil)
    assert gil.get(f"{gils}/versions/1").status_code == 404
    operator.delete(asked)
    operator.commit()
    assert gil.get(f"{gils}/versions/1").status_code == 200
    operator.execute(sa.update(Affiliation).where(Affiliation.id == cast.gil.affiliation_id).values(role="member"))
    operator.commit()
    assert gil.get(f"{gils}/versions/1").status_code == 404
    assert bench.ned.get(f"{their}{two}").text.count("They should talk.") == 2


def _streams(data):
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(found.group(1))


def drawn(client, path, work):
    """Whether the paper, once the worker has drawn it, is a tagged one (PDF/UA)."""
    assert client.get(path).status_code == 202
    work()
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    plain = b"".join([answer.data, *_streams(answer.data)])
    return b"/StructTreeRoot" in plain and b"pdfuaid" in plain and b"/Lang" in plain


def test_a_match_letter_says_why_and_what_next_and_no_point_to_the_committee_and_to_the_two(
    bench, cast, operator, sign_in, work, app
):
    bench.ask()
    letter = f"{bench.home}/versions/1/pairs/{bench.of(cast.mia)}/{bench.of(cast.max)}/letter"
    assert bench.ned.get(f"{bench.home}/versions/1/letters").status_code == 409
    assert bench.ned.get(f"{letter}?language=fr").status_code == 202
    operator.rollback()
    (source,) = operator.scalars(sa.select(DrawnPaper.source)).all()
    words = source.decode().encode().decode("unicode_escape", "ignore")
    assert "Mia Acme" in words and "Max Globex" in words and "Ann Acme" not in words
    bench.ned.post(f"{bench.home}/versions/1/publication")
    work()
    asked = next(one for one in requests_of(operator) if one.mentee_person_id == cast.mia.person_id)
    operator.execute(sa.delete(DrawnPaper))
    operator.commit()
    mia, theirs = sign_in(cast.mia), f"/acme/requests/{asked.id}/match-letter"
    assert f"{asked.id}/match-letter" in mia.get(f"/acme/requests/{asked.id}").text
    assert mia.get(theirs).status_code == 202
    operator.rollback()
    html = operator.scalars(sa.select(DrawnPaper.source)).one().decode()
    assert "What one of you works on, the other offers" in html and "Max Globex answers by 16 November 2026" in html
    assert "points" not in html and "Ann Acme" not in html and "Gus Globex" not in html
    assert drawn(bench.ned, f"{bench.home}/versions/1/letters", work)
    assert sign_in(cast.ann).get(f"/acme/requests/{asked.id}/match-letter").status_code == 404
    assert sign_in(cast.max).get(f"/globex/requests/{asked.id}/match-letter").status_code == 202
    # Who is erased stands in no letter that is kept, wherever it was drawn.
    with acting(app, cast.mia):
        jobs.announce("person.erased", org_id=cast.mia.org_id, person_id=cast.mia.person_id)
        db.session.commit()
    work()
    operator.rollback()
    assert operator.scalars(sa.select(DrawnPaper)).all() == []


def test_what_each_firms_committee_kept_goes_when_the_cohort_ends(
    start, cast, operator, sign_in, app, work, worker_app
):
    cohort = start(sides={"mia": Side.mentee, "max": Side.mentor}, centralised=False)
    ann, home = sign_in(cast.ann), f"/acme/cohorts/{cohort.id}/matching/bench"
    assert ann.post(f"{home}/versions", data=PRIORITIES).status_code == 303
    work()
    (one,) = operator.scalars(sa.select(MatchProposal)).all()
    two = f"{home}/versions/1/pairs/{one.mentee_enrolment_id}/{one.mentor_enrolment_id}"
    assert ann.post(f"{two}/notes", data={"words": "Only for Acme."}).status_code == 303
    with acting(app, cast.ned):
        jobs.announce("cohort.closed", org_id=cast.ned.org_id, cohort_id=cohort.id)
        db.session.commit()
    work()
    operator.rollback()
    run = operator.scalars(sa.select(MatchRun).execution_options(populate_existing=True)).one()
    assert (run.org_id, run.question) == (cast.ann.org_id, b"")
    usual = RULES[Kept.mentorships].usual
    for days, left in ((usual - 1, 1), (usual + 1, 0)):
        operator.execute(
            sa.update(Cohort).values(state=CohortState.closed, updated_at=clock.now() - timedelta(days=days))
        )
        operator.commit()
        with worker_app.app_context():
            privacy_jobs.find_what_is_old.func.__wrapped__()
            privacy_jobs.db.session.commit()
        work()
        operator.rollback()
        assert len(operator.scalars(sa.select(MatchNote)).all()) == left
