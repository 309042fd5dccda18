"""One person does not wish to meet another: neither finds the other, and only the first knows why."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from marketplace.mentors import queries
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.affiliations.models import PersonalBlock
from tenants.shared.database import db
from tests.factories import NOW, acting, publish


def seen_by(sign_in, viewer, mentor):
    return sign_in(viewer).get(f"/{viewer.slug}/mentors/{mentor.mentor_id}").status_code == 200


def test_a_block_hides_both_ways_and_can_be_taken_back(app, cast, sign_in):
    publish(app, cast.max)
    publish(app, cast.abe)
    client = sign_in(cast.abe)
    assert seen_by(sign_in, cast.abe, cast.max)
    assert client.post(f"/acme/profile/blocks/{cast.max.person_id}").status_code == 303
    assert not seen_by(sign_in, cast.abe, cast.max)
    assert not seen_by(sign_in, cast.max, cast.abe)
    page = client.get("/acme/profile/").text
    assert "Max Globex" in page
    assert "Abe" not in sign_in(cast.max).get("/globex/profile/").text
    assert client.post(f"/acme/profile/blocks/{cast.max.person_id}/removal").status_code == 303
    assert seen_by(sign_in, cast.abe, cast.max)


def test_blocking_twice_is_one_block(app, cast, sign_in, operator):
    publish(app, cast.max)
    client = sign_in(cast.mia)
    answers = [client.post(f"/acme/profile/blocks/{cast.max.person_id}").status_code for _ in range(2)]
    assert answers == [303, 303]
    assert operator.scalar(sa.select(sa.func.count()).select_from(PersonalBlock)) == 1


def test_a_blocked_person_does_not_learn_of_it(app, cast, sign_in):
    publish(app, cast.abe)
    sign_in(cast.max).post(f"/globex/profile/blocks/{cast.abe.person_id}")
    client = sign_in(cast.abe)
    assert client.post(f"/acme/profile/blocks/{cast.max.person_id}").status_code == 404


def test_somebody_one_cannot_see_cannot_be_blocked_and_is_not_named(app, cast, sign_in, operator):
    client = sign_in(cast.mia)
    for stranger in (cast.max.person_id, cast.ida.person_id, cast.mia.person_id, 7):
        assert client.post(f"/acme/profile/blocks/{stranger}").status_code == 404
    # The database says the same to a page that forgot to ask.
    with acting(app, cast.mia), pytest.raises(ProgrammingError):
        db.session.execute(
            sa.insert(PersonalBlock.__table__).values(
                org_id=cast.mia.org_id,
                person_id=cast.mia.person_id,
                blocked_person_id=cast.ida.person_id,
                created_at=NOW,
            )
        )
    assert operator.scalar(sa.select(sa.func.count()).select_from(PersonalBlock)) == 0


def test_nobody_reads_another_s_blocks(app, cast, operator):
    publish(app, cast.max)
    operator.add(
        PersonalBlock(org_id=cast.mia.org_id, person_id=cast.mia.person_id, blocked_person_id=cast.max.person_id)
    )
    operator.commit()
    for reader in (cast.max, cast.ann, cast.abe, cast.ned):
        with acting(app, reader):
            assert db.session.execute(sa.text("SELECT * FROM blocked_people()")).all() == []
            assert db.session.scalars(sa.select(PersonalBlock)).all() == []


@pytest.mark.parametrize(("state", "sent_at"), [("withdrawn", None), ("expired", None), ("expired", NOW)])
def test_a_mentor_whom_a_request_never_reached_does_not_know_who_asked(app, cast, operator, state, sent_at):
    """Whatever became of it at the employer: asked with the eyes of the operator, who sees every request."""
    with acting(app, cast.max) as max_:
        viewer = max_
    operator.add(
        MentoringRequest(
            org_id=cast.mia.org_id,
            mentee_id=cast.mia.affiliation_id,
            mentee_person_id=cast.mia.person_id,
            mentor_org_id=cast.max.org_id,
            mentor_id=cast.max.mentor_id,
            mentor_person_id=cast.max.person_id,
            state=RequestState(state),
            sent_at=sent_at,
            created_at=NOW,
            updated_at=NOW,
        )
    )
    operator.commit()
    known = operator.scalar(sa.select(queries._in_a_request(viewer, cast.mia.person_id)))
    assert known is (sent_at is not None)
