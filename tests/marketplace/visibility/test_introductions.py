"""An introduction from the question to a mandate: who learns what, and when."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.dossiers.models import BoardMandate
from marketplace.visibility import jobs
from marketplace.visibility.models import Introduction
from tests.marketplace.visibility.conftest import FACE, consent

SEAT = "Board of Globex, from June"
HEADLINE = FACE["headline"]["en"]


def turn_the_clock(worker_app, operator, work, days):
    """As if so many days had passed since every question was asked."""
    operator.execute(sa.update(Introduction).values(asked_at=Introduction.asked_at - timedelta(days=days)))
    operator.execute(sa.update(Introduction).values(answer_due=Introduction.answer_due - timedelta(days=days)))
    operator.commit()
    with worker_app.app_context():
        jobs.turn_introductions.func.__wrapped__()
        jobs.db.session.commit()
    work()


def letters(operator):
    rows = operator.execute(
        sa.text("SELECT kind, p.name FROM letter l JOIN person p ON p.id = l.person_id ORDER BY l.id")
    )
    return [(kind, name.split(" ")[0]) for kind, name in rows if kind.startswith(("introduction", "dossier"))]


def card_of(operator):
    return operator.scalar(sa.text("SELECT id FROM board_card"))


def test_an_introduction_from_the_question_to_a_mandate(scene, operator, sign_in, work, worker_app):
    bridge = scene.ned.org_id
    operator.execute(sa.text("UPDATE person SET locale = 'en'"))
    consent(operator, scene.mia, bridge)
    max_, mia, ned, ann, gil = (sign_in(one) for one in (scene.max, scene.mia, scene.ned, scene.ann, scene.gil))
    card = card_of(operator)
    new = f"/globex/introductions/new/{bridge}/{card}"

    # Asked once, however often the button is pressed; what is missing is said, and what was typed stays.
    assert HEADLINE in max_.get(new).text
    wrong = max_.post(f"{new}/question", data={"seat": SEAT})
    assert wrong.status_code == 422 and SEAT in wrong.text
    asked = [max_.post(f"{new}/question", data={"seat": SEAT, "message": "A first talk?"}) for _twice in range(2)]
    assert [one.status_code for one in asked] == [303, 303] and asked[0].location == asked[1].location
    assert operator.scalar(sa.select(sa.func.count(Introduction.id))) == 1
    theirs = asked[0].location
    hers = theirs.replace("/globex/", "/acme/")
    for stranger, slug in ((gil, "globex"), (ann, "acme"), (ned, "bridge")):
        assert stranger.get(theirs.replace("globex", slug)).status_code == 404
        assert stranger.post(theirs.replace("globex", slug) + "/answer", data={"answer": "yes"}).status_code == 404
    assert gil.get(new).status_code == 404

    # Whoever asked learns nothing of her before her yes; she reads who asks, and that she is reminded.
    assert "Mia" not in max_.get(theirs).text and "Acme" not in max_.get(theirs).text
    assert max_.post(f"{theirs}/outcome", data={"outcome": "met"}).status_code == 409
    assert "A first talk?" in mia.get(hers).text and SEAT in mia.get("/acme/introductions/").text
    turn_the_clock(worker_app, operator, work, 10)
    assert letters(operator) == [("introduction_asked", "Mia"), ("introduction_asked", "Mia")]
    assert operator.scalar(sa.text("SELECT bool_and(about_account) FROM letter"))

    # She asks the network to help: only from then on does it know.
    assert SEAT not in ned.get("/bridge/introductions/").text
    assert mia.post(f"{hers}/help").status_code == 303
    there = hers.replace("/acme/", "/bridge/")
    helping = ned.get(there).text
    assert "Mia Acme" in helping and "A first talk?" not in helping
    assert ned.post(f"{there}/facilitation").status_code == 303
    assert "Ned Bridge" in max_.get(theirs).text and "Mia" not in max_.get(theirs).text

    # Yes, twice pressed: they read her name; her employer's people do not read that there is anything.
    for _twice in range(2):
        assert mia.post(f"{hers}/answer", data={"answer": "yes", "word": "With pleasure."}).status_code == 303
    assert mia.post(f"{hers}/answer", data={"answer": "no"}).status_code == 409
    known = max_.get(theirs)
    assert "Mia Acme" in known.text and scene.mia.email in known.text and "no-store" in known.headers["Cache-Control"]
    assert SEAT not in ann.get("/acme/introductions/").text

    # The interview, which she says was none, and the appointment, which becomes a mandate of hers, once.
    assert max_.post(f"{theirs}/outcome", data={"outcome": "interview"}).status_code == 303
    assert mia.post(f"{hers}/contradiction").status_code == 303
    assert max_.post(f"{theirs}/outcome", data={"outcome": "appointed"}).status_code == 303
    assert mia.post(f"{hers}/confirmation", data={"organisation_name": "Globex"}).status_code == 422
    seat = {"organisation_name": "Globex", "role": "non_executive", "from_on": "2026-06-01", "listed": "y"}
    for _twice in range(2):
        assert mia.post(f"{hers}/confirmation", data=seat).status_code == 303
    mandate = operator.scalars(sa.select(BoardMandate)).one()
    assert mandate.person_id == scene.mia.person_id and mandate.organisation_id == scene.max.org_id
    assert mandate.introduction_id == operator.scalar(sa.select(Introduction.id))
    assert max_.post(f"{theirs}/outcome", data={"outcome": "not_chosen"}).status_code == 409
    work()
    told = [one for one in letters(operator) if one[0] != "introduction_asked"]
    assert sorted(told) == [
        ("introduction_answered", "Max"),
        ("introduction_answered", "Max"),
        ("introduction_help", "Ned"),
        ("introduction_settled", "Mia"),
        ("introduction_settled", "Mia"),
    ]


def test_a_yes_is_taken_back_a_no_is_not_asked_again_and_silence_lapses(scene, operator, sign_in, work, worker_app):
    bridge = scene.ned.org_id
    operator.execute(sa.text("UPDATE person SET locale = 'en'"))
    consent(operator, scene.mia, bridge)
    max_, mia = sign_in(scene.max), sign_in(scene.mia)
    question = f"/globex/introductions/new/{bridge}/{card_of(operator)}/question"

    def ask(seat):
        place = max_.post(question, data={"seat": seat, "message": "A talk?"}).location
        return place, place.replace("/globex/", "/acme/")

    theirs, hers = ask("One")
    mia.post(f"{hers}/answer", data={"answer": "yes"})
    assert max_.get(f"{theirs}/standing?state=accepted").headers.get("HX-Refresh") is None
    assert mia.post(f"{hers}/withdrawal").status_code == 303
    assert max_.get(f"{theirs}/standing?state=accepted").headers["HX-Refresh"] == "true"
    assert "Mia" not in max_.get(theirs).text and "Mia" not in max_.get("/globex/introductions/").text

    theirs, hers = ask("Two")
    mia.post(f"{hers}/answer", data={"answer": "no"})
    assert "Mia" not in max_.get(theirs).text
    assert max_.post(question, data={"seat": "two", "message": "All the same?"}).status_code == 409

    theirs, hers = ask("Three")
    assert mia.post(f"{theirs}/withdrawal").status_code == 404
    turn_the_clock(worker_app, operator, work, 15)
    assert "Not answered in time" in max_.get(theirs).text
    assert mia.post(f"{hers}/answer", data={"answer": "yes"}).status_code == 409

    theirs, hers = ask("Four")
    assert max_.post(f"{theirs}/withdrawal").status_code == 303
    assert mia.post(f"{hers}/answer", data={"answer": "yes"}).status_code == 409

    # Withdrawn, the card is asked about no more.
    mia.post(f"/acme/visibility/{bridge}/withdrawal")
    assert max_.post(question, data={"seat": "Five", "message": "A talk?"}).status_code == 404
