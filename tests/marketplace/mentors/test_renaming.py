"""A person or a firm with a new name is shown, and found, by it."""

import pytest
import sqlalchemy as sa

from marketplace.mentors import commands
from marketplace.mentors.models import Card
from tenants.accounts.models import Person
from tenants.organisations import commands as organisation_commands
from tenants.organisations.queries import own_organisation
from tenants.shared import jobs
from tests.cast import make_mentor
from tests.factories import NOW, acting, publish


@pytest.fixture
def found(sign_in, cast):
    """The text of Mia's search."""
    return lambda words: sign_in(cast.mia).get("/acme/mentors/", query_string={"q": words}).get_data(as_text=True)


def card_of(operator, actor):
    operator.rollback()
    query = sa.select(Card).where(Card.mentor_id == actor.mentor_id).execution_options(populate_existing=True)
    return operator.scalars(query).one()


def test_a_firm_that_changes_its_name_has_it_on_its_cards(app, cast, operator, work, found):
    publish(app, cast.max)
    publish(app, cast.abe)
    with acting(app, cast.max) as max_:
        commands.save_draft(acting=max_, values={"headline": "An unfinished sentence."}, now=NOW)
    before = card_of(operator, cast.max)
    known = (before.headline, before.story_html, before.active_at, before.aud, before.score)
    others = card_of(operator, cast.abe).firm
    operator.execute(
        sa.text("UPDATE affiliation SET role = 'company_admin' WHERE id = :id"), {"id": cast.gil.affiliation_id}
    )
    operator.commit()
    with acting(app, cast.gil) as gil:
        organisation_commands.save_settings(
            acting=gil, organisation=own_organisation(gil), values={"name": "Orchard Works"}, now=NOW
        )
    work()
    after = card_of(operator, cast.max)
    assert after.firm == "Orchard Works"
    assert (after.headline, after.story_html, after.active_at, after.aud, after.score) == known
    assert card_of(operator, cast.abe).firm == others
    assert "Max Globex" in found("orchard")
    assert "Max Globex" not in found("unfinished")


def test_other_settings_rewrite_no_card(app, cast, operator, work):
    publish(app, cast.abe)
    operator.execute(sa.text("UPDATE card SET firm = 'as it was'"))
    operator.commit()
    with acting(app, cast.abe) as abe:
        organisation_commands.save_settings(
            acting=abe, organisation=own_organisation(abe), values={"max_open_requests": 5}, now=NOW
        )
    work()
    assert card_of(operator, cast.abe).firm == "as it was"


def test_a_person_who_changes_their_name_is_found_by_it(app, cast, operator, work, found):
    make_mentor(operator, cast.gus, capacity=1, network_ids=[cast.ned.org_id])
    operator.commit()
    publish(app, cast.max)
    publish(app, cast.gus)
    operator.execute(sa.update(Card).where(Card.mentor_id == cast.gus.mentor_id).values(firm="as it was"))
    operator.execute(sa.update(Person).where(Person.id == cast.max.person_id).values(name="Maximilian Ferrand"))
    operator.commit()
    with acting(app, cast.max):
        jobs.announce("person.renamed", org_id=cast.max.org_id, person_id=cast.max.person_id)
        jobs.db.session.commit()
    work()
    assert card_of(operator, cast.max).name == "Maximilian Ferrand"
    assert "Maximilian Ferrand" in found("ferrand")
    assert card_of(operator, cast.gus).firm == "as it was", "nobody else's card is touched"


def test_a_page_that_nobody_sees_gets_no_card_by_a_new_name(app, cast, operator, work):
    publish(app, cast.max)
    with acting(app, cast.max) as max_:
        commands.pause_profile(acting=max_, now=NOW)
        jobs.announce("person.renamed", org_id=cast.max.org_id, person_id=cast.max.person_id)
        jobs.db.session.commit()
    work()
    operator.rollback()
    assert operator.scalar(sa.select(sa.func.count()).select_from(Card)) == 0
