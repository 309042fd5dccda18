"""The scene of the access contract: published pages and one request under way, with the ids that its rows point at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.conversations.models import Message, Note, NoteVersion, PairFile
from marketplace.enrolments.models import ManagerView
from marketplace.goals.models import Goal, GoalStep
from marketplace.kit.models import Resource, ResourceFile, ResourceKind, ResourceVersion
from marketplace.meetings.models import Meeting
from marketplace.mentorships.models import Mentorship
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import (
    EnrolmentState,
    PartyState,
    Programme,
    ProgrammeLoan,
    ProgrammeParty,
    ProgrammeState,
    ProgrammeVersion,
)
from marketplace.programmes.templates_ready import ready_templates
from marketplace.requests.models import MentoringRequest, MessageKind, RequestMessage, RequestState
from marketplace.rhythm.models import CheckIn, Occasion
from tenants.affiliations.models import Assistance
from tenants.agreements.models import Agreement, Document
from tenants.domains.models import Domain
from tenants.onboarding.models import Invitation
from tenants.organisations.models import ConflictDeclaration, ConflictKind, Logo
from tenants.shared import clock
from tenants.shared.database import new_id
from tenants.shared.models import Letter, LetterState, Notice
from tenants.spreadsheets.models import ImportState, PeopleImport
from tenants.spreadsheets.reading import pack
from tests.cast import Cast
from tests.contracts.dossiers_scene import make_dossiers
from tests.contracts.introductions_scene import make_introductions
from tests.contracts.matching import make_matching
from tests.contracts.readiness_scene import make_readiness
from tests.contracts.search_firm_scene import make_search_firm
from tests.contracts.track_scene import make_track
from tests.contracts.training_scene import make_training
from tests.factories import enrol, make_cohort, make_programme


@dataclass(slots=True)
class Scene:
    """The cast, and what stands between them."""

    cast: Cast
    request_id: int
    accepted_id: int
    confirmed_id: int
    mentorship_id: int
    conflict_id: int
    invitation_id: int
    notice_id: int
    letter_id: int
    import_id: int
    imported_id: int
    assistance_id: int
    domain_id: int
    document_id: int
    meeting_id: int
    goal_id: int
    step_id: int
    note_id: int
    file_id: int
    programme_id: int
    cohort_id: int
    enrolment_id: int
    kit_programme_id: int
    kit_cohort_id: int
    kit_own_id: int
    matching: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cast, name)


WORDS = "Only Mia and Max may ever read this sentence."


def make_request(session: Session, cast: Cast, mentee: str, mentor: str, state: RequestState) -> int:
    """A request between two of the cast, with private words, in ``state``. The mentor's page must exist."""
    asking, asked, now = cast[mentee], cast[mentor], clock.now()
    request_id = new_id()
    session.add(
        MentoringRequest(
            org_id=asking.org_id,
            id=request_id,
            mentee_id=asking.affiliation_id,
            mentee_person_id=asking.person_id,
            mentor_org_id=asked.org_id,
            mentor_id=asked.mentor_id,
            mentor_person_id=asked.person_id,
            state=state,
            form="cross_company",
            cadence="monthly",
            holds_place=state in {RequestState.accepted, RequestState.confirmed},
            sent_at=now - timedelta(days=1),
            due_at=now + timedelta(days=6) if state is not RequestState.confirmed else None,
            created_at=now - timedelta(days=1),
            updated_at=now,
        )
    )
    session.flush()
    session.add(
        RequestMessage(
            org_id=asking.org_id,
            id=new_id(),
            request_id=request_id,
            author_person_id=asking.person_id,
            kind=MessageKind.goal,
            body=WORDS,
            created_at=now,
        )
    )
    session.flush()
    return request_id


def make_import(session: Session, cast: Cast, state: ImportState) -> int:
    """Acme's spreadsheet of one person, looked at or imported just now."""
    now, import_id = clock.now(), new_id()
    body, rows = pack([(2, ["Zoe Newcomer", "zoe.newcomer@acme.example"])])
    session.add(
        PeopleImport(
            org_id=cast.ann.org_id,
            id=import_id,
            file_name="people.csv",
            header=["Name", "E-mail"],
            body=body,
            rows=rows,
            mapping={"full_name": 0, "email": 1},
            state=state,
            new=1,
            created_by_id=cast.ann.person_id,
            created_by_name=cast.ann.name,
            created_at=now,
            finished_at=now if state is ImportState.done else None,
        )
    )
    session.flush()
    return import_id


PAIR_WORDS = "Only Gus and Abe may ever read this."


def make_conversation(session: Session, pair: Mentorship) -> tuple[int, int, int, int]:
    """What Gus and Abe wrote: the ids of a goal, its step, a note and a file."""
    now, key = clock.now(), pair.pair_key
    mine = {"author_person_id": pair.mentee_person_id}
    goal = Goal(**key, id=new_id(), title=PAIR_WORDS, success=PAIR_WORDS, place=0, created_at=now)
    note = Note(
        **key, **mine, id=new_id(), title=PAIR_WORDS, body=PAIR_WORDS, version=1, created_at=now, updated_at=now
    )
    content = PAIR_WORDS.encode()
    file = PairFile(
        **key, **mine, id=new_id(), name="a.txt", kind="txt", size=len(content), content=content, created_at=now
    )
    session.add_all([goal, note, file, Message(**key, **mine, id=new_id(), body=PAIR_WORDS, created_at=now)])
    session.flush()
    step = GoalStep(**key, id=new_id(), goal_id=goal.id, words=PAIR_WORDS)
    version = NoteVersion(
        **key, **mine, id=new_id(), note_id=note.id, number=1, title=PAIR_WORDS, body=PAIR_WORDS, at=now
    )
    session.add_all([step, version])
    session.flush()
    return goal.id, step.id, note.id, file.id


PROGRAMME, ASKED = 7_100_000_000_000_000_001, 7_100_000_000_000_000_002


def make_programmes(session: Session, cast: Cast) -> None:
    """Bridge runs one with Acme and Globex, and lends its design; Acme asks Globex to take part in one of its own."""
    now, chosen = clock.now(), ready_templates()[Form.cross_company].modalities.model_dump(mode="json")
    dated = {"created_at": now, "updated_at": now, "state": ProgrammeState.open, "form": Form.cross_company}
    named = {"name_en": "Crossing", "name_fr": "Traversée", "choices": chosen}
    for programme_id, runner in ((PROGRAMME, cast.ned), (ASKED, cast.abe)):
        key = {"org_id": runner.org_id, "programme_id": programme_id}
        session.add(
            Programme(
                org_id=runner.org_id, id=programme_id, version=1, created_by_id=runner.person_id, **dated, **named
            )
        )
        session.flush()
        session.add(ProgrammeVersion(**key, **named, version=1, saved_by_id=runner.person_id, saved_at=now))
    session.add(
        ProgrammeLoan(
            org_id=cast.ned.org_id, programme_id=PROGRAMME, lent_by_id=cast.ned.person_id, lent_at=now, **named
        )
    )
    for runner, programme_id, firm, state in (
        (cast.ned, PROGRAMME, cast.mia, PartyState.active),
        (cast.ned, PROGRAMME, cast.max, PartyState.active),
        (cast.abe, ASKED, cast.abe, PartyState.active),
        (cast.abe, ASKED, cast.gil, PartyState.invited),
    ):
        session.add(
            ProgrammeParty(
                org_id=runner.org_id, programme_id=programme_id, firm_id=firm.org_id, state=state, asked_at=now
            )
        )
    session.flush()


def make_cohort_scene(session: Session, cast: Cast) -> tuple[int, int, int]:
    """Bridge runs a programme with Acme and Globex; Mia has applied, her employer is asked, and Abe as her line manager."""
    programme = make_programme(session, cast.ned, cast.mia, cast.max, employer_approval=True)
    cohort = make_cohort(session, programme, opened=Phase.nomination)
    one = enrol(session, cohort, cast.mia, Side.mentee, state=EnrolmentState.awaiting_employer, enrolled_at=None)
    session.add(
        ManagerView(
            org_id=cohort.org_id,
            enrolment_id=one.id,
            cohort_id=cohort.id,
            firm_id=cast.mia.org_id,
            person_id=cast.mia.person_id,
            manager_id=cast.abe.person_id,
            asked_by_id=cast.mia.person_id,
            asked_at=clock.now(),
        )
    )
    session.flush()
    return programme.id, cohort.id, one.id


def make_kit(session: Session, cast: Cast) -> tuple[int, int, int]:
    """Bridge's programme with Acme and Globex, its cohort with Mia in it, and a file in its kit: their ids."""
    now = clock.now()
    programme = make_programme(session, cast.ned, cast.mia, cast.max)
    cohort = make_cohort(session, programme)
    enrol(session, cohort, cast.mia, Side.mentee)
    key = {"org_id": programme.org_id}
    own = Resource(
        **key,
        id=new_id(),
        programme_id=programme.id,
        kind=ResourceKind.file,
        place=200,
        edited=True,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(own)
    session.flush()
    file = ResourceFile(**key, id=new_id(), resource_id=own.id, name="a.txt", kind="txt", size=4, content=b"Here")
    session.add(file)
    session.flush()
    own.file_id = file.id
    session.add(
        ResourceVersion(
            **key,
            resource_id=own.id,
            number=1,
            title_en="A file",
            file_id=file.id,
            saved_by_id=cast.ned.person_id,
            saved_at=now,
        )
    )
    session.flush()
    return programme.id, cohort.id, own.id


def set_scene(session: Session, cast: Cast) -> Scene:
    """Write the scene with the operator's session and commit it."""
    cast = make_search_firm(session, cast)
    now = clock.now()
    sent = make_request(session, cast, "mia", "max", RequestState.sent)
    accepted = make_request(session, cast, "pam", "max", RequestState.accepted)
    confirmed = make_request(session, cast, "gus", "abe", RequestState.confirmed)
    mentorship = Mentorship(
        org_id=cast.gus.org_id,
        id=new_id(),
        request_id=confirmed,
        mentee_person_id=cast.gus.person_id,
        mentor_org_id=cast.abe.org_id,
        mentor_id=cast.abe.mentor_id,
        mentor_person_id=cast.abe.person_id,
        form="cross_company",
        cadence="monthly",
        started_at=now,
    )
    conflict = ConflictDeclaration(
        org_id=cast.mia.org_id,
        id=new_id(),
        other_org_id=cast.ida.org_id,
        kind=ConflictKind.competitor,
        since=now.date(),
        declared_by_id=cast.ann.person_id,
    )
    invitation = Invitation(
        org_id=cast.mia.org_id,
        id=new_id(),
        inviter_org_id=cast.mia.org_id,
        invited_by_id=cast.ann.person_id,
        email="zoe@acme.example",
        token_hash=b"0" * 32,
        expires_at=now + timedelta(days=3),
    )
    notice = Notice(
        org_id=cast.mia.org_id,
        id=new_id(),
        person_id=cast.mia.person_id,
        kind="request_accepted",
        data={"mentor_name": "Max Globex", "mentor_firm": "Globex", "url": "", "due_at": now.isoformat()},
        path=f"/acme/requests/{sent}",
        created_at=now,
    )
    letter = Letter(
        org_id=cast.mia.org_id,
        id=new_id(),
        kind="request_accepted",
        person_id=cast.mia.person_id,
        data={},
        state=LetterState.failed,
        error="550 no such mailbox",
        created_at=now,
    )
    # Pam assists Abe.
    assistance = Assistance(
        org_id=cast.abe.org_id,
        id=new_id(),
        assistant_id=cast.pam.affiliation_id,
        assistant_person_id=cast.pam.person_id,
        executive_id=cast.abe.affiliation_id,
        executive_person_id=cast.abe.person_id,
        invited_by_id=cast.ann.person_id,
        since=now.date(),
        assistant_accepted_at=now,
        executive_accepted_at=now,
        created_at=now,
    )
    domain = Domain(org_id=cast.mia.org_id, id=new_id(), name="acme.example", dns_token="0" * 32, created_at=now)
    agreement = Agreement(
        org_id=cast.ned.org_id,
        number=1,
        text_en="# Purpose\n\nTo meet.",
        text_fr="# Objet\n\nSe rencontrer.",
        written_by_id=cast.ned.person_id,
        updated_at=now,
        published_at=now,
    )
    document = Document(
        org_id=cast.mia.org_id,
        id=new_id(),
        other_org_id=cast.ned.org_id,
        number=1,
        title="Participation agreement",
        locale="en",
        content=b"%PDF-1.7",
        sha256="0" * 64,
        created_at=now,
    )
    logo = Logo(org_id=cast.mia.org_id, fingerprint="f" * 32, content=b"RIFF", width=48, height=16, updated_at=now)
    session.add_all([mentorship, conflict, invitation, notice, letter, assistance, domain, agreement, document, logo])
    session.flush()
    meeting = Meeting(
        **mentorship.pair_key,
        id=new_id(),
        uid="meeting@passerelle",
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=1),
        zone="Europe/Paris",
        agenda=WORDS,
        set_by_person_id=cast.gus.person_id,
        made_at=now,
        changed_at=now,
    )
    session.add(meeting)
    make_programmes(session, cast)
    written = make_conversation(session, mentorship)
    # By the mentorship's own number, so that the contract needs no other.
    week = timedelta(days=7)
    about = {"occasion": Occasion.check_in, "asked_at": now, "closes_at": now + week}
    make_training(session, cast)
    make_track(session, cast)
    make_readiness(session, cast)
    make_dossiers(session, cast)
    make_introductions(session, cast)
    session.add(CheckIn(**mentorship.pair_key | {"id": mentorship.id} | about))
    in_programme = make_cohort_scene(session, cast)
    library = make_kit(session, cast)
    imports = [make_import(session, cast, state) for state in (ImportState.checked, ImportState.done)]
    matching = make_matching(session, cast)
    session.commit()
    things = (mentorship, conflict, invitation, notice, letter)
    ids = (*[thing.id for thing in things], *imports, assistance.id, domain.id, document.id, meeting.id)
    return Scene(cast, sent, accepted, confirmed, *ids, *written, *in_programme, *library, matching=matching)
