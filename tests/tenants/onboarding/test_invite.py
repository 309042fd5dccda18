"""Who may invite whom; and that nobody learns from it who is where."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tenants.affiliations.models import Role
from tenants.onboarding.models import InvitationState
from tenants.onboarding.policy import roles_to_give
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.models import Activity, Letter

ZOE = "zoe@acme.example"


def test_an_hr_partner_invites_a_colleague(invite, invitations, cast, operator):
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    path = invite(cast.ann, f" {ZOE} ", now=now, job_title="Buyer", locale="fr")
    [invitation] = invitations(ZOE)
    assert invitation.expires_at == now + timedelta(days=14)
    assert (invitation.invited_by_id, invitation.job_title) == (cast.ann.person_id, "Buyer")
    token = path.rpartition("/")[2]
    assert invitation.token_hash == hashlib.sha256(token.encode()).digest()
    assert len(token) >= 43
    letter = operator.scalars(sa.select(Letter)).one()
    assert (letter.kind, letter.address, letter.locale, letter.org_id) == ("invitation", ZOE, "fr", cast.ann.org_id)
    line = operator.scalars(sa.select(Activity)).one()
    assert (line.verb, line.actor_person_id) == ("invitation.sent", cast.ann.person_id)
    assert token not in str(line.data)


def test_the_letter_arrives_with_the_link(invite, cast, work, mailbox):
    path = invite(cast.ann, ZOE)
    work()
    [letter] = mailbox.to(ZOE)
    assert f"http://localhost{path}" in letter.get_body(("plain",)).get_content()
    assert "Ann Acme" in letter.get_body(("plain",)).get_content()


@pytest.mark.parametrize("who", ["mia", "max", "gus"])
def test_a_plain_member_invites_nobody(invite, invitations, cast, who):
    with pytest.raises(Forbidden):
        invite(cast[who], ZOE)
    assert invitations(ZOE) == []


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("ann", Role.company_admin),
        ("ann", Role.network_admin),
        ("abe", Role.network_admin),
        ("ned", Role.company_admin),
    ],
)
def test_nobody_gives_a_role_above_their_own_or_foreign_to_the_place(invite, invitations, cast, who, role):
    with pytest.raises(Forbidden):
        invite(cast[who], ZOE, role)
    assert invitations(ZOE) == []


def test_a_network_invites_to_a_firm_that_it_took_in_and_to_no_other(invite, invitations, cast):
    invite(cast.ned, ZOE, Role.company_admin, org_id=cast.mia.org_id)
    [invitation] = invitations(ZOE)
    assert (invitation.org_id, invitation.inviter_org_id) == (cast.mia.org_id, cast.ned.org_id)
    for org_id in (cast.ida.org_id, cast.olga.org_id, cast.hal.org_id, 10_000_000):
        with pytest.raises(Forbidden):
            invite(cast.ned, ZOE, Role.company_admin, org_id=org_id)


def test_a_firm_invites_to_itself_only(invite, cast):
    for org_id in (cast.max.org_id, cast.ned.org_id):
        with pytest.raises(Forbidden):
            invite(cast.abe, ZOE, org_id=org_id)


def test_the_answer_is_the_same_wherever_the_address_is_known(invite, invitations, cast):
    """Unknown, an account elsewhere, a colleague's, invited before: a letter each, and nothing else is told."""
    for email in (ZOE, cast.ida.email, cast.mia.email, ZOE):
        assert invite(cast.ann, email).startswith("/invitations/")
    states = [invitation.state for invitation in invitations(ZOE)]
    assert states == [InvitationState.withdrawn, InvitationState.open]


def test_an_address_in_other_letters_is_the_same_address(invite, invitations, cast):
    invite(cast.ann, ZOE)
    invite(cast.ann, "Zoe@ACME.example")
    assert invitations(ZOE)[0].state is InvitationState.withdrawn


def test_a_network_does_not_learn_whom_the_firm_has_invited(invite, invitations, cast):
    invite(cast.abe, ZOE)
    assert invite(cast.ned, ZOE, Role.company_admin, org_id=cast.abe.org_id)
    assert [invitation.state for invitation in invitations(ZOE)] == [InvitationState.open] * 2


@pytest.mark.parametrize("email", ["", "zoe", "zoe@", "zoe@acme example", "a@b@c.example", "zoe\nbcc: x@acme.example"])
def test_what_is_no_address_is_refused(invite, cast, email):
    with pytest.raises(Refused):
        invite(cast.ann, email)


def test_the_rank_of_roles(cast, app):
    from tenants.current import enter_workspace

    def given(actor, kind, own):
        from flask import session

        with app.test_request_context(f"/{actor.slug}/people/"):
            session["_user_id"] = actor.token
            return roles_to_give(enter_workspace(actor.slug), kind, own=own)

    company, network = OrganisationKind.company, OrganisationKind.network
    assert given(cast.mia, company, True) == ()
    assert given(cast.ann, company, True) == (Role.member, Role.board_seeker, Role.hr_partner)
    assert given(cast.abe, company, True) == (Role.member, Role.board_seeker, Role.hr_partner, Role.company_admin)
    assert given(cast.abe, company, False) == ()
    assert given(cast.ned, network, True) == (Role.member, Role.programme_manager, Role.network_admin)
    assert given(cast.ned, company, False) == (Role.member, Role.board_seeker, Role.hr_partner, Role.company_admin)


def test_the_database_refuses_an_invitation_to_a_firm_of_another_network(app, cast, operator):
    """The application's own check taken away."""
    from flask import session

    from tenants.current import enter_workspace
    from tenants.onboarding.writing import write_invitation
    from tenants.shared.database import db

    firm = operator.get_one(Organisation, cast.ida.org_id)
    with app.test_request_context("/bridge/people/"):
        session["_user_id"] = cast.ned.token
        enter_workspace("bridge")
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            write_invitation(
                db.session,
                organisation=firm,
                inviter=(cast.ned.person_id, "Ned"),
                inviter_org_id=cast.ned.org_id,
                email=ZOE,
                name="Zoe",
                role=Role.company_admin,
                job_title="",
                locale="en",
                now=datetime.now(UTC),
            )
