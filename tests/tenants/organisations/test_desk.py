"""The network's desk: what is stuck comes first, firms are reminded and limited, and only counts are seen."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from marketplace.mentors.models import Card
from tenants.onboarding.models import Invitation
from tenants.organisations import intake, queries
from tenants.organisations.models import FirmMembership, MembershipState, Nudge, Organisation
from tenants.organisations.queries import STEPS, MemberFirm, by_need
from tenants.shared import clock
from tenants.shared.errors import Refused
from tenants.shared.models import Activity, Letter
from tests.contracts.scene import set_scene
from tests.factories import acting, publish

TODAY = date(2026, 11, 20)
days = st.integers(0, 400).map(lambda ago: TODAY - timedelta(days=ago))
firms = st.lists(
    st.builds(
        MemberFirm,
        id=st.integers(1, 10_000),
        name=st.sampled_from(["Acme", "Globex", "Initech"]),
        slug=st.just("acme"),
        state=st.sampled_from(list(MembershipState)),
        joined_on=days,
        left_on=st.none(),
        provisional=st.booleans(),
        people=st.integers(0, 5),
        mentors=st.integers(0, 5),
        mentees=st.integers(0, 5),
        requests=st.integers(0, 5),
        accepted=st.none(),
        done_on=st.dictionaries(st.sampled_from(STEPS), days),
        max_mentors=st.none(),
        max_mentees=st.none(),
        own_quota=st.booleans(),
        nudged_at=st.none(),
    ),
    max_size=12,
)


@given(firms)
def test_whoever_stands_longest_on_their_way_is_on_top(listed):
    order = by_need(listed, TODAY)
    assert sorted(map(id, order)) == sorted(map(id, listed))
    kinds = [queries.KINDS_IN_ORDER.index(firm.kind) for firm in order]
    assert kinds == sorted(kinds)
    waiting = [firm.days_in(TODAY) for firm in order if firm.kind == "on_the_way"]
    assert waiting == sorted(waiting, reverse=True)
    assert all(not firm.stuck(TODAY) or firm.next_step for firm in order)


def invited(operator, email: str) -> Organisation:
    operator.rollback()
    query = sa.select(Organisation).join(Invitation, Invitation.org_id == Organisation.id)
    return operator.scalars(query.where(Invitation.email == email).limit(1)).one()


def test_an_address_alone_invites_a_firm_that_names_itself(sign_in, cast, operator):
    ned = sign_in(cast.ned)
    sent = ned.post("/bridge/firms/first-invitations", data={"partner": "vera@lindis.example", "language": "fr"})
    assert sent.status_code == 303
    firm = invited(operator, "vera@lindis.example")
    assert (firm.name, firm.provisional, firm.welcome_open) == ("lindis.example", True, True)
    page = ned.get("/bridge/firms/").text
    assert "lindis.example" in page and "Invitation not taken up" in page


def test_a_programme_manager_and_other_networks_invite_nobody(sign_in, cast):
    form = {"partner": "vera@lindis.example", "language": "fr"}
    assert sign_in(cast.hal).post("/bridge/firms/first-invitations", data=form).status_code == 404
    assert sign_in(cast.ann).post("/acme/firms/first-invitations", data=form).status_code == 404
    assert sign_in(cast.ned).post("/bridge/firms/first-invitations", data=form | {"partner": "x"}).status_code == 422


def test_a_reminder_reaches_those_who_look_after_the_firm_and_waits_three_days(sign_in, cast, operator, app, work):
    ned = sign_in(cast.ned)
    assert ned.post(f"/bridge/firms/{cast.mia.org_id}/nudge").status_code == 303
    assert ned.post(f"/bridge/firms/{cast.mia.org_id}/nudge").status_code == 409
    work()
    letters = operator.scalars(sa.select(Letter).where(Letter.kind == "firm_nudged")).all()
    assert {letter.person_id for letter in letters} == {cast.ann.person_id, cast.abe.person_id}
    assert {letter.org_id for letter in letters} == {cast.mia.org_id}
    assert "reminded your firm" in sign_in(cast.ann).get("/acme/activity/").text
    assert "Reminded on" in ned.get(f"/bridge/firms/{cast.mia.org_id}").text
    with acting(app, cast.ned) as viewer:
        firm = queries.member_firm_or_404(viewer, cast.mia.org_id, today=clock.today())
        with pytest.raises(Refused):
            intake.nudge_firm(acting=viewer, firm=firm, now=clock.now() + timedelta(days=3) - timedelta(minutes=1))
    with acting(app, cast.ned) as viewer:
        intake.nudge_firm(acting=viewer, firm=firm, now=clock.now() + timedelta(days=3, minutes=1))
    assert len(operator.scalars(sa.select(Nudge)).all()) == 2


def test_a_firm_without_people_gets_its_invitation_again(sign_in, cast, operator):
    ned = sign_in(cast.ned)
    ned.post("/bridge/firms/first-invitations", data={"partner": "vera@lindis.example", "language": "fr"})
    firm = invited(operator, "vera@lindis.example")
    assert ned.post(f"/bridge/firms/{firm.id}/nudge").status_code == 303
    states = operator.scalars(
        sa.select(Invitation.state).where(Invitation.org_id == firm.id).order_by(Invitation.id)
    ).all()
    assert states == ["withdrawn", "open"]


def test_another_networks_firm_is_neither_reminded_nor_limited(sign_in, cast):
    ned = sign_in(cast.ned)
    assert ned.post(f"/bridge/firms/{cast.ida.org_id}/nudge").status_code == 404
    assert ned.post(f"/bridge/firms/{cast.ida.org_id}/quota", data={"max_mentors": "1"}).status_code == 404


def test_the_desk_filters_and_searches(sign_in, cast):
    ned = sign_in(cast.ned)
    ned.post(f"/bridge/firms/{cast.max.org_id}/suspension")
    assert "Globex" in ned.get("/bridge/firms/?state=suspended").text
    assert "Acme" not in ned.get("/bridge/firms/?state=suspended").text
    found = ned.get("/bridge/firms/?q=acm").text
    assert "Acme" in found and "Globex" not in found
    assert "No firm like that" in ned.get("/bridge/firms/?q=xyzzy").text


def test_leaving_is_asked_in_numbers_announced_and_can_be_asked_back(sign_in, cast, operator, app):
    for mentor in (cast.max, cast.abe):
        publish(app, mentor)
    set_scene(operator, cast)
    ned = sign_in(cast.ned)
    asked = ned.get(f"/bridge/firms/{cast.max.org_id}/leaving/new").text
    assert "1 mentor page vanishes" in asked and "2 mentorships run" in asked and "2 requests are open" in asked
    assert ned.post(f"/bridge/firms/{cast.max.org_id}/leaving").status_code == 303
    assert operator.get(Card, (cast.max.org_id, cast.max.mentor_id)).aud == []
    assert ned.post(f"/bridge/firms/{cast.max.org_id}/leaving").status_code == 409
    assert "Globex" not in ned.get("/bridge/firms/").text
    assert "Globex" in ned.get("/bridge/firms/?state=left").text
    assert ned.post("/bridge/firms/invitations", data={"known": "globex"}).status_code == 303
    operator.rollback()
    assert operator.get(FirmMembership, (cast.ned.org_id, cast.max.org_id)).state == "invited"


def test_counts_of_parting_are_for_the_two_sides_only(app, cast, operator):
    publish(app, cast.max)
    figures = {}
    for name in ("ned", "gil", "hal", "ann", "gus"):
        with acting(app, cast[name]) as viewer:
            figures[name] = queries.parting(viewer, cast.ned.org_id, cast.max.org_id).cards
    assert figures == {"ned": 1, "gil": 1, "hal": 0, "ann": 0, "gus": 0}


def test_the_network_reads_counts_and_no_rows(app, cast, operator):
    from tenants.shared.database import db

    set_scene_of(app, operator, cast)
    with acting(app, cast.ned) as viewer:
        firm = queries.member_firm_or_404(viewer, cast.mia.org_id, today=clock.today())
        assert (firm.people, firm.requests) == (4, 3)
        for table in ("mentoring_request", "conflict_declaration", "domain", "welcome_step", "logo"):
            assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0, table
    with acting(app, cast.ann):
        assert db.session.execute(sa.text("SELECT * FROM firm_progress()")).all() == []


def set_scene_of(app, operator, cast):
    for mentor in (cast.max, cast.abe):
        publish(app, mentor)
    set_scene(operator, cast)


# --- places -----------------------------------------------------------------------------------------------------------


def quota(sign_in, cast, **figures):
    form = {"max_mentors": "", "max_mentees": ""} | figures
    assert sign_in(cast.ned).post("/bridge/firms/quota", data=form).status_code == 303


def test_no_mentor_is_published_above_the_figure(sign_in, cast, app, operator):
    quota(sign_in, cast, max_mentors="0")
    with pytest.raises(Refused, match="no more places"):
        publish(app, cast.max)
    answer = sign_in(cast.ned).post(f"/bridge/firms/{cast.max.org_id}/quota", data={"max_mentors": "1"})
    assert answer.status_code == 303
    publish(app, cast.max)
    # Who is in may go on changing their page, also when the figure falls.
    sign_in(cast.ned).post(f"/bridge/firms/{cast.max.org_id}/quota", data={"max_mentors": "0"})
    publish(app, cast.max, headline="I am Max and I like long questions as well.")
    with pytest.raises(Refused, match="no more places"):
        publish(app, cast.abe)


def test_a_figure_below_zero_is_refused_and_kept_as_typed(sign_in, cast):
    answer = sign_in(cast.ned).post("/bridge/firms/quota", data={"max_mentors": "-3"})
    assert answer.status_code == 422 and 'value="-3"' in answer.text


def test_a_firm_reads_its_own_figures_and_cannot_write_them(sign_in, cast, app):
    from tenants.shared.database import db

    quota(sign_in, cast, max_mentors="7", max_mentees="5")
    assert "7 mentors, 5 mentees" in sign_in(cast.abe).get("/acme/settings/").text
    with acting(app, cast.abe) as viewer:
        assert queries.own_quota(viewer, cast.ned.org_id).max_mentors == 7
        written = db.session.execute(sa.text("UPDATE intake_quota SET max_mentors = 99"))
        assert written.rowcount == 0
    with acting(app, cast.hal) as viewer:
        assert queries.own_quota(viewer, cast.ned.org_id) is None


@pytest.mark.race
def test_the_last_place_is_taken_once(sign_in, cast, app, operator, settings):
    from threading import Barrier, Thread

    from tests.cast import make_mentor

    make_mentor(operator, cast.gus, network_ids=[cast.ned.org_id])
    make_mentor(operator, cast.gil, network_ids=[cast.ned.org_id])
    operator.commit()
    quota(sign_in, cast, max_mentors="1")
    start, refused = Barrier(3), []

    def go(actor):
        start.wait()
        try:
            publish(app, actor)
        except Refused:
            refused.append(actor.name)

    threads = [Thread(target=go, args=(actor,)) for actor in (cast.max, cast.gus, cast.gil)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = operator.scalars(sa.select(Card.person_id).where(Card.org_id == cast.max.org_id)).all()
    assert (len(listed), len(refused)) == (1, 2)


def test_the_log_of_the_network_is_the_firms_history(sign_in, cast, operator):
    ned = sign_in(cast.ned)
    ned.post(f"/bridge/firms/{cast.mia.org_id}/suspension")
    ned.post(f"/bridge/firms/{cast.mia.org_id}/reinstatement")
    page = ned.get(f"/bridge/firms/{cast.mia.org_id}").text
    assert "suspended a member firm" in page and "put a membership back in force" in page
    assert {line.org_id for line in operator.scalars(sa.select(Activity))} == {cast.ned.org_id}
