"""Nomination, application, decision, waiting list, and the ways out, each with its answer."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.enrolments import commands
from marketplace.enrolments.models import DepartureReason, ManagerView
from marketplace.programmes.modalities import Condition, Form, Phase, Quota, Side, SideRules, Words
from marketplace.programmes.models import CohortPhase, Enrolment, EnrolmentState, PartyState, ProgrammeParty
from marketplace.programmes.queries import cohort_or_404
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation
from tenants.shared import jobs
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.models import Letter
from tests.factories import NOW, acting, enrol

DAY = timedelta(days=1)
STATE = EnrolmentState


def kinds(operator):
    operator.rollback()
    return sorted(operator.scalars(sa.select(Letter.kind)))


def test_a_nomination_goes_from_the_firm_to_the_person_to_those_who_run_it(cohort, desk, cast, work, operator):
    one = desk.nominate(cast.ann, cohort, cast.mia)
    work()
    assert desk.read(one).state is STATE.nominated
    assert kinds(operator) == ["enrolment_asked"]
    desk.answer(cast.mia, cohort, one)
    assert desk.read(one).state is STATE.awaiting_decision
    desk.act(cast.ned, "take_in", cohort, one)
    work()
    kept = desk.read(one)
    assert (kept.state, kept.decided_by_id, kept.enrolled_at) == (STATE.enrolled, cast.ned.person_id, NOW)
    assert kinds(operator) == ["enrolment_answered", "enrolment_asked"]


@pytest.mark.parametrize("decision", ["take_in", "put_on_waiting_list"])
def test_who_was_nominated_and_has_not_agreed_is_not_decided_about(cohort, desk, cast, decision):
    one = desk.nominate(cast.ann, cohort, cast.mia)
    with pytest.raises(Refused, match="stands elsewhere"):
        desk.act(cast.ned, decision, cohort, one)
    kept = desk.read(one)
    assert (kept.state, kept.consented_at) == (STATE.nominated, None)
    desk.answer(cast.mia, cohort, one)
    assert desk.read(one).consented_at == NOW


def test_the_nominated_person_answers_from_the_letter_without_a_sign_in(cohort, desk, cast, work, linked, anonymous):
    one = desk.nominate(cast.ann, cohort, cast.mia)
    work()
    link = linked(cast.mia, "nominates you")
    page = anonymous.get(link)
    assert page.status_code == 200
    assert "Crossing" in page.text
    assert desk.read(one).state is STATE.nominated, "looking changes nothing"
    assert anonymous.post(f"{link}/nomination-answer", data={}).status_code == 422
    done = anonymous.post(f"{link}/nomination-answer", data={"answer": "no", "words": "Not this year."})
    assert done.status_code == 200
    kept = desk.read(one)
    assert (kept.state, kept.reason, kept.answer) == (STATE.declined, "declined", "Not this year.")
    assert anonymous.get(link).status_code == 410


def test_whoever_said_no_can_come_back_and_whoever_is_in_cannot_come_twice(cohort, desk, cast):
    one = desk.nominate(cast.ann, cohort, cast.mia)
    with pytest.raises(Refused, match="already"):
        desk.nominate(cast.ann, cohort, cast.mia)
    desk.answer(cast.mia, cohort, one, agreed=False)
    again = desk.apply(cast.mia, cohort)
    assert desk.read(again).state is STATE.awaiting_decision
    with pytest.raises(Refused, match="already"):
        desk.apply(cast.mia, cohort)


def test_only_those_who_look_after_them_nominate(cohort, desk, cast):
    with pytest.raises(Forbidden):
        desk.nominate(cast.gus, cohort, cast.gus)
    with pytest.raises(Forbidden, match="decide"):
        desk.act(cast.ann, "take_in", cohort, desk.apply(cast.mia, cohort))


def test_an_application_waits_for_the_employer_and_a_no_is_explained(make, desk, cast, work, operator):
    cohort = make(employer_approval=True)
    one = desk.apply(cast.mia, cohort)
    work()
    assert desk.read(one).state is STATE.awaiting_employer
    readers = operator.scalars(sa.select(Letter.person_id).where(Letter.kind == "enrolment_to_approve")).all()
    assert set(readers) == {cast.ann.person_id, cast.abe.person_id}
    with pytest.raises(Forbidden):
        desk.act(cast.mia, "answer_for_employer", cohort, one, approved=True, words="")
    desk.act(cast.ann, "answer_for_employer", cohort, one, approved=False, words="You lead a project until June.")
    kept = desk.read(one)
    assert (kept.state, kept.reason, kept.answer) == (STATE.refused, "not_approved", "You lead a project until June.")
    with pytest.raises(Refused, match="elsewhere"):
        desk.act(cast.abe, "answer_for_employer", cohort, one, approved=True, words="")


def test_a_line_manager_is_asked_by_letter_and_the_person_never_reads_it(
    make, desk, cast, work, linked, anonymous, sign_in, operator
):
    cohort = make(manager_view=True)
    with pytest.raises(Refused, match="Nobody in your organisation"):
        desk.apply(cast.mia, cohort, manager="max@globex.example")
    one = desk.apply(cast.mia, cohort, manager="ABE@acme.example")
    work()
    link = linked(cast.abe, "view")
    assert "Mia Acme" in anonymous.get(link).text
    words = "She would lead a larger team next year."
    assert anonymous.post(f"{link}/manager-view", data={"has_time": "yes", "words": words}).status_code == 200
    assert operator.scalars(sa.select(ManagerView.has_time)).all() == ["yes"]
    page = f"/cohorts/{cohort.id}/enrolments/{one}"
    assert words in sign_in(cast.ann).get(f"/acme{page}").text
    assert words in sign_in(cast.ned).get(f"/bridge{page}").text
    assert words not in sign_in(cast.mia).get(f"/acme{page}").text


def test_who_is_not_eligible_reads_why(make, desk, cast, sign_in):
    rules = SideRules(eligibility=(Condition(on="seniority", any_of=("executive",)),))
    cohort = make(mentees=rules)
    with pytest.raises(Refused, match="seniority is not known"):
        desk.apply(cast.mia, cohort)
    path = f"/acme/cohorts/{cohort.id}/enrolments/nomination"
    page = sign_in(cast.ann).post(path, data={"address": "mia@acme.example", "side": "mentee"})
    assert page.status_code == 422
    assert "seniority is not known" in page.text
    assert desk.read(desk.apply(cast.max, cohort, Side.mentor)).state is STATE.awaiting_decision


def test_a_statement_in_the_programmes_own_words_is_confirmed(make, cast, sign_in):
    says = Condition(on="statement", statement=Words(en="You have led people for a year."))
    cohort = make(mentees=SideRules(eligibility=(says,)))
    path, form = f"/acme/cohorts/{cohort.id}/enrolments/application", {"side": "mentee"}
    mia = sign_in(cast.mia)
    assert "You have led people for a year." in mia.get(path).text
    assert mia.post(path, data=form).status_code == 422
    answer = mia.post(path, data=form | {"states_true": "y"})
    assert answer.status_code == 303
    page = sign_in(cast.ned).get(answer.location.replace("/acme/", "/bridge/")).text
    assert "Confirmed as true" in page and "You have led people for a year." in page


def test_places_and_quotas_hold_and_the_next_on_the_list_comes_in_by_itself(make, desk, cast, work):
    cohort = make(mentees=SideRules(places=1))
    first, second = desk.apply(cast.mia, cohort), desk.apply(cast.gus, cohort)
    desk.act(cast.ned, "take_in", cohort, first)
    with pytest.raises(Refused, match=r"Every place on this side .* waiting list"):
        desk.act(cast.ned, "take_in", cohort, second)
    desk.act(cast.ned, "put_on_waiting_list", cohort, second)
    work()
    assert desk.read(second).state is STATE.waiting
    with acting(desk.app, cast.gus):
        assert db.session.scalar(sa.select(sa.func.waiting_position(cohort.org_id, second))) == 1
    desk.act(cast.mia, "drop_out", cohort, first, words="A new role.")
    work()
    assert desk.read(first).state is STATE.dropped_out
    assert desk.read(second).state is STATE.enrolled


def test_a_place_that_nobody_who_waits_may_take_is_offered_to_those_who_run_it(
    make, desk, cast, work, mailbox, operator
):
    """Globex is as many as it may be, so its second on the list stays there although a place is free."""
    cohort = make(mentees=SideRules(places=2), quota=Quota(mentees=1))
    inside = enrol(operator, cohort, cast.mia, Side.mentee).id
    enrol(operator, cohort, cast.gus, Side.mentee)
    waits = enrol(operator, cohort, cast.max, Side.mentee, state=STATE.waiting, enrolled_at=None).id
    operator.commit()
    desk.act(cast.mia, "drop_out", cohort, inside, words="")
    work()
    assert desk.read(waits).state is STATE.waiting
    (letter,) = [one for one in mailbox.to(cast.ned.email) if "left a cohort early" in str(one["Subject"])]
    assert "Choose from the waiting list, or raise a quota" in letter.get_body(("plain",)).get_content()
    party = operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.max.org_id))
    party.max_mentees = 2
    operator.commit()
    desk.act(cast.ned, "take_in", cohort, waits)
    assert desk.read(waits).state is STATE.enrolled


def test_a_firms_quota_counts_those_on_their_way(make, desk, cast, operator):
    cohort = make(quota=Quota(mentees=1))
    desk.nominate(cast.ann, cohort, cast.mia)
    with pytest.raises(Refused, match="Your quota is 1"):
        desk.nominate(cast.ann, cohort, cast.pam)
    party = operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.ann.org_id))
    party.max_mentees = 2
    operator.commit()
    desk.nominate(cast.ann, cohort, cast.pam)


def test_a_firm_sends_no_more_mentees_than_the_mentors_it_gives_allow(make, desk, cast):
    cohort = make(quota=Quota(balance=0))
    mentee, mentor = desk.apply(cast.mia, cohort), desk.apply(cast.abe, cohort, Side.mentor)
    with pytest.raises(Refused, match="more mentees than the mentors"):
        desk.act(cast.ned, "take_in", cohort, mentee)
    desk.act(cast.ned, "take_in", cohort, mentor)
    desk.act(cast.ned, "take_in", cohort, mentee)
    assert desk.read(mentee).state is STATE.enrolled


@pytest.mark.race
def test_of_two_who_are_taken_in_at_once_one_gets_the_last_place(make, desk, cast, app):
    cohort = make(mentees=SideRules(places=1))
    both = [desk.apply(cast.mia, cohort), desk.apply(cast.gus, cohort)]
    together, refused = threading.Barrier(2), []

    def take(enrolment_id):
        with acting(app, cast.ned) as viewer:
            seen = cohort_or_404(viewer, cohort.id)
            one = db.session.get(Enrolment, (cohort.org_id, enrolment_id))
            together.wait()
            try:
                commands.take_in(acting=viewer, seen=seen, enrolment=one, now=NOW)
            except Refused as refusal:
                refused.append(refusal.sentence)

    threads = [threading.Thread(target=take, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(desk.read(one).state for one in both) == [STATE.awaiting_decision, STATE.enrolled]


def test_the_database_gives_no_place_that_there_is_not(make, desk, cast, app):
    """Whatever a page forgets to ask."""
    cohort = make(mentees=SideRules(places=1))
    desk.act(cast.ned, "take_in", cohort, desk.apply(cast.mia, cohort))
    second = desk.apply(cast.gus, cohort)
    with acting(app, cast.ned), pytest.raises(sa.exc.IntegrityError, match="no room: side_full"):
        db.session.execute(sa.update(Enrolment).where(Enrolment.id == second).values(state=STATE.enrolled))


def test_a_decision_against_somebody_needs_its_explanation(cohort, desk, cast, sign_in):
    one = desk.apply(cast.mia, cohort)
    ned, path = sign_in(cast.ned), f"/bridge/cohorts/{cohort.id}/enrolments/{one}"
    assert ned.post(f"{path}/decision", data={"answer": "refuse"}).status_code == 422
    words = "This cohort is for those who begin to lead now."
    assert ned.post(f"{path}/decision", data={"answer": "refuse", "words": words}).status_code == 303
    assert words in sign_in(cast.mia).get(f"/acme/cohorts/{cohort.id}/enrolments/{one}").text


def test_why_somebody_left_is_read_by_those_who_run_it_and_not_by_the_employer(cohort, desk, cast, sign_in, app):
    one = desk.apply(cast.mia, cohort)
    desk.act(cast.ned, "take_in", cohort, one)
    desk.act(cast.mia, "drop_out", cohort, one, words="My manager gives me no time.")
    page = f"/cohorts/{cohort.id}/enrolments/{one}"
    assert "gives me no time" in sign_in(cast.ned).get(f"/bridge{page}").text
    assert "gives me no time" not in sign_in(cast.ann).get(f"/acme{page}").text
    with acting(app, cast.ann):
        assert not db.session.scalars(sa.select(DepartureReason)).all()
    replaced = desk.nominate(cast.ann, cohort, cast.pam, replaces_id=one)
    assert desk.read(replaced).replaces_id == one


def test_silence_lapses_once_however_late_the_worker_is(make, desk, cast, work, worker_app, set_clock, operator):
    cohort = make(employer_approval=True)
    nominated, applied = desk.nominate(cast.ann, cohort, cast.mia), desk.apply(cast.gus, cohort)
    work()
    set_clock(NOW + 40 * DAY)
    for _ in range(2):
        with worker_app.app_context():
            jobs.queue.tasks["turn_clock_of_cohorts"].func.__wrapped__()
            db.session.commit()
        work()
    assert desk.read(nominated).reason == "no_answer"
    assert desk.read(applied).reason == "employer_silent"
    assert kinds(operator).count("enrolment_answered") == 2


def test_informal_takes_in_straight_and_a_list_begins_where_it_is_full(make, desk, cast):
    cohort = make(form=Form.informal, mentees=SideRules(places=1))
    assert desk.read(desk.apply(cast.mia, cohort)).state is STATE.enrolled
    assert desk.read(desk.apply(cast.gus, cohort)).state is STATE.waiting


def test_a_nudge_comes_once_in_three_days(cohort, desk, cast, work, operator):
    one = desk.nominate(cast.ann, cohort, cast.mia)
    key = {"cohort": cohort, "enrolment_id": one}

    def nudge(now):
        with acting(desk.app, cast.ann) as viewer:
            commands.nudge(
                acting=viewer, seen=cohort_or_404(viewer, cohort.id), enrolment_id=key["enrolment_id"], now=now
            )

    nudge(NOW)
    with pytest.raises(Refused, match="three days"):
        nudge(NOW + 2 * DAY)
    nudge(NOW + 3 * DAY)
    work()
    assert kinds(operator).count("enrolment_asked") == 3


def leave(operator, app, actor, work):
    """The day has come on which somebody left."""
    with app.app_context():
        tie = operator.get(Affiliation, (actor.org_id, actor.affiliation_id))
        tie.ended_on = NOW.date()
        operator.commit()
    from tenants import walls

    with app.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": actor.org_id}))
        jobs.announce("affiliation.ended", org_id=actor.org_id, affiliation_id=actor.affiliation_id)
        db.session.commit()
    work()


def test_who_changes_employer_stays_in_between_employers_and_goes_on_for_the_next(
    cohort, desk, cast, work, worker_app, operator, app
):
    inside, coming = desk.apply(cast.mia, cohort), desk.apply(cast.pam, cohort)
    desk.act(cast.ned, "take_in", cohort, inside)
    for actor in (cast.mia, cast.pam):
        leave(operator, worker_app, actor, work)
    assert (desk.read(inside).state, desk.read(inside).firm_id) == (STATE.enrolled, None)
    assert (desk.read(coming).state, desk.read(coming).reason) == (STATE.withdrawn, "left_firm")
    with acting(app, cast.ann):
        assert inside not in db.session.scalars(sa.select(Enrolment.id)).all(), "the former employer sees it no more"
    operator.add(Affiliation(org_id=cast.gil.org_id, id=cast.mia.affiliation_id + 1, person_id=cast.mia.person_id))
    operator.commit()
    from dataclasses import replace

    there = replace(cast.mia, slug="globex", org_id=cast.gil.org_id)
    from marketplace.enrolments.eligibility import profile_of

    with acting(app, there) as viewer:
        seen = cohort_or_404(viewer, cohort.id)
        profile = profile_of(viewer.org_id, viewer.person_id)
        one = db.session.get(Enrolment, (cohort.org_id, inside))
        commands.continue_for(acting=viewer, seen=seen, enrolment=one, profile=profile, now=NOW)
    assert desk.read(inside).firm_id == cast.gil.org_id


def test_a_firm_that_leaves_takes_nobody_along_who_is_in(cohort, desk, cast, work, worker_app, operator):
    inside, coming = desk.apply(cast.mia, cohort), desk.nominate(cast.ann, cohort, cast.pam)
    desk.act(cast.ned, "take_in", cohort, inside)
    from tenants import walls

    with worker_app.app_context():
        walls.enter(db.session, walls.Entry(walls.ENTER_JOB, {"org_id": cast.ned.org_id}))
        jobs.announce("firm.left", org_id=cast.ned.org_id, firm_id=cast.ann.org_id)
        db.session.commit()
    work()
    assert desk.read(inside).state is STATE.enrolled
    assert desk.read(coming).reason == "firm_left"
    party = operator.get(ProgrammeParty, (cohort.org_id, cohort.programme_id, cast.ann.org_id))
    assert party.state is PartyState.left
    with acting(desk.app, cast.mia) as viewer:
        assert cohort_or_404(viewer, cohort.id).takes_part


def test_the_profile_goes_along_once_the_person_agreed_and_nobody_types_it_again(cohort, desk, cast, sign_in):
    seeks = "Somebody who led a plant"
    assert seeks in sign_in(cast.mia).get(f"/acme/cohorts/{cohort.id}/enrolments/application").text
    asked, applied = desk.nominate(cast.ann, cohort, cast.pam), desk.apply(cast.mia, cohort)
    ned = sign_in(cast.ned)
    shown = ned.get(f"/bridge/cohorts/{cohort.id}/enrolments/{applied}").text
    assert seeks in shown
    assert "Project lead" in shown
    assert "What goes along" not in ned.get(f"/bridge/cohorts/{cohort.id}/enrolments/{asked}").text
    assert seeks not in sign_in(cast.ann).get(f"/acme/cohorts/{cohort.id}/enrolments/{applied}").text


def test_late_comers_come_in_after_the_launch_and_not_once_it_closes(make, desk, cast, operator):
    cohort = make()
    for phase in (Phase.launch, Phase.mid_point):
        operator.get(CohortPhase, (cohort.org_id, cohort.id, phase)).opened_at = NOW
    operator.commit()
    late = desk.apply(cast.mia, cohort)
    desk.act(cast.ned, "take_in", cohort, late)
    assert desk.read(late).state is STATE.enrolled
    operator.get(CohortPhase, (cohort.org_id, cohort.id, Phase.closing)).opened_at = NOW
    operator.commit()
    with pytest.raises(Refused, match="closing and takes nobody in"):
        desk.apply(cast.pam, cohort)


def test_a_spreadsheet_is_taken_whole_or_mended_by_row_and_column(cohort, cast, sign_in, operator):
    import io

    ann, path = sign_in(cast.ann), f"/acme/cohorts/{cohort.id}/enrolments/nomination/list"

    def send(text):
        data = {"sheet": (io.BytesIO(text.encode()), "people.csv")}
        return ann.post(path, data=data, content_type="multipart/form-data")

    bad = send(
        "E-mail;Side\nmia@acme.example;mentee\nnobody@acme.example;mentor\npam@acme.example;chief\nmia@acme.example;mentee\n"
    )
    assert bad.status_code == 422
    for words in ("Row 3", "Row 4", "chief", "nobody@acme.example", "The same person as in row 2"):
        assert words in bad.text
    assert not operator.scalars(sa.select(Enrolment)).all()
    assert send("Name,Place\nMia,Lyon\n").status_code == 422
    assert send("E-mail;Side\nmia@acme.example;mentee\nabe@acme.example;mentor\n").status_code == 303
    operator.rollback()
    sides = operator.execute(
        sa.select(Person.name, Enrolment.side).join(Person, Person.id == Enrolment.person_id)
    ).all()
    assert sorted(map(tuple, sides)) == [("Abe Acme", Side.mentor), ("Mia Acme", Side.mentee)]


def test_a_spreadsheet_may_call_the_sides_what_the_pages_call_them(make, cast, sign_in, operator):
    import io

    cohort = make(form=Form.reverse)
    file = io.BytesIO("E-mail;Side\nmia@acme.example;Junior mentor\nabe@acme.example;Mentorés seniors\n".encode())
    path = f"/acme/cohorts/{cohort.id}/enrolments/nomination/list"
    sent = sign_in(cast.ann).post(path, data={"sheet": (file, "people.csv")}, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    operator.rollback()
    asked = operator.execute(sa.select(Enrolment.person_id, Enrolment.side)).all()
    assert {tuple(row) for row in asked} == {
        (cast.mia.person_id, Side.mentor),
        (cast.abe.person_id, Side.mentee),
    }
