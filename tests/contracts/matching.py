"""For the access contract: a cohort in which Gus may ask Abe, and one of peers in which Pam sits in a circle and Max in none."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.committee.models import MatchProposal, MatchRun, RunState
from marketplace.committee.priorities import Priorities
from marketplace.mentors.models import MentorProfile
from marketplace.pairing.models import Circle, CircleMeeting, CircleMember
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import Cohort
from marketplace.requests.models import ConsentSide, FirmConsent, MentoringRequest, RequestState
from marketplace.requests.states import ANSWER_WITHIN
from tenants.shared import clock
from tenants.shared.database import new_id
from tests.cast import Cast
from tests.factories import enrol, make_cohort, make_programme


def make_matching(session: Session, cast: Cast) -> dict[str, int]:
    """The ids that the rows of ``access/pairing.py`` point at; the session is flushed."""
    now = clock.now()
    across = make_cohort(session, make_programme(session, cast.ned, cast.abe, cast.gus), opened=Phase.matching)
    mentee = enrol(session, across, cast.gus, Side.mentee)
    mentor = enrol(session, across, cast.abe, Side.mentor)
    run = MatchRun(
        org_id=across.org_id,
        id=new_id(),
        cohort_org_id=across.org_id,
        cohort_id=across.id,
        number=1,
        state=RunState.solved,
        choices=Priorities().model_dump(mode="json"),
        question=b"",
        answer={"heads": 1, "mentees": 1, "places": 1, "score": 5000, "weakest": 5000, "equal": True},
        asked_by_id=cast.ned.person_id,
        asked_at=now,
    )
    session.add(run)
    session.flush()
    session.add(
        MatchProposal(
            org_id=run.org_id,
            run_id=run.id,
            mentee_enrolment_id=mentee.id,
            mentor_enrolment_id=mentor.id,
            points=5000,
            reasons={"shares": []},
        )
    )
    programme = make_programme(session, cast.ned, cast.pam, cast.max, form=Form.peer, circle={"least": 3, "most": 5})
    peers = make_cohort(session, programme, opened=Phase.matching)
    seat = enrol(session, peers, cast.pam, Side.peer)
    enrol(session, peers, cast.max, Side.peer)
    key = {"org_id": peers.org_id}
    circle = Circle(
        **key,
        id=new_id(),
        cohort_id=peers.id,
        name="North",
        is_open=True,
        created_by_id=cast.ned.person_id,
        created_at=now,
    )
    session.add(circle)
    session.flush()
    member = CircleMember(
        **key,
        circle_id=circle.id,
        person_id=cast.pam.person_id,
        enrolment_id=seat.id,
        firm_id=cast.pam.org_id,
        joined_at=now,
    )
    meeting = CircleMeeting(
        **key, id=new_id(), circle_id=circle.id, starts_at=now, minutes=60, set_by_id=cast.pam.person_id
    )
    session.add_all([member, meeting])
    session.flush()
    return {
        "cohort_id": across.id,
        "enrolment_id": mentor.id,
        "mentee_enrolment_id": mentee.id,
        "peers_id": peers.id,
        "circle_id": circle.id,
        "meeting_id": meeting.id,
        "consent_id": _consent(session, cast, across),
    }


def _consent(session: Session, cast: Cast, cohort: Cohort) -> int:
    """Acme is asked whether Ann may be a pair with Ida of Initech, where nobody could be asked."""
    now, due = clock.now(), clock.now() + ANSWER_WITHIN
    asked = MentoringRequest(
        org_id=cast.ann.org_id,
        id=new_id(),
        mentee_id=cast.ann.affiliation_id,
        mentee_person_id=cast.ann.person_id,
        mentor_org_id=cast.ida.org_id,
        mentor_id=session.scalar(sa.select(MentorProfile.id).where(MentorProfile.person_id == cast.ida.person_id)),
        mentor_person_id=cast.ida.person_id,
        state=RequestState.awaiting_employer,
        due_at=due,
        cohort_org_id=cohort.org_id,
        cohort_id=cohort.id,
        created_at=now,
        updated_at=now,
    )
    session.add(asked)
    session.flush()
    session.add(
        FirmConsent(
            org_id=cast.ann.org_id,
            request_id=asked.id,
            request_org_id=asked.org_id,
            side=ConsentSide.mentee,
            cohort_org_id=cohort.org_id,
            cohort_id=cohort.id,
            mentee_person_id=cast.ann.person_id,
            mentor_person_id=cast.ida.person_id,
            asked_at=now,
            due_at=due,
        )
    )
    session.flush()
    return asked.id
