"""A committee's bench for peers: one pool instead of two sides, from asking to what follows a no."""

import io
import random
import re
from dataclasses import replace

import openpyxl
import pytest
import sqlalchemy as sa

from marketplace.committee.models import MatchLeftover, MatchMark, MatchProposal, MatchRun, RunState
from marketplace.committee.priorities import CRITERIA, ONE_POOL, Priorities
from marketplace.committee.questions import Question, question_of, unpacked
from marketplace.matching.checker import Complaint, check
from marketplace.matching.solver import solve
from marketplace.mentors.models import MenteeProfile
from marketplace.pairing.candidates import Candidates
from marketplace.programmes.modalities import Form, Modalities, Phase, Side, Timing
from marketplace.programmes.models import Cohort, Enrolment
from marketplace.requests.models import OPEN_STATES, FirmConsent, RequestState
from tenants.shared.database import db
from tests.factories import acting
from tests.marketplace.committee.test_questions import somebody
from tests.marketplace.matching.test_peer_reasons import every_answer, worth
from tests.marketplace.pairing.conftest import requests_of

NAMES = ("mia", "ann", "pam", "max", "gus")
ASKED = dict.fromkeys(ONE_POOL, "1") | {"goals": "8", "first": "headcount_first", "stay_close": "y"}


@pytest.fixture
def bench(start, cast, operator, work, sign_in):
    """Five peers, so that one is left: of Acme Mia, Ann and Pam, of Globex Max and Gus. Asks as Ned."""
    cohort = start(Form.peer, sides=dict.fromkeys(NAMES, Side.peer))
    for name, goals in (("mia", ["leading_managers"]), ("ann", ["negotiation"]), ("gus", ["leading_managers"])):
        tie = cast[name]
        key = {"org_id": tie.org_id, "affiliation_id": tie.affiliation_id, "person_id": tie.person_id}
        operator.merge(MenteeProfile(**key, goals=goals, languages=["en"]))
    operator.commit()

    class Bench:
        home = f"/bridge/cohorts/{cohort.id}/matching/bench"
        ned = sign_in(cast.ned)

        def ask(self, **changes):
            answer = self.ned.post(f"{self.home}/versions", data=ASKED | changes)
            assert answer.status_code == 303, answer.text
            work()
            operator.rollback()
            return self.ned.get(answer.location).text

        def run(self):
            operator.rollback()
            query = sa.select(MatchRun).order_by(MatchRun.number.desc()).limit(1)
            return operator.scalar(query.execution_options(populate_existing=True))

        def pairs(self):
            run = self.run()
            query = sa.select(MatchProposal).where(MatchProposal.run_id == run.id)
            return {(one.mentee_enrolment_id, one.mentor_enrolment_id) for one in operator.scalars(query)}

        def name_of(self, enrolment_id):
            person = operator.scalar(sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id))
            return next(name for name in NAMES if cast[name].person_id == person)

        def of(self, name):
            return operator.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == cast[name].person_id))

        def mark(self, one, other, kind):
            data = {"mentee": self.of(one), "mentor": self.of(other), "kind": kind}
            return self.ned.post(f"{self.home}/versions/{self.run().number}/marks", data=data)

    bench = Bench()
    bench.cohort = cohort
    return bench


def test_a_committee_walks_from_the_first_match_to_what_follows_a_no(bench, cast, operator, sign_in, work):
    assert f'href="{bench.home}/"' in bench.ned.get(f"/bridge/cohorts/{bench.cohort.id}/matching/").text
    page = bench.ned.get(f"{bench.home}/").text
    assert "What one works on, and the other offers or works on too" in page
    assert 'name="balance"' not in page and 'name="sought_by_mentor"' not in page

    # The best there is, by every answer of five people; the proof holds, and one that was tampered with does not.
    page = bench.ask()
    run = bench.run()
    problem = unpacked(run.question).problem(run.priorities)
    assert (run.state, run.answer["heads"], run.answer["equal"]) == (RunState.solved, 2, True)
    assert worth(problem, frozenset(bench.pairs())) == max(worth(problem, one) for one in every_answer(problem))
    answer = solve(problem)
    assert check(problem, answer).proven
    first = answer.pairs[0]
    turned = replace(answer, pairs=(first._replace(mentee=first.mentor, mentor=first.mentee), *answer.pairs[1:]))
    assert Complaint.order in check(problem, turned).complaints
    assert not check(problem, replace(answer, primal=answer.primal + 1)).proven
    assert "pairs, of 5 people" in page and "Balance curve" not in page
    assert "These 5 people may be paired with each other alone, and their number is odd" in page
    seen = re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1].split("</main>")[0])
    assert not re.search(r"\bmentors?\b|\bmentees?\b", seen), "nobody is a mentor here"
    assert bench.ned.get(f"{bench.home}/versions/1/left-over/peer").status_code == 200
    assert bench.ned.get(f"{bench.home}/versions/1/curve").status_code == 404

    # A pair is told from the view of each, by name.
    two = min(bench.pairs())
    page = bench.ned.get(f"{bench.home}/versions/1/pairs/{two[0]}/{two[1]}").text
    names = [f"{bench.name_of(one).capitalize()} " for one in two]
    for name in names:
        assert f"What {name}" in page and f"Whom {name}" in page and f"For {name}" in page
    assert bench.ned.get(f"{bench.home}/versions/1/pairs/{two[1]}/{two[0]}").status_code == 404
    path = f"{bench.home}/versions/1/pairs/{two[0]}/{two[1]}"
    assert bench.ned.post(f"{path}/votes", data={"vote": "yes"}).status_code == 303
    assert bench.ned.post(f"{path}/notes", data={"words": "Both have just moved."}).status_code == 303
    assert "Both have just moved." in bench.ned.get(path).text

    # A pin may name the two in any order, and lets go of what either was pinned to before.
    one, other = sorted(("gus", "mia"), key=bench.of)
    assert bench.mark(other, one, "pin").status_code == 303
    assert bench.mark("ann", other, "pin").status_code == 303
    assert bench.mark(one, other, "pin").status_code == 303
    assert bench.mark("max", "ann", "forbid").status_code == 303
    marks = {(one.mentee_enrolment_id, one.mentor_enrolment_id) for one in operator.scalars(sa.select(MatchMark))}
    assert marks == {(bench.of(one), bench.of(other)), tuple(sorted((bench.of("max"), bench.of("ann"))))}
    page = bench.ask()
    assert (bench.of(one), bench.of(other)) in bench.pairs()
    assert tuple(sorted((bench.of("max"), bench.of("ann")))) not in bench.pairs()
    assert bench.run().number == 2 and "What changed since version 1" in page and "Pinned" in page

    # Two pairs are crossed either way; what is confirmed is done by the next version.
    first, second = sorted(bench.pairs())
    swap = f"{bench.home}/versions/2/swaps"
    asked = {"first": f"{first[0]}-{first[1]}", "second": f"{second[0]}-{second[1]}"}
    page = bench.ned.get(swap, query_string=asked).text
    assert "See what it costs the other way round" in page and "What the swap costs" in page
    asked["second"] = f"{second[1]}-{second[0]}"
    page = bench.ned.get(swap, query_string=asked).text
    assert "Swap, for the next version" in page
    assert bench.ned.post(swap, data=asked).status_code == 303
    bench.ask()
    assert bench.pairs() == {tuple(sorted(way)) for way in zip(first, second, strict=True)}

    sheet = bench.ned.get(f"{bench.home}/versions/3/export.xlsx").data
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows()]
    assert rows[0][:6] == [
        "Peer",
        "Organisation",
        "With",
        "Organisation",
        "Points",
        "What the first works on, and the second offers or works on too",
    ]
    assert len(rows) == 4 and rows[3][2] == "Nobody may be paired with them", "all others are pinned by now"

    # Published: each pair is asked; a no is followed by whoever is left, around the pair that stands.
    page = bench.ned.get(f"{bench.home}/versions/3/publication").text
    assert "Then one of the two is asked" in page
    assert bench.ned.post(f"{bench.home}/versions/3/publication", data={"cascades": "y"}).status_code == 303
    work()
    told = requests_of(operator)
    assert len(told) == 2 and {one.state for one in told} == {RequestState.sent}
    page = bench.ned.get(f"{bench.home}/versions/3").text
    assert "The second says" in page and "Letters to all pairs" in page
    letter = bench.ned.get(f"{bench.home}/versions/3/letters?language=en")
    assert letter.status_code in {200, 202}
    by_person = {cast[name].person_id: cast[name] for name in NAMES}
    stands, falls = sorted(told, key=lambda one: one.id)
    cohort = operator.get(Cohort, (bench.cohort.org_id, bench.cohort.id))
    cohort.choices = cohort.choices | {"firms_say_yes": True}
    operator.commit()
    who = by_person[falls.mentor_person_id]
    path = f"/{who.slug}/requests/{falls.id}/decline"
    assert sign_in(who).post(path, data={"decline-reason": "no_room_now"}).status_code == 303
    work()
    run = bench.run()
    assert (run.number, run.asked_by_id, run.answer["heads"], run.answer["mentees"]) == (4, None, 1, 3)
    now = [one for one in requests_of(operator) if one.state in OPEN_STATES]
    assert now[0].id == stands.id and len(now) == 2, "whoever is asked is left alone"
    fresh = now[1]
    assert {fresh.mentee_person_id, fresh.mentor_person_id} != {falls.mentee_person_id, falls.mentor_person_id}
    assert {fresh.mentee_person_id, fresh.mentor_person_id} & {falls.mentee_person_id, falls.mentor_person_id}
    asked = {one.org_id for one in operator.scalars(sa.select(FirmConsent).where(FirmConsent.request_id == fresh.id))}
    firms = {by_person[one].org_id for one in (fresh.mentee_person_id, fresh.mentor_person_id)}
    assert asked and asked <= firms, "the firms of both, as far as anybody there can answer"
    left = operator.scalars(sa.select(MatchLeftover).where(MatchLeftover.run_id == run.id)).one()
    assert left.side == "peer"

    # Confirmed and asked anew: nobody who has somebody is in question.
    who = by_person[stands.mentor_person_id]
    path = f"/{who.slug}/requests/{stands.id}/acceptance"
    assert sign_in(who).post(path, data={"accept-contact": ""}).status_code == 303
    who = by_person[stands.mentee_person_id]
    path = f"/{who.slug}/requests/{stands.id}/confirmation"
    assert sign_in(who).post(path, data={"contact": ""}).status_code == 303
    work()
    page = bench.ask()
    assert bench.run().answer["mentees"] == 1 and "Nobody else looks for a pair." in page


def test_two_peers_of_one_firm_take_two_of_its_places(start, app, cast, operator):
    cohort = start(Form.peer, sides=dict.fromkeys(("mia", "ann", "max"), Side.peer), quota={"mentees": 1})

    def room(one, other):
        ends = (cast[one].org_id, cast[one].person_id, cast[other].org_id, cast[other].person_id)
        key = [sa.cast(value, kind) for value, kind in zip(ends, (sa.Integer, sa.BigInteger) * 2, strict=True)]
        with acting(app, cast.ned):
            return db.session.scalar(
                sa.select(sa.func.cohort_pair_room(cohort.org_id, sa.cast(cohort.id, sa.BigInteger), *key))
            )

    assert (room("mia", "max"), room("mia", "ann")) == ("", "quota")


def test_what_is_asked_of_peers_is_the_same_of_both_and_every_answer_is_no_better():
    """Whatever they said of themselves: the points of a pair do not depend on who is named first."""
    for seed in range(12):
        chance = random.Random(seed)
        people = tuple(
            replace(
                somebody(number, Side.peer, chance),
                goals=tuple(chance.sample(("a", "b", "c"), 2)),
                skills=tuple(chance.sample(("a", "b", "c"), 2)),
                person_id=100 + number,
                room=1,
            )
            for number in chance.sample(range(1, 20), 7)
        )
        ids = [one.enrolment_id for one in people]
        apart = frozenset((a, b) for a in ids for b in ids if a != b and chance.random() < 0.3)
        sheet = Modalities(form=Form.peer, timeline=(Timing(phase=Phase.launch, day=0),), limits={"seniority_gap": 1})
        wishes = {(chance.choice(ids[:3]), other): 1 for other in ids[3:]}
        there = Candidates(Form.peer, sheet, people, people, apart, (), frozenset(), wishes)
        question = question_of(there, pins=frozenset(), forbids=frozenset(), previous=frozenset())
        question = unpacked(question.packed())
        assert isinstance(question, Question) and question.peers
        problem = question.problem(Priorities(balance=3))
        assert (problem.cohort.grid == problem.cohort.grid.T).all()
        for one in ids[:3]:
            for other in ids[3:5]:
                assert bool(problem.obstacles(*problem.cohort.pair(one, other))) == any(
                    there.forbids(*way) is not None
                    for a in people
                    for b in people
                    if {a.enrolment_id, b.enrolment_id} == {one, other}
                    for way in ((a, b), (b, a))
                )
        answer = solve(problem)
        assert not check(problem, answer, by_pair=True).complaints
        assert answer.primal == max(worth(problem, one) for one in every_answer(problem)), seed
    assert set(ONE_POOL) < set(CRITERIA)
