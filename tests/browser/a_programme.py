"""A programme's way from its ready template to the closed cohort, one step a method, walked by those whose step it is.

Whoever runs it and those who look after people sit at one desk, mentor and mentee share one phone: who sits down signs in
by a cookie, because signing in has its own tests. The clock is the test's own (``a_year``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, expect
from sqlalchemy.orm import Session

from marketplace.cohorts.jobs import turn_clock_of_cohorts
from marketplace.events import commands as events
from marketplace.events.commands import Plan
from marketplace.events.models import EventKind
from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort
from marketplace.programmes.queries import cohort_or_404
from marketplace.programmes.templates_ready import ready_templates
from marketplace.training import commands as training
from marketplace.training import queries as modules
from marketplace.training.models import ModuleKind, TrainingModule
from tenants.accounts.models import AccountSession
from tenants.shared import clock
from tenants.shared.database import db
from tests.browser.a_year import Year
from tests.browser.people import Visitor, seat
from tests.browser.steps import BRING, GOAL, WHY
from tests.cast import Actor, Cast
from tests.factories import acting, enrol

AFTERNOON = time(15, 45, tzinfo=UTC)
PHASES = {
    Phase.call: "Call",
    Phase.mid_point: "Mid-point",
    Phase.closing: "Closing",
}
REASON = {
    "en": "Both of you came to leading people from a workshop, and you live an hour apart.",
    "fr": "Vous êtes venus tous deux de l’atelier à l’encadrement, et vous habitez à une heure l’un de l’autre.",
}
CIRCLE = {"en": "New to leading", "fr": "Nouveaux responsables"}
CLOSING = {"en": "What we take with us", "fr": "Ce que nous emportons"}


@dataclass(frozen=True)
class Fault:
    """Something on the sheet that must be mended before it opens: a control, what is wrong and right in it, what is said."""

    control: str
    wrong: str | bool
    right: str | bool
    said: Mapping[str, str]


@dataclass(frozen=True)
class Journey:
    """Who does what in a form. ``runner`` runs the programme; ``mentor`` and ``mentee`` meet (both are peers in that form).

    ``sides``: what the two are called. ``pair``: what the mentee's page of the pair begins with, where the form has a
    sentence of its own. Texts by language, as people read them.
    """

    form: Form
    runner: str
    mentor: str
    mentee: str
    sides: Mapping[str, tuple[str, str]]
    seniorities: tuple[str, str] = ("", "")
    fault: Fault | None = None
    pair: Mapping[str, str] = field(default_factory=dict)


class Walk:
    """One journey in one language."""

    def __init__(
        self, journey: Journey, year: Year, seats: tuple[Visitor, Visitor], cast: Cast, app: Flask, operator: Session
    ) -> None:
        self.journey, self.year, self.cast, self.app, self.operator = journey, year, cast, app, operator
        self._desk, self._phone = seats
        self.language = language = self._desk.language
        self.template = ready_templates()[journey.form]
        self.choices = self.template.modalities
        self.name = self.template.name.text(language)
        self.runner, self.mentor, self.mentee = (
            cast[name] for name in (journey.runner, journey.mentor, journey.mentee)
        )
        self.firms = {"acme": cast.ann, "globex": cast.gil, "lycee": cast.get("lea", cast.gil)}
        """Who looks after the people of each organisation."""
        first = self.choices.timeline[0].day
        self.launch: date = clock.today() - timedelta(days=first)
        self.programme = self.cohort = ""

    # --- who sits down, and when ------------------------------------------------------------------------------------

    def desk(self, somebody: Actor, path: str = "") -> Visitor:
        return self._sits(self._desk, somebody, path)

    def phone(self, somebody: Actor, path: str = "") -> Visitor:
        visitor = self._sits(self._phone, somebody, path)
        if path:
            self.fits()
        return visitor

    def _sits(self, visitor: Visitor, somebody: Actor, path: str) -> Visitor:
        seat(visitor, self.app, somebody)
        if path:
            visitor.open(f"/{somebody.slug}/{path}")
        return visitor

    def fits(self) -> None:
        """The page on the phone is no wider than it."""
        self._phone.faults += [f"{self._phone.page.url}: {fault}" for fault in self._phone.fits()]

    def follow(self, reader: Actor, about: str, under: str = "") -> Visitor:
        """The link of the newest letter about it, on the phone, where nobody needs to be signed in."""
        self._phone.context.clear_cookies()
        self._phone.open(self.year.link(reader, about, under))
        self.fits()
        return self._phone

    def until(self, phase: Phase) -> None:
        """The day of ``phase``: by then the clock has opened what is opened by its date."""
        day = self.launch + timedelta(days=next(one.day for one in self.choices.timeline if one.phase is phase))
        self.year.traveller.move_to(datetime.combine(day, AFTERNOON))
        self.operator.execute(sa.update(AccountSession).values(seen_at=clock.now()))
        self.operator.commit()
        self.year.work(turn_clock_of_cohorts)

    def side(self, somebody: Actor) -> str:
        return self.journey.sides[self.language][0 if somebody is self.mentor else 1]

    def stands_at(self, visitor: Visitor, phase: Phase) -> None:
        """The timeline on the cohort's page."""
        expect(visitor.page.locator("li[aria-current=step]")).to_contain_text(visitor.word(PHASES[phase]))

    @cached_property
    def both(self) -> tuple[Actor, Actor]:
        return self.mentor, self.mentee

    # --- the programme ----------------------------------------------------------------------------------------------

    def design(self) -> None:
        """From the ready template to an open programme; the sheet says what is missing, then what is wrong."""
        desk = self.desk(self.runner, "programmes/new")
        desk.press(desk.page.locator(".template-card", has_text=self.name).get_by_role("button"))
        desk.reads_title(self.name)
        self.programme = re.sub(r".*/(programmes/\d+)/design.*", r"\1", desk.page.url)
        expect(desk.field("Aims in English")).to_have_value(re.compile(re.escape(self.choices.aims.en[:40])))
        if self.runner is self.cast.ned:
            self._refuses("Nobody takes part yet. Choose the organisations.")
            self._choose_member_firms()
        else:
            self._ask_another(self.mentee if self.mentee.slug != self.runner.slug else self.mentor)
        desk = self.desk(self.runner, f"{self.programme}/design")
        if fault := self.journey.fault:
            self._type(fault.control, fault.wrong)
            self._refuses(fault.said[self.language])
            self._type(fault.control, fault.right)
        expect(desk.page.get_by_role("complementary").locator(".stop")).to_have_count(0)
        desk.press(desk.button("Open the programme"))
        desk.reads_title(desk.word("Programmes"))

    def _type(self, control: str, value: str | bool) -> None:
        """Into the sheet, and save it; a sheet that holds together is kept even while something is amiss."""
        typed = self._desk.page.locator(control)
        typed.set_checked(value) if isinstance(value, bool) else typed.fill(value)
        self._desk.press(self._desk.button("Save"))
        self._desk.sees("Saved.")

    def _refuses(self, said: str, **values: object) -> None:
        """The sheet says why the programme does not open, and it cannot be opened."""
        told = self._desk.word(said, **values) if said in self._known else said
        expect(self._desk.page.get_by_role("complementary")).to_contain_text(told)
        expect(self._desk.button("Open the programme")).to_have_count(0)

    _known = frozenset(
        {
            "Nobody takes part yet. Choose the organisations.",
            "No school takes part yet. Ask one under “Who takes part”.",
            "Only %(firm)s takes part, and this form pairs people of different firms. Add another one.",
        }
    )

    def _choose_member_firms(self) -> None:
        desk = self._desk
        desk.open(f"/bridge/{self.programme}/parties")
        if self.journey.form is Form.board:
            desk.page.get_by_role("checkbox", name="Acme", exact=True).check()
            desk.press(desk.button("Save"))
            desk.open(f"/bridge/{self.programme}/design")
            self._refuses(
                "Only %(firm)s takes part, and this form pairs people of different firms. Add another one.",
                firm="Acme",
            )
            desk.open(f"/bridge/{self.programme}/parties")
        desk.press(desk.button("All member firms"))
        expect(desk.page.get_by_role("checkbox", name="Globex", exact=True)).to_be_checked()

    def _ask_another(self, guest: Actor) -> None:
        """The runner's own organisation takes part, and another one answers for itself."""
        desk = self._desk
        desk.open(f"/{self.runner.slug}/{self.programme}/parties")
        expect(desk.page.get_by_role("checkbox", name="Acme", exact=True)).to_be_checked()
        desk.field("Its address here").fill(guest.slug)
        expect(desk.field("It is a school")).to_be_checked(checked=self.journey.form is Form.external)
        desk.press(desk.button("Ask"))
        desk.sees("Asked, without an answer yet")
        if self.journey.form is Form.external:
            desk.open(f"/{self.runner.slug}/{self.programme}/design")
            self._refuses("No school takes part yet. Ask one under “Who takes part”.")
        desk = self.desk(self.firms[guest.slug], "programmes/")
        desk.press(desk.link("Read, and answer"))
        desk.reads_title(self.name)
        self.reads(desk, self.choices.aims.text(self.language)[:60])
        if self.choices.safeguarding:
            self.reads(desk, self.choices.safeguarding.text(self.language)[:60])
        desk.press(desk.button("Take part"))
        desk.reads_title(desk.word("Programmes"))

    def start(self) -> None:
        """The first cohort is a pilot; it opens with its call."""
        desk = self._desk
        desk.press(desk.link("Plan a cohort"))
        desk.field("Launch").fill(self.launch.isoformat())
        expect(desk.field("This is the pilot")).to_be_checked()
        desk.press(desk.button("Make the cohort"))
        desk.reads_title(desk.word("Pilot"))
        self.cohort = re.sub(r".*/(cohorts/\d+).*", r"\1", desk.page.url)
        desk.press(desk.button("Open the cohort"))
        self.stands_at(desk, Phase.call)

    # --- ways in ----------------------------------------------------------------------------------------------------

    def come_in(self) -> None:
        """One comes in by the way that the form has, and whoever runs it decides, where somebody does; the other is there.

        Where both ways are open, it is the mentor who applies, except that a school nominates its students as well.
        """
        newcomers = [self.mentee]
        if len(self.choices.ways_in) > 1:
            newcomers = [self.mentor, self.mentee] if self.journey.form is Form.external else [self.mentor]
        phone = self.phone(newcomers[0], self.programme)
        phone.reads_title(self.name)
        self.reads(phone, self.choices.audience.text(self.language)[:60])
        self.until(
            next(one.phase for one in self.choices.timeline if one.phase in (Phase.nomination, Phase.application))
        )
        for somebody in newcomers:
            way = "application" if somebody is self.mentor else "nomination"
            way = way if way in self.choices.ways_in else self.choices.ways_in[0]
            self._applies(somebody) if way == "application" else self._is_nominated(somebody)
            if self.journey.form is not Form.informal:
                self._is_taken_in(somebody)
        self.enrol(*(somebody for somebody in self.both if somebody not in newcomers))
        phone = self.phone(newcomers[0], self.cohort)
        self.reads(phone, f"{self.side(newcomers[0])} · {phone.word('Takes part')}")

    def enrol(self, *people: Actor) -> None:
        """They are in, by a way that somebody else has gone."""
        cohort = self.operator.scalars(sa.select(Cohort).where(Cohort.id == self.cohort_id)).one()
        for somebody in people:
            enrol(self.operator, cohort, somebody, self._side_of(somebody))
        self.operator.commit()

    @property
    def cohort_id(self) -> int:
        return int(self.cohort.rpartition("/")[2])

    def _says_it_is_true(self, visitor: Visitor, somebody: Actor) -> None:
        """The side, and what the programme asks in its own words; each in the words of this form."""
        side = self._side_of(somebody)
        if len(self.choices.sides) > 1:
            visitor.page.get_by_role("radio", name=self.side(somebody), exact=True).check()
        said = [one.statement.text(self.language) for one in self.choices.rules(side).eligibility if one.statement]
        for sentence in (*said, self.choices.safeguarding.text(self.language)[:60]):
            self.reads(visitor, sentence)
        if said or visitor.field("All of this is true").count():
            visitor.field("All of this is true").check()

    def _side_of(self, somebody: Actor) -> Side:
        if self.journey.form is Form.peer:
            return Side.peer
        return Side.mentor if somebody is self.mentor else Side.mentee

    def _is_nominated(self, somebody: Actor) -> None:
        hr = self.firms[somebody.slug]
        desk = self.desk(hr, f"{self.cohort}/enrolments/nomination")
        desk.field("Their e-mail address at work").fill(somebody.email)
        self._says_it_is_true(desk, somebody)
        desk.press(desk.button("Nominate"))
        desk.sees("%(name)s is asked by letter, and can answer from it.", name=somebody.name)
        organisation = somebody.slug.capitalize()
        about = desk.word("%(organisation)s nominates you for a programme", organisation=organisation)
        phone = self.follow(somebody, about)
        phone.reads_title(phone.word("Do you wish to take part?"))
        for words in (self.choices.aims, self.choices.safeguarding):
            self.reads(phone, words.text(self.language)[:60])
        self.reads(phone, self.name)
        self.reads(phone, self.side(somebody))
        phone.page.get_by_label(phone.word("Yes, I take part"), exact=True).check()
        phone.press(phone.button("Send my answer"))
        phone.reads_title(phone.word("Your answer is kept"))

    def _applies(self, somebody: Actor) -> None:
        phone = self.phone(somebody, self.cohort)
        phone.press(phone.link("Apply"))
        phone.reads_title(phone.word("Apply"))
        self._says_it_is_true(phone, somebody)
        manager = self.firms[somebody.slug]
        if self.choices.manager_view:
            phone.field("Your line manager’s e-mail address at work").fill(manager.email)
        phone.press(phone.button("Apply"))
        phone.sees("Your application is on its way. You get a letter with every answer.")
        self.fits()
        if self.choices.manager_view:
            phone = self.follow(manager, phone.word("Your view on %(name)s is asked", name=somebody.name))
            self.reads(phone, self.side(somebody))
            phone.page.get_by_label(phone.word("With some effort"), exact=True).check()
            phone.press(phone.button("Send my view"))
            phone.reads_title(phone.word("Your answer is kept"))
        if self.choices.employer_approval:
            about = phone.word("%(name)s applies to a programme", name=somebody.name)
            desk = self.desk(manager)
            desk.open(self.year.link(manager, about, to=f"{manager.slug}/"))
            self.reads(desk, self.side(somebody))
            desk.page.get_by_label(desk.word("Yes"), exact=True).check()
            desk.press(desk.button("Send the answer"))
            desk.sees("Your answer is kept.")

    def _is_taken_in(self, somebody: Actor) -> None:
        desk = self.desk(self.runner, f"{self.cohort}/board?state=awaiting_decision")
        row = desk.page.get_by_role("row").filter(has_text=somebody.name)
        expect(row).to_contain_text(self.side(somebody))
        desk.press(row.get_by_role("link", name=desk.word("Decide")))
        desk.page.get_by_label(desk.word("Take in"), exact=True).check()
        if self.choices.manager_view and "application" in self.choices.ways_in:
            self.reads(desk, desk.word("With some effort"))
        desk.press(desk.button("Decide"))
        desk.sees("Decided. The person gets a letter.")

    # --- training and matching --------------------------------------------------------------------------------------

    def train(self) -> None:
        """Where it comes before matching, each reads and passes the quiz; one of them on the phone, where it is passed."""
        asked = [one for one in self.both if self.choices.rules(self._side_of(one)).training == "before_matching"]
        if not asked:
            return
        self.until(Phase.training)
        with acting(self.app, self.runner) as viewer:
            training.add_ready_modules(acting=viewer, seen=cohort_or_404(viewer, self.cohort_id), now=clock.now())
        for somebody in asked[:-1]:
            self._learns(somebody, passes=True)
        learner = asked[-1]
        quiz = self._learns(learner)
        phone = self.phone(learner, f"{self.cohort}/training/modules/{quiz.id}")
        phone.reads_title(quiz.title(self.language))
        for number, right in right_answers(quiz).items():
            for place in right:
                phone.page.locator(f"input[name=q{number}][value='{place}']").check()
        phone.press(phone.button("Count my answers"))
        self.reads(phone, phone.word("Passed, with %(percent)d per cent.", percent=100))
        expect(phone.link("Your training is done")).to_be_visible()
        self.year.letter(learner, phone.word("Your training is done"))

    def _learns(self, somebody: Actor, *, passes: bool = False) -> TrainingModule:
        """They have read everything; the quiz, which they pass as well where it ``passes``."""
        with acting(self.app, somebody) as viewer:
            seen, now = cohort_or_404(viewer, self.cohort_id), clock.now()
            found = modules.modules_of(viewer, seen)
            quiz = next(one for one in found if one.module.kind is ModuleKind.quiz)
            for there in found:
                if there is not quiz:
                    training.say_done(acting=viewer, there=there, now=now)
            if passes:
                training.answer_quiz(acting=viewer, there=quiz, answers=right_answers(quiz.module), now=now)
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
        phone.page.wait_for_load_state("load")
        expect(phone.button("Accept")).to_have_count(0)
        phone = self.follow(self.mentee, phone.word("%(name)s says yes", name=self.mentor.name))
        phone.press(phone.button("Confirm"))
        phone.page.wait_for_load_state("load")
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
        first = self.mentor.name.split()[0]
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
        self.fits()
        if said := self.journey.pair.get(self.language):
            self.reads(phone, said)
        if self.choices.safeguarding:
            self.reads(phone, self.choices.safeguarding.text(self.language)[:60])
        phone.press(phone.link("Draw it up"))
        expect(phone.page.locator("details.rules")).to_contain_text(self.choices.agreement.text(self.language)[:60])
        self.fits()

    # --- the closing ------------------------------------------------------------------------------------------------

    def celebrate(self) -> None:
        """The closing event: they are invited by letter, one says on the phone that they come, and both were there."""
        self.until(Phase.mid_point)
        event = self._invites()
        phone = self.follow(self.mentee, self._desk.word("You are invited: are you coming?"))
        phone.reads_title(CLOSING[self.language])
        phone.page.get_by_label(phone.word("I am coming"), exact=True).check()
        phone.press(phone.button("Send my answer"))
        phone.reads_title(phone.word("You are coming"))
        self.year.letter(self.mentor, phone.word("You are invited: are you coming?"))

        self.until(Phase.closing)
        desk = self.desk(self.runner, f"{self.cohort}/events/{event}/attendance")
        row = desk.page.get_by_role("row").filter(has_text=self.mentee.name)
        expect(row).to_contain_text(desk.word("Comes"))
        for somebody in self.both:
            self._was_there(desk, somebody).check()
        desk.press(desk.button("Keep the list"))
        desk.sees("The list is kept.")
        for somebody in self.both:
            expect(self._was_there(desk, somebody)).to_be_checked()

    def _invites(self) -> int:
        closing = next(one.day for one in self.choices.timeline if one.phase is Phase.closing)
        starts_at = datetime.combine(self.launch + timedelta(days=closing), AFTERNOON) + timedelta(minutes=15)
        plan = Plan(
            kind=EventKind.closing,
            title_en=CLOSING["en"],
            title_fr=CLOSING["fr"],
            words_en="",
            words_fr="",
            starts_at=starts_at,
            minutes=60,
            zone="Europe/Paris",
            place="Lyon",
            video_url="",
            capacity=None,
            sides=[side.value for side in self.choices.sides],
            host_id=self.runner.person_id,
        )
        with acting(self.app, self.runner) as viewer:
            seen, now = cohort_or_404(viewer, self.cohort_id), clock.now()
            event = events.add_event(acting=viewer, seen=seen, plan=plan, now=now)
            events.publish_event(acting=viewer, event=event, now=now)
            return event.id

    def _was_there(self, desk: Visitor, somebody: Actor) -> Locator:
        return desk.page.get_by_role("row").filter(has_text=somebody.name).get_by_role("checkbox")

    def close(self) -> None:
        """The cohort closes; each of them reads what has become of it, and the pair keeps its page."""
        desk = self.desk(self.runner, self.cohort)
        timing = next(one for one in self.choices.timeline if one.phase is Phase.closing)
        if timing.by == "hand":
            self.stands_at(desk, Phase.mid_point)
            desk.press(desk.link("Open now: %(phase)s", phase=desk.word("Closing")))
            desk.press(desk.button("Open it"))
        self.stands_at(desk, Phase.closing)
        desk.press(desk.link("Close the cohort"))
        desk.press(desk.button("Close it"))
        desk.sees("The cohort is closed. Everybody gets a letter.")
        self.year.work()
        for somebody in self.both:
            self.year.letter(somebody, desk.word("News of your place in a programme"))
            phone = self.phone(somebody, self.cohort)
            self.reads(phone, f"{self.side(somebody)} · {phone.word('Has completed it')}")
        pair = self.phone(self.mentee, "mentorships/").person(self.mentor.name)
        expect(pair).to_be_visible()

    @staticmethod
    def reads(visitor: Visitor, words: str) -> None:
        expect(visitor.page.get_by_role("main")).to_contain_text(words)


def right_answers(quiz: TrainingModule) -> dict[int, list[int]]:
    return {
        number: [place for place, option in enumerate(question.options) if option.right]
        for number, question in enumerate(quiz.questions)
    }
