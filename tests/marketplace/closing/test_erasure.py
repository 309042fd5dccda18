"""What of an agreement and an ending leaves with a person, and what stays with the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.charters.models import AgreementSignature, MentoringAgreement, PairDocument
from marketplace.closing.models import Certificate, CoordinatorNote, LookBack
from tenants.privacy import jobs
from tenants.shared import clock
from tests.marketplace.charters.conftest import version
from tests.marketplace.closing.conftest import LOOK_BACK
from tests.tenants.privacy.conftest import downloaded, fresh

__all__ = ["downloaded", "fresh"]


@pytest.fixture
def whole(pair, mentors, sign_in, work):
    """Signed, ended, looked back on by both, with a certificate."""
    mia, maxs = sign_in(mentors.mia), sign_in(mentors.max)
    mias, maxes = f"/acme/mentorships/{pair.id}", f"/globex/mentorships/{pair.id}"
    mia.post(f"{mias}/agreement/versions", data=version(0, "Mia Acme"))
    maxs.post(f"{maxes}/agreement/signature", data={"sign-version": "1", "sign-name": "Max Globex", "sign-agreed": "y"})
    mia.post(f"{mias}/closing/ending", data={"end-reason": "It was time."})
    work()
    mia.post(f"{mias}/closing/look-back", data=LOOK_BACK)
    maxs.post(f"{maxes}/closing/look-back", data=LOOK_BACK | {"thanks": "Thank you, Mia."})
    work()
    return pair


def test_an_export_has_ones_own_words_and_those_written_to_one(whole, mentors, downloaded):
    everything = str(downloaded(mentors.max)[0])
    assert "take over two plants" in everything
    assert "Thank you for the evenings." in everything
    assert "It was time." not in everything, "Mia's words to her own coordinators"
    assert "It was time." in str(downloaded(mentors.mia)[0])


def test_erased_the_name_and_own_words_go_and_what_was_given_stays(
    whole, mentors, fresh, sign_in, anonymous, operator, work, worker_app, monkeypatch
):
    operator.rollback()
    code = operator.scalars(sa.select(Certificate.code)).one()
    assert fresh(mentors.mia).post("/account/privacy/erasure").status_code == 303
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr("tenants.shared.clock.now", lambda: later)
    with worker_app.app_context():
        jobs.find_due_erasures.func.__wrapped__()
        jobs.db.session.commit()
    work()
    operator.rollback()
    signatures = {one.person_id: one.name for one in operator.scalars(sa.select(AgreementSignature))}
    assert signatures == {mentors.mia.person_id: "", mentors.max.person_id: "Max Globex"}
    looked = {one.person_id: one for one in operator.scalars(sa.select(LookBack))}
    mias = looked[mentors.mia.person_id]
    assert (mias.helped, mias.changed, mias.next_step) == ("", "", "")
    assert mias.thanks == "Thank you for the evenings.", "it is Max's"
    assert looked[mentors.max.person_id].helped, "his own stays"
    assert operator.scalars(sa.select(CoordinatorNote)).all() == []
    assert operator.scalars(sa.select(PairDocument)).all() == []
    assert anonymous.get(f"/certificates/{code}").status_code == 404
    assert operator.scalars(sa.select(Certificate)).one().mentor == ""
    assert operator.scalars(sa.select(MentoringAgreement)).one().purpose, "he signed it too"
    page = sign_in(mentors.max).get(f"/globex/mentorships/{whole.id}/agreement")
    assert page.status_code == 200
    assert "Mia Acme" not in page.text
