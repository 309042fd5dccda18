"""A search firm from its invitation to the end of its accreditation, and the walls around it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.routes import OF_SEARCH_FIRMS, WORKSPACE
from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import FirmMembership, Organisation, OrganisationKind
from tenants.search_firms.models import SearchFirmAdmission
from tenants.shared import clock
from tenants.shared.models import Activity, Letter
from tests.cast import make_actor, make_organisation

ANSWERS = {"name": "Zoe Halden", "password": "a long enough phrase", "locale": "en", "time_zone": "Europe/Paris"}


def on(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def new_firm(**values):
    firm = {"name": "Halden Search", "slug": "halden", "contact": "Zoe Halden", "email": "zoe@halden.example"}
    said = {"locale": "en", "statement": "Ten years of searches that we followed.", "until_on": on(300)}
    return firm | said | values


def admission_of(operator):
    operator.rollback()
    query = sa.select(SearchFirmAdmission).execution_options(populate_existing=True)
    return operator.scalars(query.order_by(SearchFirmAdmission.admitted_at.desc())).first()


def link_of(operator):
    operator.rollback()
    query = sa.select(Letter.data).where(Letter.kind == "invitation").order_by(Letter.id.desc())
    return re.sub("^http://localhost", "", operator.scalars(query).first()["url"])


def asked(connection, actor, query, **values):
    """The answer of the database inside the actor's workspace, as the web asks it; or the refusal's code."""
    with connection.begin() as transaction:
        connection.execute(sa.text("SELECT enter_workspace(:token, :slug)"), {"token": actor.token, "slug": actor.slug})
        role = values.pop("role", "web")
        connection.exec_driver_sql(f"SET LOCAL ROLE passerelle_{role}")
        try:
            return connection.execute(sa.text(query), values).scalar()
        except DBAPIError as error:
            return getattr(error.orig, "sqlstate", "")
        finally:
            transaction.rollback()


@pytest.fixture
def admin(database):
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def halden(operator, cast):
    """A search firm with an administrator and a member, which Bridge has admitted and which has accepted."""
    firm = make_organisation(operator, "halden", OrganisationKind.search_firm, invited_by_id=cast.ned.org_id)
    kate, tom = make_actor(operator, "kate", firm, Role.company_admin), make_actor(operator, "tom", firm)
    admission = SearchFirmAdmission(
        org_id=cast.ned.org_id,
        search_firm_id=firm.id,
        statement="Ten years of searches that we followed.",
        admitted_by_id=cast.ned.person_id,
        admitted_at=clock.now(),
        until_on=clock.today() + timedelta(days=300),
        accepted_by_id=kate.person_id,
        accepted_at=clock.now(),
    )
    operator.add(admission)
    operator.commit()
    return kate, tom, admission


def test_a_network_admits_a_firm_its_partner_accepts_and_the_network_ends_it(
    sign_in, anonymous, cast, operator, work, mailbox
):
    ned = sign_in(cast.ned)
    assert "No search firm yet" in ned.get("/bridge/search-firms/").text
    kept = ned.post("/bridge/search-firms/", data=new_firm(statement="", until_on=on(-1)))
    assert kept.status_code == 422 and "Zoe Halden" in kept.text and "next three years" in kept.text
    assert ned.post("/bridge/search-firms/", data=new_firm(slug="acme")).status_code == 422
    done = ned.post("/bridge/search-firms/", data=new_firm())
    assert done.status_code == 303
    assert ned.post("/bridge/search-firms/", data=new_firm()).status_code == 422, "pressed twice, it is there once"
    path = f"/bridge/search-firms/{admission_of(operator).id}"
    assert "The invitation is not taken up yet" in ned.get(path).text
    first = link_of(operator)
    assert ned.post(f"{path}/invitation").status_code == 303
    assert anonymous.get(first).status_code == 410

    work()
    written = mailbox.letters[-1].get_body(("plain",)).get_content()
    assert "prepare candidates for boards" in " ".join(written.split())
    invitation = re.search(r"/invitations/[\w-]+", written)[0]
    assert "Halden Search invites you" in anonymous.get(invitation).text
    inside = anonymous.post(f"{invitation}/acceptance", data=ANSWERS)
    assert (inside.status_code, inside.location) == (303, "/halden/search-firms/")
    page = anonymous.get(inside.location).text
    assert "Your turn." in page and "Bridge" in page
    for absent in ("/halden/mentors/", "/halden/programmes/", "/halden/requests/", "/halden/mentorships/"):
        assert f'href="{absent}"' not in page

    own = f"/halden/search-firms/{admission_of(operator).id}"
    assert "Ten years of searches" in anonymous.get(own).text
    assert anonymous.post(f"{own}/acceptance").status_code == 422, "the box is not ticked"
    for _ in range(2):
        assert anonymous.post(f"{own}/acceptance", data={"agreed": "y"}).status_code == 303
    work()
    assert "Accredited" in ned.get(path).text
    assert ned.post(f"{path}/acceptance", data={"agreed": "y"}).status_code == 404, "a network accepts for nobody"
    assert ned.post(f"{path}/invitation").status_code == 409

    assert "no card of your network" in ned.get(f"{path}/end/new").text
    assert [ned.post(f"{path}/end").status_code for _ in range(2)] == [303, 409]
    work()
    assert "no longer accredits Halden Search" in mailbox.letters[-1]["Subject"]
    assert "Ended on" in anonymous.get(own).text
    assert anonymous.post(f"{own}/acceptance", data={"agreed": "y"}).status_code == 303
    assert admission_of(operator).ended_at is not None, "what has ended is not opened by accepting again"
    operator.rollback()
    verbs = list(
        operator.execute(
            sa.select(Organisation.slug, Activity.verb)
            .join(Organisation, Organisation.id == Activity.org_id)
            .where(Activity.verb.like("admission.%"))
            .order_by(Activity.id)
        ).all()
    )
    expected = [
        (where, f"admission.{what}") for what in ("given", "accepted", "ended") for where in ("bridge", "halden")
    ]
    assert sorted(verbs) == sorted(expected)


def test_another_network_admits_a_firm_that_is_here_and_sees_its_own_admission_only(
    sign_in, cast, operator, halden, work, mailbox
):
    kate, tom, bridges = halden
    hal = sign_in(cast.hal)
    known = {"known": "Halden", "why": "Known to our chair.", "last_day": on(30)}
    for nobody in ("acme", "no-such"):
        refused = hal.post("/harbour/search-firms/known", data=known | {"known": nobody})
        assert refused.status_code == 422 and "No search firm has this address" in refused.text
    assert hal.post("/harbour/search-firms/known", data=known).status_code == 303
    again = hal.post("/harbour/search-firms/known", data=known)
    assert again.status_code == 422 and "admitted this search firm already" in again.text
    assert hal.get(f"/harbour/search-firms/{bridges.id}").status_code == 404
    assert hal.post(f"/harbour/search-firms/{bridges.id}/end").status_code == 404
    work()
    (told,) = mailbox.letters
    assert kate.email in told["To"] and "Harbour accredits Halden" in told["Subject"]
    mine = sign_in(tom)
    page = mine.get("/halden/search-firms/").text
    assert "Bridge" in page and "Harbour" in page and "Rules to accept." in page
    offered = admission_of(operator)
    assert mine.post(f"/halden/search-firms/{offered.id}/acceptance", data={"agreed": "y"}).status_code == 403
    assert "Rules not accepted yet" in mine.get(f"/halden/search-firms/{offered.id}").text


def test_a_search_firm_s_workspace_has_its_own_pages_and_no_others(sign_in, app, halden):
    kate, *_ = halden
    client = sign_in(kate)
    names = {blueprint.name for blueprint, _prefix in WORKSPACE}
    assert names >= OF_SEARCH_FIRMS
    asked_for = {}
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if blueprint in names and rule.arguments == {"organisation"} and "GET" in rule.methods:
            path = rule.rule.replace("<organisation>", "halden")
            asked_for.setdefault(blueprint, []).append(client.get(path).status_code)
    for blueprint, answers in asked_for.items():
        if blueprint in OF_SEARCH_FIRMS:
            assert set(answers) <= {200, 303, 403, 404} and {200, 303} & set(answers), blueprint
        else:
            assert set(answers) == {404}, blueprint
    assert len(asked_for) > 20
    settings = client.get("/halden/settings/").text
    assert "marketplace" not in settings.lower() and "/halden/endings/" not in settings


def test_a_search_firm_sees_no_mentor_no_firm_and_no_person_of_others(admin, cast, halden):
    kate, tom, _admission = halden
    own = {kate.person_id, tom.person_id}
    for who in (kate, tom):
        counted = asked(admin, who, "SELECT array_agg(id) FROM person") or []
        assert set(counted) <= own
        assert asked(admin, who, "SELECT array_agg(slug::text) FROM organisation") == ["halden"]
        for table in ("directory", "mentor_profile", "card", "firm_membership", "programme", "cohort", "enrolment"):
            assert asked(admin, who, f"SELECT count(*) FROM {table}") in (0, "42501"), table
        others = "SELECT count(*) FROM affiliation WHERE org_id <> wall_org()"
        assert asked(admin, who, others) == 0
    # And nobody of the network or of a firm reads theirs.
    for who in (cast.ned, cast.ann, cast.mia, cast.hal):
        theirs = "SELECT count(*) FROM affiliation WHERE org_id = :org"
        assert asked(admin, who, theirs, org=kate.org_id) == 0
        assert asked(admin, who, "SELECT count(*) FROM person WHERE id = :id", id=kate.person_id) == 0


def test_an_admission_is_read_by_its_two_sides_and_holds_while_it_is_accepted_and_in_time(
    admin, operator, cast, halden
):
    kate, tom, admission = halden
    count, pages = "SELECT count(*) FROM search_firm_admission", "SELECT count(*) FROM search_firm_admissions()"
    for who, sees in ((kate, 1), (tom, 1), (cast.ned, 1), (cast.hal, 0), (cast.pam, 0), (cast.ann, 0)):
        assert (asked(admin, who, count), asked(admin, who, pages)) == (sees, sees), who.name
    holds = "SELECT search_firm_admitted(:network, :firm)"
    sides = {"network": cast.ned.org_id, "firm": kate.org_id}
    assert asked(admin, kate, holds, **sides) == "42501", "it is asked by the gate's functions, not by pages"
    ask = {"role": "gate"} | sides
    assert asked(admin, kate, holds, **ask) is True
    assert asked(admin, kate, holds, **ask | {"network": cast.hal.org_id}) is False
    for change in (
        {"until_on": clock.today() - timedelta(days=1)},
        {"accepted_at": None, "accepted_by_id": None},
        {"ended_at": clock.now(), "ended_by_id": cast.ned.person_id},
    ):
        before = {name: getattr(admission, name) for name in change}
        operator.execute(sa.update(SearchFirmAdmission).values(change))
        operator.commit()
        assert asked(admin, kate, holds, **ask) is False, change
        operator.execute(sa.update(SearchFirmAdmission).values(before))
        operator.commit()
    # Its own hand is none: neither side writes the row, and each gate function asks for its role.
    for who in (kate, cast.ned):
        assert asked(admin, who, "UPDATE search_firm_admission SET until_on = until_on") == "42501"
    give = "SELECT admit_search_firm(1, 'halden', 'x', current_date + 9, now())"
    end = "SELECT end_search_firm_admission(:id, now())"
    accept = "SELECT accept_search_firm_admission(:network, :id, now())"
    for who in (kate, tom, cast.ann, cast.pam):
        assert asked(admin, who, give) is None
        assert asked(admin, who, end, id=admission.id) is False
    assert asked(admin, cast.hal, end, id=admission.id) is False
    for who in (tom, cast.ned, cast.abe):
        assert asked(admin, who, accept, network=cast.ned.org_id, id=admission.id) is False


def test_nobody_makes_a_search_firm_a_member_firm_or_something_else(admin, operator, sign_in, cast, halden):
    kate, *_ = halden
    asking = sign_in(cast.hal).post("/harbour/firms/known", data={"known": "halden"})
    assert asking.status_code in (303, 404, 409, 422)
    operator.rollback()
    assert operator.scalars(sa.select(FirmMembership).where(FirmMembership.firm_id == kate.org_id)).all() == []
    join = "INSERT INTO firm_membership (network_id, firm_id, state, joined_on) VALUES (:network, :firm, 'active', current_date)"
    for who in (cast.ned, kate):
        assert asked(admin, who, join, network=cast.ned.org_id, firm=kate.org_id) == "42501"
    with pytest.raises(DBAPIError, match="does not join"):
        operator.execute(sa.text(join), {"network": cast.ned.org_id, "firm": kate.org_id})
    operator.rollback()
    for kind in ("company", "network"):
        assert asked(admin, kate, "UPDATE organisation SET kind = :kind WHERE id = wall_org()", kind=kind) == "42501"
    assert asked(admin, kate, "UPDATE organisation SET in_marketplace = true WHERE id = wall_org()") == "23514"
    founded = (
        "INSERT INTO organisation (slug, name, kind, accent, locale, invited_by_id) "
        "VALUES ('own', 'Own', 'search_firm', '#0e5a5c', 'en', wall_org())"
    )
    assert asked(admin, kate, founded) == "42501"
    assert asked(admin, cast.ann, founded) == "42501"


def test_what_people_bring_from_elsewhere_does_not_follow_them(sign_in, cast, operator, halden):
    kate, *_ = halden
    operator.add(
        Affiliation(org_id=kate.org_id, person_id=cast.max.person_id, role=Role.member, work_email=cast.max.email)
    )
    operator.commit()
    client = sign_in(cast.max)
    arrived = client.get("/halden/arrival/")
    assert (arrived.status_code, arrived.location) == (303, "/halden/search-firms/")
    assert client.post("/halden/arrival/").status_code == 404
    assert client.get("/halden/people/").status_code == 403 or client.get("/halden/people/").status_code == 404
    tie = operator.scalars(sa.select(Affiliation.id).where(Affiliation.person_id == kate.person_id)).one()
    assert sign_in(kate).post(f"/halden/people/{tie}/assistants").status_code == 404
    assert "Assistants" not in sign_in(kate).get(f"/halden/people/{tie}").text
