"""A training from its modules to the certificate: what is asked of whom, what is counted, and what nobody else learns."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import undefer

from marketplace.programmes.modalities import Side, SideRules
from marketplace.programmes.models import Cohort, Enrolment
from marketplace.training.models import (
    ModuleKind,
    QuizAnswer,
    TrainingCertificate,
    TrainingModule,
    TrainingProgress,
)
from marketplace.training.queries import Verified, certificate_by_code
from marketplace.training.quizzes import Question, percent_right
from tenants.shared.database import db
from tests.factories import NOW, acting, enrol
from tests.marketplace.events.conftest import LAUNCH, as_host, at, cohort, guest, make_event
from tests.tenants.agreements.test_agreements import unpacked

__all__ = ["as_host", "at", "cohort", "make_event"]


@pytest.fixture
def base(cohort):
    return f"/cohorts/{cohort.id}/training"


@pytest.fixture
def add(sign_in, cast, base, operator):
    """A module by its own form; the row."""

    def added(kind="text", **values):
        form = {
            "title_en": f"A {kind}",
            "sides": ["mentor", "mentee"],
            "required": "y",
            "body_en": "Some words.",
            "pass_percent": "70",
        } | values
        reply = sign_in(cast.ned).post(f"/bridge{base}/modules?kind={kind}", data=form)
        assert reply.status_code == 303, reply.text
        operator.rollback()
        return operator.scalars(sa.select(TrainingModule).order_by(TrainingModule.id.desc())).first()

    return added


QUESTION = {
    "words_en": "What is yours?",
    "options-0-en": "The date",
    "options-0-right": "y",
    "options-1-en": "The weather",
    "options-2-en": "The topic",
    "options-2-right": "y",
    "many": "y",
    "explanation_en": "Both are yours to set.",
}
SECOND = {"words_en": "Who writes it down?", "options-0-en": "I do", "options-0-right": "y", "options-1-en": "Nobody"}


@pytest.fixture
def quiz(add, sign_in, cast, base):
    def made(**values):
        module = add("quiz", **values)
        for question in (QUESTION, SECOND):
            path = f"/bridge{base}/modules/{module.id}/questions"
            assert sign_in(cast.ned).post(path, data=question).status_code == 303
        return module

    return made


def enrolment(operator, actor):
    operator.rollback()
    return operator.scalars(
        sa.select(Enrolment).where(Enrolment.person_id == actor.person_id).execution_options(populate_existing=True)
    ).one()


def test_ready_modules_come_with_one_click_and_in_both_languages(sign_in, cast, base, operator):
    host = sign_in(cast.ned)
    assert "Add the ready modules" in host.get(f"/bridge{base}").text
    host.post(f"/bridge{base}/ready-modules")
    modules = operator.scalars(sa.select(TrainingModule)).all()
    assert sorted(module.sides[0] for module in modules) == ["mentee"] * 3 + ["mentor"] * 3
    for module in modules:
        assert module.title_en and module.title_fr and module.body_en and module.body_fr
        for question in module.questions:
            assert question.words.fr and question.explanation.fr and all(one.words.fr for one in question.options)
    host.post(f"/bridge{base}/ready-modules")
    operator.rollback()
    assert len(operator.scalars(sa.select(TrainingModule)).all()) == 6, "once"
    text = sign_in(cast.max).get(f"/globex{base}").text
    assert "Ce que fait un mentor" in text and "C’est votre mentorat" not in text


def test_somebody_is_trained_when_everything_required_is_done(add, quiz, sign_in, cast, base, operator, work, mailbox):
    text_module, extra, module = add(), add(required="", title_en="Extra"), quiz()
    mia = sign_in(cast.mia)
    assert "Next:" in mia.get(f"/acme{base}").text
    assert mia.post(f"/acme{base}/modules/{text_module.id}/completion").status_code == 303
    path = f"/acme{base}/modules/{module.id}"
    assert mia.post(f"{path}/completion").status_code == 409, "a quiz is not said to be done"
    unfinished = mia.post(f"{path}/answers", data={"q1": ["0"]})
    assert unfinished.status_code == 422 and "Answer every question" in unfinished.text
    mia.post(f"{path}/answers", data={"q0": ["0"], "q1": ["0"]})
    shown = mia.get(path).text
    assert "50 per cent" in shown and "Both are yours to set." in shown and "Right would have been" not in shown
    assert enrolment(operator, cast.mia).trained_at is None
    mia.post(f"{path}/answers", data={"q0": ["0", "2"], "q1": ["0"]})
    one = enrolment(operator, cast.mia)
    assert one.trained_at is not None
    assert one.version == 1, "nobody's open form is in the way"
    work()
    paper = operator.scalars(sa.select(TrainingCertificate)).one()
    operator.refresh(paper, ["content"])
    plain = unpacked(paper.content)
    assert plain.startswith(b"%PDF-1.7") and b"/StructTreeRoot" in plain and b"pdfuaid" in plain
    assert [letter["Subject"] for letter in mailbox.to(cast.mia.email)] == ["Your training is done"]
    reply = mia.get(f"/acme{base}/certificate")
    assert reply.data == paper.content
    assert sign_in(cast.pam).get(f"/acme{base}/certificate").status_code == 404
    work()
    assert len(mailbox.to(cast.mia.email)) == 1
    assert extra.id and "optional" in mia.get(f"/acme{base}").text


def test_a_stranger_verifies_a_certificate_and_learns_no_more(
    add, sign_in, cast, base, operator, work, anonymous, app, as_host
):
    module = add()
    mia = sign_in(cast.mia)
    mia.post(f"/acme{base}/modules/{module.id}/completion")
    work()
    paper = operator.scalars(sa.select(TrainingCertificate).options(undefer(TrainingCertificate.content))).one()
    address = f"/certificates/training/{paper.code}"
    assert address.rsplit("/", 1)[1].encode() in unpacked(paper.content), "it stands on the paper"
    shown = anonymous.get(address)
    assert shown.status_code == 200 and "This certificate is valid" in shown.text and "M. A." in shown.text
    assert shown.headers["X-Robots-Tag"] == "noindex" and shown.headers["Cache-Control"] == "no-store"
    for private in ("Mia", "Acme", "Bridge", "A text", str(paper.enrolment_id)):
        assert private not in shown.text.split("<main")[1], private
    assert anonymous.get("/certificates/training/nothing").status_code == 404
    with acting(app, cast.pam):
        assert db.session.scalars(sa.select(TrainingCertificate)).all() == [], "theirs alone to read and to withdraw"
    assert sign_in(cast.pam).post(f"/acme{base}/certificate/withdrawal").status_code == 404
    assert mia.post(f"/acme{base}/certificate/withdrawal").status_code == 303
    gone = anonymous.get(address).text
    assert "This certificate was withdrawn" in gone and "M. A." not in gone
    with app.test_request_context("/"):
        assert certificate_by_code(paper.code) == Verified(False, "", "", "", None), "the database says no more either"
    assert "You withdrew your certificate" in mia.get(f"/acme{base}").text
    mia.post(f"/acme{base}/certificate/return")
    assert "This certificate is valid" in anonymous.get(address).text
    # Taken back by whoever runs it, it is no longer valid either.
    operator.execute(sa.update(Enrolment).values(trained_at=None))
    operator.commit()
    assert "This certificate was withdrawn" in anonymous.get(address).text


def test_nobody_else_reads_answers_or_scores(app, quiz, sign_in, cast, base, operator):
    module = quiz()
    sign_in(cast.mia).post(f"/acme{base}/modules/{module.id}/answers", data={"q0": ["1"], "q1": ["1"]})
    for actor, rows in ((cast.mia, 1), (cast.ned, 0), (cast.ann, 0), (cast.max, 0)):
        with acting(app, actor):
            for table in (QuizAnswer, TrainingProgress):
                assert len(db.session.scalars(sa.select(table)).all()) == rows, (actor.name, table)
    host = sign_in(cast.ned)
    text = host.get(f"/bridge{base}/people").text
    assert "Mia Acme" in text and "per cent" not in text and "weather" not in text
    assert "0 of 3 done" in host.get(f"/bridge{base}").text


def test_attempts_run_out_and_the_runner_can_give_more(quiz, sign_in, cast, base, operator):
    module = quiz(tries="1")
    mia, path = sign_in(cast.mia), f"/acme{base}/modules/{module.id}"
    assert "One attempt is left" in mia.get(path).text
    mia.post(f"{path}/answers", data={"q0": ["1"], "q1": ["1"]})
    assert "Right would have been" in mia.get(path).text
    assert mia.post(f"{path}/answers", data={"q0": ["0", "2"], "q1": ["0"]}).status_code == 409
    operator.rollback()
    version = operator.scalar(sa.select(TrainingModule.version))
    form = {"title_en": "A quiz", "sides": ["mentee"], "required": "y", "pass_percent": "70", "tries": "3"}
    reply = sign_in(cast.ned).post(
        f"/bridge{base}/modules/{module.id}/details", data=form | {"version": str(version), "body_en": ""}
    )
    assert reply.status_code == 303
    assert mia.post(f"{path}/answers", data={"q0": ["0", "2"], "q1": ["0"]}).status_code == 303
    assert enrolment(operator, cast.mia).trained_at is not None


def test_a_live_session_is_done_by_coming(add, make_event, as_host, sign_in, cast, base, operator, work, at):
    event = make_event(kind="training", starts_at=LAUNCH)
    work()
    module = add("live", event_id=str(event.id), sides=["mentee"])
    mia = sign_in(cast.mia)
    assert mia.post(f"/acme{base}/modules/{module.id}/completion").status_code == 409
    at(LAUNCH + timedelta(minutes=5))
    seat = guest(operator, event, cast.mia).id
    as_host("tick_attendance", event, now=LAUNCH, listed=[seat], came=[seat])
    assert enrolment(operator, cast.mia).trained_at is not None
    as_host("tick_attendance", event, now=LAUNCH, listed=[seat], came=[])
    assert enrolment(operator, cast.mia).trained_at is None, "a tick that was a mistake takes it back"


def test_a_module_that_is_removed_holds_nobody_up(add, sign_in, cast, base, operator, work):
    first, second = add(title_en="First"), add(title_en="Second")
    sign_in(cast.mia).post(f"/acme{base}/modules/{first.id}/completion")
    assert enrolment(operator, cast.mia).trained_at is None
    host = sign_in(cast.ned)
    assert "Remove it" in host.get(f"/bridge{base}/modules/{second.id}/removal").text
    host.post(f"/bridge{base}/modules/{second.id}/removal")
    work()
    assert enrolment(operator, cast.mia).trained_at is not None
    assert sign_in(cast.mia).get(f"/acme{base}/modules/{second.id}").status_code == 404


def test_a_module_that_is_added_later_takes_nothing_back(add, sign_in, cast, base, operator):
    module = add()
    sign_in(cast.mia).post(f"/acme{base}/modules/{module.id}/completion")
    add(title_en="Later")
    assert enrolment(operator, cast.mia).trained_at is not None


def test_modules_are_put_in_order(add, sign_in, cast, base):
    first, second = add(title_en="Alpha module"), add(title_en="Beta module")
    host = sign_in(cast.ned)
    text = host.get(f"/bridge{base}").text
    assert text.index("Alpha module") < text.index("Beta module")
    host.post(f"/bridge{base}/modules/{second.id}/position", data={"to": "up"})
    host.post(f"/bridge{base}/modules/{second.id}/position", data={"to": "up"})
    text = host.get(f"/bridge{base}").text
    assert text.index("Beta module") < text.index("Alpha module")
    assert first.id


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("text", {"title_en": "", "title_fr": ""}, "Give it a title"),
        ("text", {"body_en": ""}, "Write the text"),
        ("text", {"sides": []}, "Say for whom"),
        ("video", {}, "Paste the link"),
        ("video", {"video_url": "http://video.example"}, "begins with https://"),
        ("live", {}, "Choose the event"),
        ("file", {}, "Choose a file"),
        ("quiz", {"pass_percent": "0"}, "1"),
    ],
)
def test_a_module_that_is_not_whole_is_refused_and_keeps_what_was_typed(sign_in, cast, base, kind, values, words):
    form = {"title_en": "Kept title", "title_fr": "Titre gardé", "sides": ["mentee"], "body_en": "x"} | values
    reply = sign_in(cast.ned).post(
        f"/bridge{base}/modules?kind={kind}", data={"pass_percent": "70", "minutes": "25"} | form
    )
    assert reply.status_code == 422 and words in reply.text and "25" in reply.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"words_en": ""}, "Write the question"),
        ({"options-1-en": "", "options-2-en": "", "options-2-right": ""}, "at least two options"),
        ({"options-0-right": "", "options-2-right": ""}, "Tick what is right"),
        ({"many": ""}, "Several options are right"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(add, sign_in, cast, base, values, words):
    module = add("quiz")
    data = {name: value for name, value in (QUESTION | values).items() if value or name.endswith("en")}
    reply = sign_in(cast.ned).post(f"/bridge{base}/modules/{module.id}/questions", data=data)
    assert reply.status_code == 422 and words in reply.text and "The date" in reply.text


def test_files_of_a_module_are_of_known_types_and_for_those_it_is_for(add, sign_in, cast, base, operator):
    host = sign_in(cast.ned)
    form = {"title_en": "Reading", "sides": ["mentee"], "required": "y"}
    bad = host.post(f"/bridge{base}/modules?kind=file", data=form | {"file": (io.BytesIO(b"MZ\x90\x00"), "setup.exe")})
    assert bad.status_code == 422
    good = host.post(
        f"/bridge{base}/modules?kind=file", data=form | {"file": (io.BytesIO(b"%PDF-1.7 x"), "reading.pdf")}
    )
    assert good.status_code == 303
    operator.rollback()
    module = operator.scalars(sa.select(TrainingModule)).one()
    page = sign_in(cast.mia).get(f"/acme{base}/modules/{module.id}").text
    address = re.search(r'href="(/acme[^"]+/files/\d+)"', page).group(1)
    assert sign_in(cast.mia).get(address).data == b"%PDF-1.7 x"
    assert sign_in(cast.max).get(address.replace("/acme", "/globex")).status_code == 404


def test_two_who_change_a_module_lose_nothing(add, sign_in, cast, base):
    module, host = add(), sign_in(cast.ned)
    form = {"title_en": "Theirs", "sides": ["mentor"], "required": "y", "body_en": "Their words.", "version": "1"}
    path = f"/bridge{base}/modules/{module.id}/details"
    assert host.post(path, data=form).status_code == 303
    reply = host.post(path, data=form | {"title_en": "Mine", "body_en": "My words."})
    assert reply.status_code == 422
    for words in ("Somebody changed this meanwhile", "Theirs", "Their words.", "My words."):
        assert words in reply.text


def test_the_runner_is_warned_when_nobody_could_ever_be_matched(sign_in, cast, cohort, base, operator):
    choices = cohort.modalities.model_copy(update={"mentees": SideRules(training="before_matching")})
    operator.execute(sa.update(Cohort).where(Cohort.id == cohort.id).values(choices=choices.model_dump(mode="json")))
    operator.commit()
    host = sign_in(cast.ned)
    assert "Nobody can be matched yet." in host.get(f"/bridge{base}").text
    host.post(f"/bridge{base}/ready-modules")
    assert "Nobody can be matched yet." not in host.get(f"/bridge{base}").text
    assert "Matching begins for you" in sign_in(cast.mia).get(f"/acme{base}").text


def test_each_side_is_trained_by_its_own_modules(add, sign_in, cast, base, cohort, operator):
    enrol(operator, cohort, cast.mia, Side.mentor)
    operator.commit()
    module = add(sides=["mentor"])
    sign_in(cast.mia).post(f"/acme{base}/modules/{module.id}/completion")
    operator.rollback()
    trained = dict(
        operator.execute(
            sa.select(Enrolment.side, Enrolment.trained_at).where(Enrolment.person_id == cast.mia.person_id)
        ).all()
    )
    assert trained[Side.mentor] is not None and trained[Side.mentee] is None


def test_counting():
    question = Question.model_validate(
        {
            "words": {"en": "?"},
            "many": True,
            "options": [
                {"words": {"en": "a"}, "right": True},
                {"words": {"en": "b"}, "right": True},
                {"words": {"en": "c"}},
            ],
        }
    )
    assert question.is_right([0, 1]) and not question.is_right([0]) and not question.is_right([0, 1, 2])
    assert percent_right([question] * 3, {0: [0, 1], 1: [0, 1]}) == 66
    assert ModuleKind.quiz and NOW
