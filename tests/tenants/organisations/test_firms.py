"""Firms, settings, conflicts of interest, people and the log: what each administrator can and cannot do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tenants.onboarding.models import Invitation
from tenants.organisations.models import ConflictDeclaration, FirmMembership, Organisation
from tenants.shared import clock
from tenants.shared.models import Activity, Letter

NEW_FIRM = {
    "name": "Nordal Logistics",
    "slug": "",
    "industry": "",
    "contact": "Hélène Brassac",
    "email": "helene@nordal.example",
    "locale": "fr",
}


def test_a_network_administrator_takes_in_a_firm_and_its_first_administrator_is_invited(sign_in, cast, operator):
    answer = sign_in(cast.ned).post("/bridge/firms/", data=NEW_FIRM)
    assert answer.status_code == 303
    firm = operator.scalars(sa.select(Organisation).where(Organisation.slug == "nordal-logistics")).one()
    assert operator.get(FirmMembership, (cast.ned.org_id, firm.id)).state == "active"
    invitation = operator.scalars(sa.select(Invitation).where(Invitation.org_id == firm.id)).one()
    assert (invitation.email, invitation.role, invitation.locale) == (
        "helene@nordal.example",
        "company_admin",
        "fr",
    )
    assert operator.scalars(sa.select(Letter).where(Letter.org_id == firm.id)).one().kind == "invitation"
    assert "Nordal Logistics" in sign_in(cast.ned).get("/bridge/firms/").text


def test_a_taken_address_is_said_and_keeps_what_was_typed(sign_in, cast):
    answer = sign_in(cast.ned).post("/bridge/firms/", data=NEW_FIRM | {"slug": "acme"})
    assert answer.status_code == 422 and "is taken" in answer.text and "Hélène Brassac" in answer.text


@pytest.mark.parametrize("slug", ["accounts", "static", "not a word", "UPPER"])
def test_a_reserved_or_malformed_address_is_refused(sign_in, cast, slug):
    assert sign_in(cast.ned).post("/bridge/firms/", data=NEW_FIRM | {"slug": slug}).status_code == 422


def test_an_hr_partner_has_no_network_desk(sign_in, cast):
    assert sign_in(cast.ann).get("/acme/firms/").status_code == 404


def test_suspending_a_firm_takes_its_people_out_of_sight_and_reinstating_brings_them_back(sign_in, cast, operator):
    ned = sign_in(cast.ned)
    assert ned.post(f"/bridge/firms/{cast.max.org_id}/suspension").status_code == 303
    assert operator.get(FirmMembership, (cast.ned.org_id, cast.max.org_id)).state == "suspended"
    assert "Suspended" in ned.get(f"/bridge/firms/{cast.max.org_id}").text
    assert ned.post(f"/bridge/firms/{cast.max.org_id}/reinstatement").status_code == 303
    assert ned.post(f"/bridge/firms/{cast.max.org_id}/reinstatement").status_code == 409


def test_another_networks_firm_does_not_exist_here(sign_in, cast):
    assert sign_in(cast.ned).post(f"/bridge/firms/{cast.ida.org_id}/suspension").status_code == 404


def test_a_network_asks_a_firm_and_the_firms_administrator_joins(sign_in, cast, operator):
    known = sign_in(cast.hal).post("/harbour/firms/invitations", data={"known": "acme"})
    unknown = sign_in(cast.hal).post("/harbour/firms/invitations", data={"known": "nobody-here"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert "Harbour" in sign_in(cast.abe).get("/acme/settings/").text
    joining = f"/acme/settings/networks/{cast.hal.org_id}/acceptance"
    assert sign_in(cast.ann).post(joining).status_code == 403
    assert sign_in(cast.abe).post(joining).status_code == 303
    assert operator.get(FirmMembership, (cast.hal.org_id, cast.mia.org_id)).state == "active"


def test_a_firm_that_was_suspended_cannot_reinstate_itself(sign_in, cast):
    sign_in(cast.ned).post(f"/bridge/firms/{cast.mia.org_id}/suspension")
    assert sign_in(cast.abe).post(f"/acme/settings/networks/{cast.ned.org_id}/acceptance").status_code == 403


def conflict(cast, **values):
    return {
        "other_org_id": cast.max.org_id,
        "kind": "competitor",
        "since": clock.today().isoformat(),
        "until": "",
        "note": "Same tender",
    } | values


def test_a_conflict_is_declared_read_by_the_declarer_only_and_ended(sign_in, cast, operator):
    ann = sign_in(cast.ann)
    assert ann.post("/acme/conflicts/", data=conflict(cast)).status_code == 303
    assert "Same tender" in ann.get("/acme/conflicts/").text
    assert "Same tender" not in sign_in(cast.gil).get("/globex/conflicts/").text
    assert "Globex" in ann.get("/acme/conflicts/new").text
    assert "Acme" in sign_in(cast.gil).get("/globex/conflicts/new").text
    declared = operator.scalars(sa.select(ConflictDeclaration)).one()
    assert ann.post(f"/acme/conflicts/{declared.id}/end").status_code == 303
    assert sign_in(cast.gil).post(f"/globex/conflicts/{declared.id}/end").status_code == 404


def test_a_conflict_whose_last_day_comes_before_its_first_is_refused(sign_in, cast):
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    answer = sign_in(cast.ann).post("/acme/conflicts/", data=conflict(cast, until=yesterday))
    assert answer.status_code == 422 and "Same tender" in answer.text


def test_a_conflict_with_a_firm_out_of_sight_is_refused(sign_in, cast):
    assert (
        sign_in(cast.ann).post("/acme/conflicts/", data=conflict(cast, other_org_id=cast.ida.org_id)).status_code == 422
    )


def test_a_member_declares_nothing(sign_in, cast):
    assert sign_in(cast.mia).get("/acme/conflicts/").status_code == 404


def test_settings_are_saved_and_a_wrong_colour_is_said(sign_in, cast, operator):
    abe = sign_in(cast.abe)
    form = {
        "name": "Acme",
        "accent": "#AA3300",
        "locale": "fr",
        "max_open_requests": "4",
        "request_approval": "always",
        "industry": "",
    }
    assert abe.post("/acme/settings/", data=form).status_code == 303
    acme = operator.get(Organisation, cast.mia.org_id)
    assert (acme.accent, acme.max_open_requests, acme.request_approval) == ("#aa3300", 4, "always")
    assert abe.post("/acme/settings/", data=form | {"accent": "red"}).status_code == 422
    assert abe.post("/acme/settings/", data=form | {"max_open_requests": "11"}).status_code == 422


def test_an_hr_partner_invites_a_person_and_withdraws_the_invitation(sign_in, cast, operator):
    ann = sign_in(cast.ann)
    form = {"name": "Zoé", "email": "zoe@acme.example", "job_title": "", "role": "member", "locale": "en"}
    assert ann.post("/acme/people/invitations/", data=form).status_code == 303
    page = ann.get("/acme/people/").text
    assert "zoe@acme.example" in page and "mia@acme.example" in page
    invitation = operator.scalars(sa.select(Invitation)).one()
    assert sign_in(cast.gil).post(f"/globex/people/invitations/{invitation.id}/withdrawal").status_code == 404
    assert ann.post(f"/acme/people/invitations/{invitation.id}/withdrawal").status_code == 303
    assert ann.post(f"/acme/people/invitations/{invitation.id}/withdrawal").status_code == 409


def test_an_hr_partner_cannot_give_a_role_above_their_own(sign_in, cast):
    form = {
        "name": "Zoé",
        "email": "zoe@acme.example",
        "job_title": "",
        "role": "company_admin",
        "locale": "en",
    }
    assert sign_in(cast.ann).post("/acme/people/invitations/", data=form).status_code == 422


def test_people_are_found_by_name_and_other_firms_people_never(sign_in, cast):
    ann = sign_in(cast.ann)
    assert "mia@acme.example" in ann.get("/acme/people/?q=mia").text
    assert "globex.example" not in ann.get("/acme/people/").text
    assert "Nobody by that name" in ann.get("/acme/people/?q=gus").text
    assert ann.get("/acme/people/?after=x&after_name=y").status_code == 400


def test_the_log_tells_each_tenant_its_own_and_cannot_be_changed(sign_in, cast, operator):
    sign_in(cast.ann).post("/acme/conflicts/", data=conflict(cast))
    assert "declared a conflict" in sign_in(cast.ann).get("/acme/activity/").text
    assert "declared a conflict" not in sign_in(cast.gil).get("/globex/activity/").text
    assert sign_in(cast.mia).get("/acme/activity/").status_code == 404
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        operator.execute(sa.update(Activity).values(verb="x"))
