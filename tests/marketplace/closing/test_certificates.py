"""A certificate shows what both agreed to, to whoever has its address, until one of them takes it back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.charters.models import PairDocument
from marketplace.closing.models import Certificate
from marketplace.closing.steps import new_code
from tests.marketplace.closing.conftest import LOOK_BACK


@pytest.fixture
def looked_back(pair, mentors, sign_in, work):
    """Both end it and say what a certificate may show."""

    def look(mias, maxs):
        sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/closing/ending", data={})
        work()
        for actor, wish in ((mentors.mia, mias), (mentors.max, maxs)):
            data = {**LOOK_BACK, "firms_shown": "", **wish}
            if not data["firms_shown"]:
                del data["firms_shown"]
            page = f"/{actor.slug}/mentorships/{pair.id}/closing/look-back"
            assert sign_in(actor).post(page, data=data).status_code == 303
        work()

    return look


def live(operator):
    operator.rollback()
    return operator.scalars(
        sa.select(Certificate).where(Certificate.withdrawn_at.is_(None)).execution_options(populate_existing=True)
    ).all()


NAMES, INITIALS, FIRMS = {"names_shown": "names"}, {"names_shown": "initials"}, {"firms_shown": "y"}


@pytest.mark.parametrize(
    ("mias", "maxs", "shown", "hidden"),
    [
        (NAMES | FIRMS, NAMES | FIRMS, ["Mia Acme, Acme", "Max Globex, Globex"], []),
        (NAMES | FIRMS, NAMES, ["Mia Acme", "Max Globex"], [", Acme", ", Globex"]),
        (NAMES, INITIALS | FIRMS, ["M. A.", "M. G."], ["Mia", "Max", "Acme", "Globex"]),
    ],
)
def test_it_shows_no_more_than_both_agreed_to(looked_back, operator, anonymous, mias, maxs, shown, hidden):
    looked_back(mias, maxs)
    [certificate] = live(operator)
    page = anonymous.get(f"/certificates/{certificate.code}")
    assert page.status_code == 200
    assert "noindex" in page.headers["X-Robots-Tag"]
    for words in shown:
        assert words in page.text
    for words in [*hidden, "evenings", "delegate", "forty people"]:
        assert words not in page.text
    if "Mia" in hidden:
        assert (certificate.mentee, certificate.mentor) == ("M. A.", "M. G."), "nor does the row hold more"
    if hidden:
        assert (certificate.mentee_firm, certificate.mentor_firm) == ("", "")


def test_one_who_does_not_agree_is_enough_for_none(looked_back, operator):
    looked_back(NAMES, {"names_shown": "none"})
    assert live(operator) == []


def test_either_withdraws_it_and_its_address_is_as_if_it_never_was(
    looked_back, pair, mentors, operator, anonymous, sign_in, work
):
    looked_back(NAMES, NAMES)
    [certificate] = live(operator)
    assert len(operator.scalars(sa.select(PairDocument)).all()) == 2
    page = sign_in(mentors.mia).get(f"/acme/mentorships/{pair.id}/closing").text
    assert certificate.code in page
    reply = sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/closing/certificate/removal")
    assert reply.status_code == 303
    work()
    other = new_code()
    gone, never = (anonymous.get(f"/certificates/{code}") for code in (certificate.code, other))
    assert (gone.status_code, never.status_code) == (404, 404)
    assert gone.text.replace(certificate.code, "") == never.text.replace(other, "")
    assert live(operator) == []
    operator.rollback()
    assert operator.scalars(sa.select(PairDocument)).all() == []
    # Agreed to again, it is another one.
    sign_in(mentors.max).post(f"/globex/mentorships/{pair.id}/closing/look-back", data=LOOK_BACK)
    work()
    assert live(operator)[0].code != certificate.code


def test_a_wish_that_changes_changes_the_certificate(looked_back, pair, mentors, operator, anonymous, sign_in, work):
    looked_back(NAMES, NAMES)
    [first] = live(operator)
    sign_in(mentors.mia).post(f"/acme/mentorships/{pair.id}/closing/look-back", data=LOOK_BACK | INITIALS)
    work()
    [second] = live(operator)
    assert anonymous.get(f"/certificates/{first.code}").status_code == 404
    assert "M. G." in anonymous.get(f"/certificates/{second.code}").text
