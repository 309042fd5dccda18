"""From the file to the people: the dry run, the import, the same file again, a dead worker, and back."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tenants.affiliations.models import Affiliation, Role
from tenants.onboarding.models import InvitationState
from tenants.shared.jobs import queue
from tenants.shared.models import Activity, Letter
from tenants.spreadsheets.columns import FIELDS
from tenants.spreadsheets.models import ImportRow, ImportState, PeopleImport, Verdict
from tests.tenants.spreadsheets.conftest import crowd, csv_file, guessed, upload, xlsx_file

ZOE = ("Zoe Newcomer", "zoe@acme.example", "Buyer", "HR partner")


def tie(operator, actor):
    operator.rollback()
    return operator.get_one(Affiliation, (actor.org_id, actor.affiliation_id), populate_existing=True)


def test_the_dry_run_counts_and_changes_nothing(ann, cast, check, latest, invitations):
    path = check(
        csv_file(
            [
                ZOE,
                ("Mia", cast.mia.email, "Plant manager", ""),
                ("Pam", cast.pam.email, "", "member"),
                ("Nobody", "nobody at all", "", ""),
            ]
        )
    )
    taken = latest()
    assert (taken.new, taken.changed, taken.unchanged, taken.wrong) == (1, 1, 1, 1)
    page = ann.get(path).text
    assert "Row 5" in page
    assert "Work e-mail: This is not an e-mail address." in page
    assert "Import 3 rows" in page
    assert invitations() == []


def test_right_rows_come_in_and_wrong_ones_stay_out(ann, cast, bring_in, latest, invitations, operator, mailbox, work):
    bring_in(csv_file([ZOE, ("Mia", cast.mia.email, "Plant manager", "HR partner"), ("", "x", "", "")]))
    assert (latest().state, latest().done) == (ImportState.done, 2)
    [invitation] = invitations()
    assert (invitation.email, invitation.role, invitation.job_title) == ("zoe@acme.example", Role.hr_partner, "Buyer")
    assert (invitation.invited_by_id, invitation.import_id) == (cast.ann.person_id, latest().id)
    changed = tie(operator, cast.mia)
    assert (changed.job_title, changed.role) == ("Plant manager", Role.hr_partner)
    verbs = set(operator.scalars(sa.select(Activity.verb)))
    assert verbs == {"people.imported", "people.role_imported"}
    [letter] = mailbox.to("zoe@acme.example")
    assert "Ann Acme invites you" in letter["Subject"]


def test_the_link_in_the_letter_opens_the_invitation(bring_in, mailbox, anonymous, operator, cast):
    header = ("First name", "Surname", "E-mail", "Language", "Time zone", "Start date", "Function")
    row = ("Zoé", "Newcomer", "zoe@acme.example", "French", "Europe/London", "01/09/2024", "Finance")
    bring_in(csv_file([row], header))
    text = mailbox.to("zoe@acme.example")[0].get_body(("plain",)).get_content()
    path = "/invitations/" + text.split("/invitations/")[1].split()[0]
    page = anonymous.get(path)
    assert page.status_code == 200
    assert 'lang="fr"' in page.text and "Zoé Newcomer" in page.text
    answers = {"name": "Zoé Newcomer", "password": "a sentence of my own", "locale": "fr", "time_zone": "Europe/London"}
    assert anonymous.post(f"{path}/acceptance", data=answers).status_code == 303
    operator.rollback()
    joined = operator.scalars(sa.select(Affiliation).where(Affiliation.work_email == "zoe@acme.example")).one()
    assert (joined.started_on.isoformat(), joined.function) == ("2024-09-01", "finance")


def test_the_same_file_twice_changes_nothing(cast, bring_in, latest, invitations, operator, work):
    file = csv_file([*crowd(5), ("Mia", cast.mia.email, "Plant manager", "")])
    bring_in(file)
    before = [(one.id, one.state, one.token_hash) for one in invitations()]
    letters = operator.scalar(sa.select(sa.func.count()).select_from(Letter))
    bring_in(file)
    taken = latest()
    assert (taken.new, taken.changed, taken.unchanged, taken.wrong) == (0, 0, 6, 0)
    assert [(one.id, one.state, one.token_hash) for one in invitations()] == before
    operator.rollback()
    assert operator.scalar(sa.select(sa.func.count()).select_from(Letter)) == letters


def test_two_imports_of_one_file_checked_before_either_ran_invite_nobody_twice(ann, check, work, invitations):
    first, second = check(csv_file(crowd(4))), check(csv_file(crowd(4)))
    for path in (first, second):
        ann.post(f"{path}/start")
    work()
    assert len(invitations()) == 4


def test_an_open_invitation_takes_what_the_sheet_says_anew(bring_in, invitations):
    bring_in(csv_file(crowd(1)))
    bring_in(csv_file(crowd(1, title="Head buyer", role="HR partner")))
    [invitation] = invitations()
    assert (invitation.job_title, invitation.role) == ("Head buyer", Role.hr_partner)


def test_somebody_known_elsewhere_gets_the_very_same_answer(ann, cast, check, rows):
    path = check(csv_file([("A Person", cast.ida.email, "", "")]))
    other = check(csv_file([("A Person", "nobody.knows@initech.example", "", "")]))
    # The token against forged forms holds the second it was made in.
    answers = [
        re.sub(r'"X-CSRFToken": ?"[^"]+"|value="[\w.-]{60,}"', "TOKEN", ann.get(page).text.replace(page, "PATH"))
        for page in (path, other)
    ]
    assert answers[0] == answers[1]
    said = [(row.verdict, row.problems, row.before, row.affiliation_id) for row in rows()]
    assert said[0] == said[1] == (Verdict.new, [], {}, None)


@pytest.mark.parametrize("role", ["Member", "HR partner"])
def test_an_admin_is_never_made_less_by_a_sheet(cast, bring_in, operator, rows, role):
    bring_in(csv_file([("Abe", cast.abe.email, "Site director", role), *crowd(1)]))
    assert rows()[0].problems == [[3, "role_by_page", 0]]
    assert tie(operator, cast.abe).role is Role.company_admin


def test_nobody_is_made_an_admin_by_a_sheet(cast, check, rows):
    check(csv_file([("Abe", cast.abe.email, "", "Company admin"), ("Mia", cast.mia.email, "", "Company admin")]))
    assert [row.verdict for row in rows()] == [Verdict.unchanged, Verdict.wrong]


def test_somebody_made_admin_after_the_check_stays_one(ann, cast, check, work, operator):
    path = check(csv_file([("Mia", cast.mia.email, "", "HR partner")]))
    operator.execute(
        sa.update(Affiliation).where(Affiliation.id == cast.mia.affiliation_id).values(role=Role.company_admin)
    )
    operator.commit()
    ann.post(f"{path}/start")
    work()
    assert tie(operator, cast.mia).role is Role.company_admin


def test_ann_cannot_change_her_own_role(cast, check, rows):
    check(csv_file([("Ann", cast.ann.email, "", "member")]))
    assert rows()[0].problems == [[3, "own_role", 0]]


# --- undo -----------------------------------------------------------------------------------------------------------


def test_undo_takes_back_what_can_be_taken_back_and_says_what_not(ann, cast, bring_in, invitations, operator, mailbox):
    path = bring_in(csv_file([*crowd(3), ("Mia", cast.mia.email, "Plant manager", "HR partner")]))
    accepted, *_others = invitations()
    operator.execute(sa.text("UPDATE invitation SET state = 'accepted' WHERE id = :id"), {"id": accepted.id})
    operator.commit()
    assert "Undo this import?" in ann.get(f"{path}/reversal").text
    assert ann.post(f"{path}/reversal").status_code == 303
    assert [one.state for one in invitations()] == [InvitationState.accepted] + [InvitationState.withdrawn] * 2
    back = tie(operator, cast.mia)
    assert (back.job_title, back.role) == ("Project lead", Role.member)
    page = ann.get(path).text
    for words in ("2 invitations were withdrawn", "One entry has its former values", "One person had accepted already"):
        assert words in page
    assert ann.post(f"{path}/reversal").status_code == 409


def test_undo_leaves_alone_what_somebody_changed_since(ann, cast, bring_in, operator):
    path = bring_in(csv_file([("Mia", cast.mia.email, "Plant manager", "HR partner")]))
    operator.execute(
        sa.update(Affiliation).where(Affiliation.id == cast.mia.affiliation_id).values(job_title="Site manager")
    )
    operator.commit()
    ann.post(f"{path}/reversal")
    assert (tie(operator, cast.mia).job_title, tie(operator, cast.mia).role) == ("Site manager", Role.member)


def strike(worker_app):
    with worker_app.app_context():
        queue.tasks["tidy_imports"].func(SimpleNamespace(additional_context={"app": worker_app}), timestamp=0)


def test_after_a_day_it_is_too_late_to_undo_and_the_rows_are_gone(
    ann, cast, bring_in, operator, latest, rows, worker_app, work
):
    path = bring_in(csv_file(crowd(2)))
    operator.execute(sa.update(PeopleImport).values(finished_at=latest().finished_at - timedelta(hours=24)))
    operator.commit()
    assert ann.post(f"{path}/reversal").status_code == 409
    strike(worker_app)
    work()
    assert rows() == []
    operator.rollback()
    assert operator.scalar(sa.select(PeopleImport.body)) == b""
    assert ann.get(path).status_code == 200
    assert ann.get(f"{path}/annotated.csv").status_code == 200


def test_a_fresh_import_is_not_tidied_away(bring_in, rows, worker_app, work):
    bring_in(csv_file(crowd(2)))
    strike(worker_app)
    work()
    assert len(rows()) == 2


def test_a_file_can_be_deleted_before_its_import_and_not_after(ann, check, work, operator):
    path = check(csv_file(crowd(2)))
    assert ann.post(f"{path}/removal").status_code == 303
    assert ann.get(path).status_code == 404
    path = check(csv_file(crowd(2)))
    ann.post(f"{path}/start")
    assert ann.post(f"{path}/removal").status_code == 409


# --- the worker -----------------------------------------------------------------------------------------------------


def test_the_page_of_a_running_import_shows_how_far_it_is(ann, check, operator, latest):
    path = check(csv_file(crowd(4)))
    ann.post(f"{path}/start")
    operator.execute(sa.update(PeopleImport).values(done=3))
    operator.commit()
    page = ann.get(path).text
    assert '<progress value="3" max="4"' in page
    assert 'http-equiv="refresh"' in page
    assert ann.post(f"{path}/start").status_code == 303, "a second press is harmless"


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    ann, check, database, operator, latest, invitations, work, worker_app, _admin
):
    people = 2_500
    path = check(csv_file(crowd(people)))
    ann.post(f"{path}/start")
    environment = os.environ | {"DATABASE_URL": database, "BASE_URL": "http://localhost", "MAIL_PORT": "9"}
    command = [sys.executable, "-c", "from marketplace.cli import main; main()", "worker"]
    # Somebody holds a row of the second thousand: that is where the worker is when it dies.
    held = sa.select(ImportRow.number).where(ImportRow.number == 1_500).with_for_update()
    with Session(operator.bind) as somebody:
        assert somebody.scalars(held).one()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            end = time.monotonic() + 180
            while not latest().done and process.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            said = process.communicate()[0]
    halfway = latest()
    assert (halfway.state, 0 < halfway.done < people) == (ImportState.running, True), said
    assert operator.scalar(sa.select(sa.func.count()).where(ImportRow.outcome.is_not(None))) == halfway.done
    # What the queue's own minute would do once the dead worker's heart has been still for half of one.
    with _admin.connect() as server:
        server.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'")
    work()
    taken = latest()
    assert (taken.state, taken.done) == (ImportState.done, people)
    found = invitations()
    assert len(found) == people == len({one.email for one in found})


def test_the_rows_of_another_firm_are_out_of_reach(cast, sign_in, check):
    path = check(csv_file(crowd(1)))
    for somebody in (cast.gil, cast.mia, cast.ned):
        client = sign_in(somebody)
        for place in (path, path.replace("acme", somebody.slug)):
            assert client.get(place).status_code == 404
            assert client.post(f"{place}/start").status_code == 404


def test_the_columns_are_remembered_for_the_firm(ann, cast, sign_in, check):
    odd = csv_file([("Zoe Newcomer", "zoe@acme.example", "Buyer")], ("Who", "Where", "Whatever"))
    path = upload(ann, odd).location
    chosen = guessed(ann.get(path).text)
    assert chosen["email"] == "1" and chosen["full_name"] == ""
    check(odd, full_name="0", job_title="2")
    again = guessed(sign_in(cast.abe).get(upload(sign_in(cast.abe), odd).location).text)
    assert (again["full_name"], again["email"], again["job_title"]) == ("0", "1", "2")
    gil = sign_in(cast.gil)
    assert guessed(gil.get(upload(gil, odd, slug="globex").location).text)["full_name"] == ""


def test_the_mapping_asks_for_the_address_the_name_and_each_column_once(ann):
    path = upload(ann, csv_file(crowd(1))).location.removesuffix("/columns")
    for chosen, words in (
        ({"full_name": "0"}, "Say which column holds the work e-mail"),
        ({"email": "1"}, "Say which column holds the name"),
        ({"email": "1", "full_name": "1"}, "This column is chosen twice"),
    ):
        page = ann.post(f"{path}/dry-run", data=dict.fromkeys(FIELDS, "") | chosen)
        assert (page.status_code, words in page.text) == (422, True)
    assert guessed(page.text)["email"] == "1", "what was chosen stays"


def test_a_workbook_comes_in_as_well(bring_in, invitations, rows):
    bring_in(
        xlsx_file([*crowd(2), ("=1+1", "three@acme.example", "Buyer", ""), ("Four", "four@acme.example", 7, None)])
    )
    assert [row.problems for row in rows()] == [[], [], [[0, "formula", 0]], []]
    assert [one.job_title for one in invitations()] == ["Buyer", "Buyer", "7"]


def large_workbook(*more):
    return xlsx_file([*crowd(4_000, title="Buyer of everything that a plant needs"), *more])


def test_a_large_workbook_is_read_by_the_worker_and_the_page_answers_at_once(ann, latest, work):
    sent = upload(ann, large_workbook(), "large.xlsx")
    assert (sent.status_code, latest().state) == (303, ImportState.reading)
    path = sent.location
    waiting = ann.get(path).text
    assert "The file is being read" in waiting and f'hx-get="{path}"' in waiting
    assert ann.post(f"{path}/dry-run", data={}).location == path
    assert ann.post(f"{path}/start").status_code == 409
    work()
    assert (latest().state, latest().rows) == (ImportState.uploaded, 4_000)
    assert ann.get(path).location == f"{path}/columns"
    assert ann.get(path, headers={"HX-Request": "true"}).headers["HX-Redirect"] == f"{path}/columns"
    assert ann.post(f"{path}/dry-run", data=guessed(ann.get(f"{path}/columns").text)).status_code == 303
    assert (latest().new, latest().wrong) == (4_000, 0)


def test_a_large_workbook_that_cannot_be_read_says_why_and_keeps_nothing(ann, latest, work, operator):
    rows = [("Mia", "mia@acme.example", "x" * 300, "")] * 4_000
    path = upload(ann, xlsx_file(rows, header=("a", "b@c.example", "c", "d")), "large.xlsx").location
    work()
    assert latest().state is ImportState.unreadable
    assert "The first row already holds a person." in ann.get(path).text
    assert operator.scalar(sa.select(PeopleImport.body)) == b""
    assert ann.get(f"{path}/columns").location == path
    assert ann.post(f"{path}/removal").status_code == 303


def test_a_file_removed_while_it_waits_for_the_worker_is_gone(ann, work, operator):
    path = upload(ann, large_workbook(), "large.xlsx").location
    assert ann.post(f"{path}/removal").status_code == 303
    work()
    assert operator.scalar(sa.select(sa.func.count()).select_from(PeopleImport)) == 0
