"""Two people act on the agreement at the same moment, on connections of their own: nothing is signed that was not read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import sqlalchemy as sa

from marketplace.charters.models import AgreementSignature, MentoringAgreement
from tests.marketplace.charters.conftest import version


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def stands(operator):
    operator.rollback()
    query = sa.select(MentoringAgreement).order_by(MentoringAgreement.number)
    versions = operator.scalars(query.execution_options(populate_existing=True)).all()
    signed = operator.execute(sa.select(AgreementSignature.agreement_id, AgreementSignature.person_id)).all()
    return versions, signed


def test_two_first_drafts_at_once_are_one(pair, mentors, sign_in, operator):
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    codes = at_once(
        lambda: mia.post(f"/acme/mentorships/{pair.id}/agreement/versions", data=version(0, "Mia")),
        lambda: maxs.post(f"/globex/mentorships/{pair.id}/agreement/versions", data=version(0, "Max", purpose="Mine.")),
    )
    assert sorted(codes) == [303, 409]
    versions, signed = stands(operator)
    assert len(versions) == 1
    assert [row.person_id for row in signed] == [versions[0].written_by_person_id], "the other has signed nothing"


def test_a_signature_and_a_change_at_once_never_put_unread_words_in_force(pair, mentors, sign_in, operator):
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    mias, maxes = (f"/{slug}/mentorships/{pair.id}/agreement" for slug in ("acme", "globex"))
    seen = 0
    for _ in range(6):
        assert mia.post(f"{mias}/versions", data=version(seen, "Mia", purpose=f"On top of {seen}.")).status_code == 303
        first = stands(operator)[0][-1]
        changed, signed = at_once(
            lambda number=first.number: mia.post(
                f"{mias}/versions", data=version(number, "Mia", purpose=f"Instead of {number}.")
            ),
            lambda number=first.number: maxs.post(
                f"{maxes}/signature",
                data={"sign-version": str(number), "sign-name": "Max", "sign-agreed": "y"},
            ),
        )
        versions, signatures = stands(operator)
        # The signature first: the change may still stand, as a proposal on top of what is in force by now.
        assert (changed, signed) in {(303, 409), (409, 303), (303, 303)}, "who comes too late is told"
        if (changed, signed) == (303, 303):
            assert next(one for one in versions if one.id == first.id).in_force_at is not None
        by_id = {one.id: one for one in versions}
        for agreement_id, person_id in signatures:
            if person_id == mentors.max.person_id:
                assert by_id[agreement_id].in_force_at is not None, "Max signed what is in force, or nothing"
        assert sum(one.in_force_at is not None and one.replaced_at is None for one in versions) <= 1
        assert sum(one.in_force_at is None and one.replaced_at is None for one in versions) <= 1
        if versions[-1].in_force_at is None:
            maxs.post(f"{maxes}/proposal/removal", data={"version": str(versions[-1].number)})
        versions = stands(operator)[0]
        latest = [one.number for one in versions if one.replaced_at is None]
        seen = max(latest, default=0)
