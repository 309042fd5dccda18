"""What of readiness leaves with a person: a candidate's all of it, a mentor's what nobody was shown."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.readiness.models import ReadinessPlan, TargetBoard
from tenants.privacy import jobs
from tests.factories import NOW
from tests.marketplace.readiness.test_assessments import MINE, THEIRS, answer, give, rows
from tests.marketplace.readiness.test_path import BOARD
from tests.tenants.privacy.conftest import downloaded, fresh

__all__ = ["downloaded", "fresh"]


def test_each_takes_along_what_they_may_read_and_erasure_leaves_the_others(
    mia, max_, board, cast, downloaded, fresh, operator, work, worker_app, at, mailbox
):
    hers, his = board.at("acme"), board.at("globex")
    mia.post(f"{hers}/boards", data=BOARD | {"why": "A harbour of my own"})
    mia.post(f"{hers}/target-role", data={"role": "audit_member"})
    answer(mia, hers, evidence=MINE)
    answer(max_, his, evidence=THEIRS)
    give(max_, his)
    exported = str(downloaded(cast.mia)[0])
    assert MINE in exported and "A harbour of my own" in exported and "audit_member" in exported
    assert THEIRS not in exported
    give(mia, hers)
    at(NOW + timedelta(days=200))
    answer(max_, his, "middle", evidence="Not shown to her yet.")

    def erase(actor, day):
        assert fresh(actor).post("/account/privacy/erasure").status_code == 303
        at(NOW + timedelta(days=day))
        with worker_app.app_context():
            jobs.find_due_erasures.func.__wrapped__()
            jobs.db.session.commit()
        work()

    erase(cast.max, 210)
    assert sorted(str(one.evidence.get("finance")) for one in rows(operator)) == sorted([MINE, THEIRS])
    erase(cast.mia, 220)
    assert rows(operator) == []
    assert operator.scalars(sa.select(TargetBoard)).all() == operator.scalars(sa.select(ReadinessPlan)).all() == []
