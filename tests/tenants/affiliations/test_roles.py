"""Roles are given and taken by those who may; an organisation keeps one administrator, also under a race."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tenants.affiliations import commands, queries
from tenants.affiliations.models import Affiliation, Role
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.errors import Forbidden, Refused
from tenants.shared.models import Activity, Letter
from tests.factories import acting


def role_of(operator, actor):
    operator.rollback()
    return operator.scalar(sa.select(Affiliation.role).where(Affiliation.id == actor.affiliation_id))


def change(app, by, whom, role):
    with acting(app, by) as viewer:
        tie = queries.affiliation_or_404(viewer, whom.affiliation_id)
        commands.change_role(acting=viewer, tie=tie, role=role, now=clock.now())


def test_an_administrator_gives_a_role_and_the_person_is_told(app, cast, operator):
    change(app, cast.abe, cast.mia, Role.hr_partner)
    assert role_of(operator, cast.mia) is Role.hr_partner
    line = operator.scalars(sa.select(Activity).where(Activity.verb == "affiliation.role_changed")).one()
    assert line.data == {"before": "member", "role": "hr_partner"}
    assert line.people == {"actor": "Abe Acme", "name": "Mia Acme"}
    assert operator.scalars(sa.select(Letter.kind)).all() == ["role_changed"]


@pytest.mark.parametrize(
    ("whom", "role"), [("mia", Role.company_admin), ("abe", Role.member), ("ann", Role.company_admin)]
)
def test_an_hr_partner_makes_and_unmakes_no_administrator(app, cast, operator, whom, role):
    with pytest.raises(Forbidden):
        change(app, cast.ann, cast[whom], role)
    # The database says so too.
    with acting(app, cast.ann), pytest.raises(DBAPIError, match="row-level security"):
        db.session.execute(
            sa.update(Affiliation).where(Affiliation.id == cast.mia.affiliation_id).values(role=Role.company_admin)
        )


def test_the_last_administrator_stays_until_there_is_another(app, cast, operator, sign_in):
    with pytest.raises(Refused, match="at least one administrator"):
        change(app, cast.abe, cast.abe, Role.member)
    abe = sign_in(cast.abe)
    assert abe.post("/acme/leaving/", data={"on": clock.today().isoformat()}).status_code == 409
    assert (
        abe.post(f"/acme/people/{cast.abe.affiliation_id}/ending", data={"on": clock.today().isoformat()}).status_code
        == 409
    )
    change(app, cast.abe, cast.ann, Role.company_admin)
    change(app, cast.abe, cast.abe, Role.member)
    assert role_of(operator, cast.abe) is Role.member


@pytest.mark.parametrize("_again", range(3))
def test_two_administrators_cannot_step_down_at_once(app, cast, operator, _again):
    change(app, cast.abe, cast.ann, Role.company_admin)
    start, refused = Barrier(2), []

    def step_down(actor):
        with acting(app, actor) as viewer:
            tie = queries.affiliation_or_404(viewer, actor.affiliation_id)
            start.wait()
            try:
                commands.change_role(acting=viewer, tie=tie, role=Role.member, now=clock.now())
            except Refused:
                refused.append(actor)

    threads = [Thread(target=step_down, args=(cast[name],)) for name in ("abe", "ann")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert {role_of(operator, cast.abe), role_of(operator, cast.ann)} == {Role.company_admin, Role.member}


def test_a_member_changes_nothing_even_in_sql(app, cast):
    with acting(app, cast.mia):
        changed = db.session.execute(sa.update(Affiliation).values(role=Role.company_admin))
        assert changed.rowcount == 0


def test_a_planned_departure_can_be_taken_back(app, cast, operator, sign_in):
    abe = sign_in(cast.abe)
    later = clock.today().replace(year=clock.today().year + 1, day=1)
    path = f"/acme/people/{cast.mia.affiliation_id}"
    assert abe.post(f"{path}/ending", data={"on": later.isoformat()}).status_code == 303
    assert "They stay after all" in abe.get(path).text
    assert sign_in(cast.mia).get("/acme/mentors/").status_code == 200
    assert abe.post(f"{path}/ending/withdrawal").status_code == 303
    operator.rollback()
    assert operator.get(Affiliation, (cast.mia.org_id, cast.mia.affiliation_id)).ended_on is None
    past = abe.post(f"{path}/ending", data={"on": "2020-01-01"})
    assert past.status_code == 409
