"""A cohort with three firms, as the machine plays with it: whoever acts does so through the product's own commands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from marketplace.enrolments.eligibility import profile_of
from marketplace.mentors.models import Audience
from marketplace.mentorships.models import Mentorship
from marketplace.moving.commands import bring_profiles
from marketplace.pairing.candidates import candidates_of
from marketplace.pairing.commands import propose_pair
from marketplace.programmes.commands import answer_asking, ask_party, choose_parties, leave_programme
from marketplace.programmes.design_queries import asked_or_404
from marketplace.programmes.modalities import Form, Phase, Quota, Side, SideRules, Timing
from marketplace.programmes.models import Cohort, CohortPhase, Enrolment, EnrolmentState, ProgrammeParty
from marketplace.programmes.queries import cohort_or_404, programme_or_404
from marketplace.requests import commands as asking
from marketplace.requests import queries as requests
from marketplace.requests.models import MentoringRequest, RequestState
from marketplace.training.commands import say_done
from marketplace.training.models import ModuleKind, TrainingModule
from marketplace.training.queries import module_or_404
from tenants.affiliations.models import Affiliation, Role
from tenants.conflicts.commands import Declaration, declare_conflict, end_conflict
from tenants.organisations.models import ConflictDeclaration, ConflictKind, Organisation
from tenants.privacy.models import Erasure
from tenants.shared import jobs
from tenants.shared.database import db, new_id
from tenants.shared.errors import Refused
from tenants.shared.models import Activity, Letter
from tests.cast import make_actor, make_mentor
from tests.factories import acting, enrol, make_cohort, make_programme, publish
from tests.marketplace.enrolments.conftest import Desk
from tests.marketplace.pairing.conftest import REASON
from tests.marketplace.requests.conftest import WORDS

BEGINNING = (datetime.now(UTC) - timedelta(days=400)).replace(hour=9, minute=0, second=0, microsecond=0)
"""The whole story lies behind the database's own clock, which the ends of affiliations and conflicts are measured by."""
LONGEST = timedelta(days=390)
HAND, DATE = "hand", "date"
TIMELINE = tuple(
    Timing(phase=phase, day=day, by=by)
    for phase, day, by in (
        (Phase.nomination, -60, DATE),
        (Phase.approval, -40, DATE),
        (Phase.training, -30, HAND),
        (Phase.matching, -20, DATE),
        (Phase.launch, 0, DATE),
        (Phase.mid_point, 60, HAND),
        (Phase.closing, 200, DATE),
    )
)
PLACES, QUOTA = 3, 2
PAPERS = {"send_letter", "tell_trained", "issue_certificate", "charter_signed"}
"""What would only take time: papers and the post have tests of their own."""


def set_the_scene(app, operator, cast):
    """Acme, Globex and Hooli take part; Mia and Pam look for mentors, Max and Gus are theirs, Olga comes or does not."""
    cast["hob"] = make_actor(operator, "hob", operator.get_one(Organisation, cast.olga.org_id), Role.hr_partner)
    for name in ("gus", "mia", "pam"):
        make_mentor(operator, cast[name], network_ids=[cast.ned.org_id])
    operator.execute(sa.update(Affiliation).values(started_on=BEGINNING.date() - timedelta(days=1)))
    operator.commit()
    for name in ("max", "gus", "olga", "mia", "pam"):
        publish(app, cast[name], now=BEGINNING)
    programme = make_programme(
        operator,
        *(cast[name] for name in ("ned", "mia", "max", "olga")),
        form=Form.cross_company,
        timeline=TIMELINE,
        mentors=SideRules(places=PLACES),
        mentees=SideRules(places=PLACES, training="before_matching"),
        quota=Quota(mentors=QUOTA, mentees=QUOTA),
        employer_approval=True,
        open_requests=2,
    )
    launch_on = (BEGINNING + timedelta(days=30)).date()
    cohort = make_cohort(operator, programme, launch_on=launch_on, opened=Phase.matching)
    operator.execute(sa.update(CohortPhase).where(CohortPhase.opened_at.is_not(None)).values(opened_at=BEGINNING))
    operator.execute(
        sa.update(CohortPhase)
        .where(CohortPhase.phase.in_((Phase.nomination, Phase.approval, Phase.training)))
        .values(closed_at=BEGINNING)
    )
    for name, side in (("mia", Side.mentee), ("pam", Side.mentee), ("max", Side.mentor), ("gus", Side.mentor)):
        enrol(operator, cohort, cast[name], side, places=2, trained_at=BEGINNING, state_at=BEGINNING)
    texts = {"title_en": "Begin", "title_fr": "Commencer", "body_en": "Read this.", "body_fr": "À lire."}
    operator.add(
        TrainingModule(
            org_id=cohort.org_id,
            id=new_id(),
            cohort_id=cohort.id,
            kind=ModuleKind.text,
            place=1,
            sides=["mentee"],
            required=True,
            minutes=5,
            video_url="",
            quiz=[],
            pass_percent=80,
            tries=0,
            created_at=BEGINNING,
            version=1,
            **texts,
        )
    )
    operator.commit()
    return cohort


def as_it_is(row):
    """A copy: what is read again later must not change it."""
    return SimpleNamespace(**{each.key: getattr(row, each.key) for each in sa.inspect(type(row)).column_attrs})


class World:
    """Where everything stands, and what the people of the machine do."""

    def __init__(self, app, worker_app, operator, admin, cast, cohort, set_clock):
        self.app, self.worker_app, self.operator, self.admin, self.cast = app, worker_app, operator, admin, cast
        self.cohort, self.set_clock = cohort, set_clock
        self.desk = Desk(app, operator)
        self.keepers = {cast.mia.org_id: cast.ann, cast.max.org_id: cast.gil, cast.olga.org_id: cast.hob}
        self.again = ""
        self.sentences: list[str] = []

    def begin(self, started):
        self.operator.rollback()
        with self.admin.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica; SELECT cleaning.delete_all()")
            connection.exec_driver_sql(self.again)
            if not started:
                connection.exec_driver_sql("DELETE FROM enrolment")
                connection.exec_driver_sql(
                    "UPDATE cohort_phase SET closed_at = NULL, opened_at = CASE phase WHEN 'nomination' THEN opened_at END"
                )
            connection.exec_driver_sql("SET session_replication_role = origin")
        self.at = {name: self.cast[name] for name in ("mia", "pam", "max", "gus", "olga")}
        self.gone: set[str] = set()
        self.conflicts: set[frozenset[int]] = set()
        self.blocks: set[frozenset[int]] = set()
        self.sentences.clear()
        self.move_clock(BEGINNING)

    def move_clock(self, moment):
        self.now = moment
        self.set_clock(moment)

    # --- what there is ------------------------------------------------------------------------------------------------

    def all(self, statement):
        self.operator.rollback()
        self.operator.expire_all()
        return self.operator.scalars(statement).all()

    def enrolments(self):
        return [as_it_is(one) for one in self.all(sa.select(Enrolment).order_by(Enrolment.id))]

    def of(self, name, *states):
        person = self.cast[name].person_id
        return [one for one in self.enrolments() if one.person_id == person and one.state in states]

    def requests(self, *states):
        query = sa.select(MentoringRequest).order_by(MentoringRequest.id)
        found = self.all(query.where(MentoringRequest.state.in_(states)) if states else query)
        return [as_it_is(one) for one in found]

    def pairs(self):
        return [as_it_is(one) for one in self.all(sa.select(Mentorship).order_by(Mentorship.id))]

    def phases(self):
        order = list(Phase)
        return sorted(map(as_it_is, self.all(sa.select(CohortPhase))), key=lambda one: order.index(one.phase))

    def present(self) -> Cohort:
        return self.all(sa.select(Cohort))[0]

    def quota(self, firm_id, side):
        """The firm's own figure, else the cohort's; None: no limit."""
        usual = self.present().modalities.quota
        [party] = self.all(sa.select(ProgrammeParty).where(ProgrammeParty.firm_id == firm_id)) or [None]
        if side is Side.mentor:
            return party.max_mentors if party and party.max_mentors is not None else usual.mentors
        return party.max_mentees if party and party.max_mentees is not None else usual.mentees

    def name_of(self, person_id):
        return next(name for name, one in self.at.items() if one.person_id == person_id)

    def letters(self):
        return self.all(sa.select(Letter).order_by(Letter.id))

    def lines_after(self, number):
        return self.all(sa.select(Activity).where(Activity.id > number))

    def latest_line(self):
        return self.all(sa.select(sa.func.coalesce(sa.func.max(Activity.id), 0)))[0]

    def apart(self, mentee, mentor):
        """Why these two must not become a pair here, by the rules as people know them; "" when they may."""
        one, other = self.at[mentee], self.at[mentor]
        if one.org_id == other.org_id:
            return "own firm"
        if frozenset((one.org_id, other.org_id)) in self.conflicts:
            return "conflict"
        if frozenset((one.person_id, other.person_id)) in self.blocks:
            return "block"
        for who, side in ((mentee, Side.mentee), (mentor, Side.mentor)):
            if not any(each.side is side and each.firm_id for each in self.of(who, EnrolmentState.enrolled)):
                return f"{who} is not in"
        return ""

    # --- what people do -----------------------------------------------------------------------------------------------

    def tried(self, act, *arguments, **options):
        """What came of it, in a tuple; None when it was refused, and then nothing has changed."""
        before = self.standing()
        try:
            return (act(*arguments, **options),)
        except NotFound:
            pass
        except Refused as refusal:
            self.sentences.append(refusal.sentence)
        assert self.standing() == before
        return None

    def standing(self):
        rows = [(one.id, one.state, one.firm_id, one.version) for one in self.enrolments()]
        asked = [
            (one.id, one.state, one.holds_place)
            for one in self.requests()
            if one.state is not RequestState.draft  # words that were refused stay as a draft
        ]
        return rows, asked, [(one.phase, one.opened_at, one.starts_on) for one in self.phases()]

    def as_(self, actor, command, **options):
        """``command`` of the cohorts, as ``actor``; ``cohort``, ``seen`` and ``now`` are given to it where it takes them."""
        with acting(self.app, actor) as viewer:
            seen = cohort_or_404(viewer, self.cohort.id)
            known = {"seen": seen, "cohort": seen.cohort, "now": self.now}
            wanted = command.__code__.co_varnames[: command.__code__.co_kwonlyargcount]
            return command(acting=viewer, **{key: value for key, value in known.items() if key in wanted}, **options)

    def ask(self, mentee, mentor):
        [place] = [one.id for one in self.of(mentor, EnrolmentState.enrolled) if one.side is Side.mentor] or [0]
        with acting(self.app, self.at[mentee]) as viewer:
            found = requests.mentor_in_cohort_or_404(viewer, self.cohort.id, place)
            values = {"words": WORDS, "form": "cross_company", "cadence": "monthly", "now": self.now}
            return asking.send_request(acting=viewer, mentor=found, **values)

    def step(self, name, command, asked, **values):
        with acting(self.app, self.at[name]) as viewer:
            seen = requests.request_or_404(viewer, asked.id)
            return getattr(asking, command)(acting=viewer, seen=seen, now=self.now, **values)

    def propose(self, mentee, mentor):
        with acting(self.app, self.cast.ned) as viewer:
            seen = cohort_or_404(viewer, self.cohort.id)
            there = candidates_of(viewer, seen.cohort)
            persons = {"mentee": self.at[mentee].person_id, "mentor": self.at[mentor].person_id}
            one = next((each for each in there.mentees if each.person_id == persons["mentee"]), None)
            other = next((each for each in there.mentors if each.person_id == persons["mentor"]), None)
            if one is None or other is None:
                raise NotFound
            named = {"candidates": there, "mentee": one, "mentor": other, "reason": REASON}
            return propose_pair(acting=viewer, seen=seen, **named, now=self.now)

    def move_to(self, name, firm_id):
        """The affiliation here is over, one there has begun; whoever had a page brings it along."""
        here, there = self.at[name], self.keepers[firm_id]
        self.operator.rollback()
        old = self.operator.get_one(Affiliation, (here.org_id, here.affiliation_id))
        old.ended_on, old.closed_at = self.now.date(), self.now
        tie = Affiliation(org_id=firm_id, id=new_id(), person_id=here.person_id, started_on=self.now.date())
        self.operator.add(tie)
        self.operator.flush()
        for event, at in (("affiliation.ended", old), ("affiliation.started", tie)):
            jobs.announce(event, org_id=at.org_id, affiliation_id=at.id, session=self.operator)
        self.operator.commit()
        self.at[name] = replace(here, slug=there.slug, org_id=firm_id, affiliation_id=tie.id)
        self.work()
        with acting(self.app, self.at[name]) as viewer:
            bring_profiles(acting=viewer, now=self.now)
        publish(self.app, self.at[name], now=self.now, audience=Audience.company)

    def goes_on(self, name, enrolment_id):
        with acting(self.app, self.at[name]) as viewer:
            profile = profile_of(viewer.org_id, viewer.person_id)
        self.desk.act(self.at[name], "continue_for", self.cohort, enrolment_id, now=self.now, profile=profile)

    def train(self, name):
        with acting(self.app, self.at[name]) as viewer:
            seen = cohort_or_404(viewer, self.cohort.id)
            module = module_or_404(viewer, seen, self.all(sa.select(TrainingModule.id))[0])
            say_done(acting=viewer, there=module, now=self.now)

    # --- what firms do ------------------------------------------------------------------------------------------------

    def choose(self, quotas):
        """The runner says which member firms take part, with which quotas."""
        with acting(self.app, self.cast.ned) as viewer:
            programme = programme_or_404(viewer, self.cohort.programme_id)
            choose_parties(acting=viewer, programme=programme, chosen=quotas, looked_at=quotas, now=self.now)

    def leave(self, keeper):
        with acting(self.app, keeper) as viewer:
            asked = asked_or_404(viewer, self.cohort.org_id, self.cohort.programme_id)
            leave_programme(acting=viewer, asked=asked, now=self.now)

    def ask_hooli(self):
        with acting(self.app, self.cast.ned) as viewer:
            programme = programme_or_404(viewer, self.cohort.programme_id)
            ask_party(acting=viewer, programme=programme, slug="hooli", is_school=False, now=self.now)

    def hooli_answers(self):
        with acting(self.app, self.cast.hob) as viewer:
            asked = asked_or_404(viewer, self.cohort.org_id, self.cohort.programme_id)
            answer_asking(acting=viewer, asked=asked, accept=True, now=self.now)

    def turn_conflict(self, firm_id, other_id):
        """Declared by the first; where it stands already, whoever declared it ends it."""
        pair = frozenset((firm_id, other_id))
        there = self.all(sa.select(ConflictDeclaration).where(ConflictDeclaration.until.is_(None)))
        found = next((one for one in there if {one.org_id, one.other_org_id} == pair), None)
        with acting(self.app, self.keepers[found.org_id if found else firm_id]) as viewer:
            if found:
                row = db.session.get_one(ConflictDeclaration, (found.org_id, found.id))
                end_conflict(acting=viewer, conflict=row, now=self.now)
                self.conflicts.discard(pair)
            else:
                said = Declaration(other_id, ConflictKind.competitor, self.now.date())
                declare_conflict(acting=viewer, said=said, now=self.now)
                self.conflicts.add(pair)

    def erase(self, name):
        one = self.at[name]
        asked = Erasure(
            org_id=one.org_id,
            person_id=one.person_id,
            token_hash=str(new_id()).encode(),
            asked_at=self.now - timedelta(days=8),
            due_at=self.now - timedelta(days=1),
        )
        self.operator.rollback()
        self.operator.add(asked)
        self.operator.commit()
        self.run("carry_out_erasure", org_id=one.org_id, erasure_id=asked.id)
        self.gone.add(name)

    # --- the worker ---------------------------------------------------------------------------------------------------

    def run(self, name, **arguments):
        context = SimpleNamespace(additional_context={"app": self.worker_app})
        jobs.queue.tasks[name].func(context, **arguments)

    def work(self):
        """Every job that waits, in its order; what fails, fails here."""
        waiting = sa.text("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        with self.admin.connect() as connection:
            while found := connection.execute(waiting).all():
                for one in found:
                    connection.execute(sa.text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": one.id})
                    if one.task_name not in PAPERS:
                        arguments = one.args if isinstance(one.args, dict) else json.loads(one.args)
                        self.run(one.task_name, **arguments)

    def strike(self):
        """The clock of the cohorts and of the requests, as the worker's cron has it."""
        for name in ("turn_clock_of_cohorts", "turn_clock_of_requests"):
            with self.worker_app.app_context():
                jobs.queue.tasks[name].func.__wrapped__()
                db.session.commit()
        self.work()
