"""The coordinator's desk: which pairs, in what state, since when; names of one's own people, and no word."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import sqlalchemy as sa
from openpyxl import load_workbook

from marketplace.coordination import queries
from marketplace.coordination.queries import Standing
from marketplace.mentorships.models import Mentorship, MentorshipState
from marketplace.requests.models import MentoringRequest, RequestState
from marketplace.rhythm.models import Pulse
from tenants.accounts.models import Person
from tenants.organisations.models import FirmMembership
from tenants.shared.database import new_id
from tests.factories import NOW, acting
from tests.marketplace.requests.conftest import letters

DAY = timedelta(days=1)
QUIET = 45 * DAY + 14 * DAY


def desk(sign_in, actor, slug, query=""):
    answer = sign_in(actor).get(f"/{slug}/pairs/{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def make_quiet(at):
    at(NOW + 45 * DAY)
    at(NOW + QUIET)


def test_names_are_those_of_ones_own_people_and_the_other_side_is_a_firm(pair, mentors, sign_in):
    acme, globex, bridge = (
        desk(sign_in, mentors[name], slug) for name, slug in (("ann", "acme"), ("gil", "globex"), ("ned", "bridge"))
    )
    assert "Mia Acme" in acme and "Globex" in acme and "Max" not in acme
    assert "Max Globex" in globex and "Acme" in globex and "Mia" not in globex
    assert "Acme" in bridge and "Globex" in bridge and "Mia" not in bridge and "Max" not in bridge


def test_other_firms_and_networks_see_none_of_it(pair, mentors, sign_in, operator):
    assert "No pair yet" in desk(sign_in, mentors.hal, "harbour")
    operator.execute(
        sa.update(FirmMembership).where(FirmMembership.firm_id == mentors.max.org_id).values(state="suspended")
    )
    operator.commit()
    assert "No pair yet" in desk(sign_in, mentors.ned, "bridge")
    assert "Mia Acme" in desk(sign_in, mentors.ann, "acme")


def test_nobody_looks_after_a_pair_of_their_own(mentors, ask, step, sign_in):
    asked = ask(mentors.gus, mentors.abe)
    step(mentors.abe, "accept_request", asked, words="", contact="")
    step(mentors.gus, "confirm_request", asked, contact="")
    assert "No pair yet" in desk(sign_in, mentors.abe, "acme")
    assert "Abe Acme" in desk(sign_in, mentors.ann, "acme")


def test_quiet_comes_first_and_one_kind_letter_a_week_goes_to_both(pair, at, mentors, sign_in, operator, work):
    at(NOW + 45 * DAY)
    assert "Quiet since" not in desk(sign_in, mentors.ann, "acme")
    make_quiet(at)
    assert "Quiet since 2 Nov" in desk(sign_in, mentors.ann, "acme", "?standing=quiet")
    path = f"pairs/{pair.id}/nudge"
    before = len(letters(operator, "pair_quiet"))
    assert sign_in(mentors.ann).post(f"/acme/{path}").status_code == 303
    assert sign_in(mentors.gil).post(f"/globex/{path}").status_code == 409
    assert sign_in(mentors.ned).post(f"/bridge/{path}").status_code == 409
    assert sign_in(mentors.hal).post(f"/harbour/{path}").status_code == 404
    work()
    assert len(letters(operator, "pair_quiet")) == before + 2
    assert "asked us to write kindly" in sign_in(mentors.ann).get("/acme/activity/").get_data(as_text=True)


def test_an_ending_without_a_new_match_is_for_the_mentees_side(pair, mentors, sign_in, operator, again):
    row = again()[0]
    row.state, row.ended_at = MentorshipState.ended, NOW + DAY
    operator.commit()
    assert "Ended without a new match" in desk(sign_in, mentors.ann, "acme")
    assert "Ended without a new match" not in desk(sign_in, mentors.gil, "globex")
    # Somebody new is asked: nothing is open any more.
    asked = operator.scalars(sa.select(MentoringRequest)).one()
    operator.expunge(asked)
    sa.orm.make_transient(asked)
    asked.id, asked.state, asked.holds_place, asked.due_at = new_id(), RequestState.sent, False, NOW + DAY
    operator.add(asked)
    operator.commit()
    assert "Ended without a new match" not in desk(sign_in, mentors.ann, "acme")


def copies(operator, pair, number):
    """As many more mentorships of the same two, each of a request of its own, the newest last."""
    asked = operator.scalars(sa.select(MentoringRequest)).one()
    columns = [column.key for column in sa.inspect(MentoringRequest).column_attrs]
    values = {key: getattr(asked, key) for key in columns}
    for _ in range(number):
        request_id = new_id()
        operator.add(MentoringRequest(**values | {"id": request_id, "holds_place": False, "state": "withdrawn"}))
        operator.flush()
        operator.add(
            Mentorship(
                org_id=pair.org_id,
                request_id=request_id,
                mentee_person_id=pair.mentee_person_id,
                mentor_org_id=pair.mentor_org_id,
                mentor_id=pair.mentor_id,
                mentor_person_id=pair.mentor_person_id,
                form=pair.form,
                started_at=NOW,
            )
        )
    operator.commit()


def test_the_next_page_begins_where_the_last_one_ended_what_is_stuck_first(pair, app, mentors, operator, monkeypatch):
    copies(operator, pair, 6)
    monkeypatch.setattr(queries, "PAGE", 3)
    operator.execute(sa.update(Pulse).where(Pulse.mentorship_id == pair.id).values(hinted_at=NOW, nudged_at=NOW))
    operator.commit()
    with acting(app, mentors.ann) as ann:
        seen = list(queries.all_pairs(ann))
        assert seen[0].id == pair.id
        rest = [one.id for one in seen[1:]]
        assert len(set(rest)) == 6 and rest == sorted(rest, reverse=True)
        assert queries.counts(ann) == {"quiet": 1, "running": 6}
        assert [one.id for one in queries.all_pairs(ann, Standing.quiet)] == [pair.id]


def test_the_file_holds_the_same_and_no_formula(pair, mentors, sign_in, operator):
    operator.execute(sa.update(Person).where(Person.id == mentors.mia.person_id).values(name="=HYPERLINK(1)"))
    operator.commit()
    client = sign_in(mentors.ann)
    rows = list(csv.reader(io.StringIO(client.get("/acme/pairs/export.csv").data.decode("utf-8-sig"))))
    assert rows[1][0] == "'=HYPERLINK(1)" and rows[1][2] == "" and rows[1][3] == "Globex"
    sheet = load_workbook(io.BytesIO(client.get("/acme/pairs/export.xlsx").data)).active
    assert sheet.cell(2, 1).value == "'=HYPERLINK(1)"
    assert len(list(csv.reader(io.StringIO(client.get("/acme/pairs/export.csv?standing=quiet").text)))) == 1


def test_a_coordinator_says_after_how_many_days(pair, mentors, sign_in, at, operator):
    client = sign_in(mentors.ann)
    assert client.post("/acme/pairs/quiet-days", data={"quiet_days": "3"}).status_code == 422
    assert client.post("/acme/pairs/quiet-days", data={"quiet_days": "20"}).status_code == 303
    # Another organisation's days are its own.
    assert sign_in(mentors.gil).post("/globex/pairs/quiet-days", data={"quiet_days": "300"}).status_code == 303
    at(NOW + 20 * DAY)
    assert len(letters(operator, "pair_quiet")) == 2
