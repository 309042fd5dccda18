"""Training, matching, and what the two find on their page."""

from __future__ import annotations

import re

import sqlalchemy as sa
from playwright.sync_api import Locator, expect

from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Form, Phase
from marketplace.programmes.queries import cohort_or_404
from marketplace.training import commands as training
from marketplace.training import queries as modules
from marketplace.training.models import ModuleKind, TrainingModule
from tenants.shared import clock
from tenants.shared.database import db
from tests.browser.a_programme.journey import Room
from tests.browser.people import Visitor
from tests.browser.steps import BRING, GOAL, WHY
from tests.cast import Actor
from tests.factories import acting

REASON = {
    "en": "Both of you came to leading people from a workshop, and you live an hour apart.",
    "fr": "Vous êtes venus tous deux de l’atelier à l’encadrement, et vous habitez à une heure l’un de l’autre.",
}
CIRCLE = {"en": "New to leading", "fr": "Nouveaux responsables"}


class Running(Room):
    def train(self) -> None:
        """Where it comes before matching, whoever has just come in reads, and passes the quiz on the phone."""
        asked = [one for one in self.both if self._trains_first(one) and one.person_id not in self.there]
        if not asked:
            return
        (learner,) = asked
        self.until(Phase.training)
        with acting(self.app, self.runner) as viewer:
            training.add_ready_modules(acting=viewer, seen=cohort_or_404(viewer, self.cohort_id), now=clock.now())
        quiz = self._has_read(learner)
        phone = self.phone(learner, f"{self.cohort}/training/modules/{quiz.id}")
        phone.reads_title(quiz.title(self.language))
        for number, right in right_answers(quiz).items():
            for place in right:
                phone.page.locator(f"input[name=q{number}][value='{place}']").check()
        phone.press(phone.button("Count my answers"))
        self.reads(phone, phone.word("Passed, with %(percent)d per cent.", percent=100))
        expect(phone.link("Your training is done")).to_be_visible()
        self.year.letter(learner, phone.word("Your training is done"))

    def _has_read(self, somebody: Actor) -> TrainingModule:
        """Everything but the quiz, which is what is left."""
        with acting(self.app, somebody) as viewer:
            seen, now = cohort_or_404(viewer, self.cohort_id), clock.now()
            found = modules.modules_of(viewer, seen)
            quiz = next(one for one in found if one.module.kind is ModuleKind.quiz)
            for there in found:
                if there is not quiz:
                    training.say_done(acting=viewer, there=there, now=now)
            db.session.refresh(quiz.module)
            return quiz.module

    def match(self) -> None:
        """By hand or by oneself, as the template says; then both say yes."""
        self.until(Phase.matching)
        if self.choices.matching == "hand" or self.journey.form is Form.peer:
            self._is_proposed()
            about = self._desk.word("A pair is proposed: you and %(name)s", name=self.mentee.name)
        else:
            self._asks()
            about = self._desk.word("%(name)s asks you to be their mentor", name=self.mentee.name)
        phone = self.follow(self.mentor, about)
        self.reads(phone, self.name)
        if self.choices.safeguarding:
            self.reads(phone, self.choices.safeguarding.text(self.language)[:60])
        phone.press(phone.button("Accept"))
        phone.reads_title(phone.word("You said yes to %(name)s", name=first_name(self.mentee)))
        expect(phone.button("Accept")).to_have_count(0)
        phone = self.follow(self.mentee, phone.word("%(name)s says yes", name=self.mentor.name))
        phone.press(phone.button("Confirm"))
        phone.reads_title(phone.word("You and %(name)s are a pair", name=first_name(self.mentor)))
        expect(phone.button("Confirm")).to_have_count(0)

    def _is_proposed(self) -> None:
        phone = self.phone(self.mentee, f"{self.cohort}/matching/")
        if self.choices.matching == "hand":
            phone.sees(
                "In this cohort the committee pairs. It asks on your behalf, and nothing begins before you have confirmed."
            )
        else:
            phone.sees("Find your peer")
            expect(phone.person(self.mentor.name)).to_be_visible()
        desk = self.desk(self.runner, f"{self.cohort}/matching/")
        for field_, somebody in (("mentee", self.mentee), ("mentor", self.mentor)):
            self._choice(desk, field_, somebody).check()
        desk.field("Why these two?").fill(REASON[self.language])
        desk.press(desk.button("Propose this pair"))
        self.reads(desk, self.mentor.name)
        expect(desk.page.get_by_role("row").filter(has_text=self.mentee.name)).to_contain_text(self.mentor.name)
        about = desk.word("A pair is proposed: you and %(name)s", name=self.mentor.name)
        self.year.letter(self.mentee, about)
        if self.choices.firms_say_yes:
            for somebody in self.both:
                self._firm_says_yes(somebody)

    def _firm_says_yes(self, somebody: Actor) -> None:
        manager = self.firms[somebody.slug]
        desk = self.desk(manager)
        desk.open(self.year.link(manager, desk.word("A proposed pair needs your answer"), to=f"{manager.slug}/"))
        self.reads(desk, somebody.name)
        desk.press(desk.button("Yes"))
        expect(desk.button("Yes")).to_have_count(0)

    def _choice(self, desk: Visitor, list_: str, somebody: Actor) -> Locator:
        return desk.page.locator(f"#{list_} label.option", has_text=somebody.name).get_by_role("radio")

    def _asks(self) -> None:
        """A mentor of the cohort, found on the phone."""
        phone = self.phone(self.mentee, f"{self.cohort}/matching/")
        phone.sees("Find your mentor in this cohort")
        phone.press(phone.person(self.mentor.name))
        first = first_name(self.mentor)
        phone.press(phone.link("Ask %(name)s", name=first))
        phone.field("What would you like to work on?").fill(GOAL[self.language])
        phone.field("Why this mentor?").fill(WHY[self.language])
        phone.field("What do you bring?").fill(BRING[self.language])
        phone.press(phone.button("Send to %(name)s", name=first))
        phone.page.wait_for_url(re.compile(r"/requests/\d+$"))
        self.fits()

    def gather(self, *others: Actor) -> None:
        """A circle of the two and some more: whoever runs it composes it, and its members find each other there."""
        self.enrol(*others)
        size = self.choices.circle
        desk = self.desk(self.runner, f"{self.cohort}/matching/")
        desk.press(desk.link("Circles"))
        sentence = "A circle is %(least)d to %(most)d peers who meet regularly and think along with each other."
        desk.sees(sentence, least=size.least, most=size.most)
        desk.field("Name of the circle").fill(CIRCLE[self.language])
        members = (*self.both, *others)
        for one in members:
            desk.page.locator("#people label", has_text=one.name).get_by_role("checkbox").check()
        desk.press(desk.button("Compose the circle"))
        desk.reads_title(CIRCLE[self.language])
        phone = self.phone(self.mentee, f"{self.cohort}/circles/")
        expect(phone.page.locator("li.panel", has_text=CIRCLE[self.language])).to_contain_text(
            phone.word("Your circle")
        )
        for one in members:
            self.reads(phone, one.name)

    # --- the pair ---------------------------------------------------------------------------------------------------

    def meet(self) -> None:
        """The pair's page speaks in the words of the form, and what the two sign are the programme's own rules."""
        pair = self.operator.scalar(sa.select(Mentorship.id).where(Mentorship.cohort_id == self.cohort_id))
        phone = self.phone(self.mentee, f"mentorships/{pair}")
        self.reads(phone, self.name)
        if said := self.journey.pair.get(self.language):
            self.reads(phone, said)
        if self.choices.safeguarding:
            self.reads(phone, self.choices.safeguarding.text(self.language)[:60])
        phone.press(phone.link("Draw it up"))
        self._holds_the_rules(phone)
        self.fits()
        if self.journey.sign:
            self._sign(f"mentorships/{pair}/agreement")

    def _holds_the_rules(self, phone: Visitor) -> None:
        """The version itself; below it there may be a form to propose another."""
        expect(phone.page.locator("details.rules").first).to_contain_text(
            self.choices.agreement.text(self.language)[:60]
        )

    def _sign(self, path: str) -> None:
        """The mentee says what it is for and signs; the mentor reads it from the letter and signs; then it holds."""
        phone, mentor, mentee = self._phone, first_name(self.mentor), first_name(self.mentee)
        phone.field("What this mentorship is for").fill(GOAL[self.language])
        phone.field("I sign this version. It holds once both have signed.").check()
        phone.press(phone.button("Sign and send to %(name)s", name=mentor))
        phone.sees("You have signed. %(name)s gets a letter to sign.", name=mentor)
        self.reads(phone, phone.word("Not signed yet"))
        self.fits()

        about = phone.word("%(name)s has signed your mentoring agreement", name=self.mentee.name)
        phone = self.follow(self.mentor, about)
        turn = "%(name)s signed version %(number)s. It holds once you have signed too."
        self.reads(phone, phone.word(turn, name=mentee, number=1))
        self.reads(phone, GOAL[self.language])
        self._holds_the_rules(phone)
        phone.field("I have read this version, and I sign it.").check()
        phone.press(phone.button("Sign"))
        phone.reads_title(phone.word("You have signed"))

        for reader, other in (self.both, self.both[::-1]):
            self.year.letter(reader, phone.word("Your agreement with %(name)s is signed", name=other.name))
        phone = self.phone(self.mentee, path)
        self.reads(phone, phone.word("In force"))
        self.reads(phone, GOAL[self.language])
        expect(phone.link("Keep the PDF")).to_be_visible()


def first_name(somebody: Actor) -> str:
    return somebody.name.split()[0]


def right_answers(quiz: TrainingModule) -> dict[int, list[int]]:
    return {
        number: [place for place, option in enumerate(question.options) if option.right]
        for number, question in enumerate(quiz.questions)
    }
