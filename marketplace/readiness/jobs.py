"""What follows when one of the two has given an assessment: the other one hears of it, and nothing of what it says."""

from __future__ import annotations

from marketplace.mentorships.models import Mentorship
from marketplace.mentorships.queries import people
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import tenant_job
from tenants.shared.letters import queue_letter


@tenant_job("tell_of_assessment", on="assessment.given")
def tell_of_assessment(
    *, org_id: int, mentorship_id: int, enrolment_id: int, author_id: int, moment: str, shared: bool
) -> None:
    """``shared``: both have given theirs. Whoever is between employers has no workspace to read it in, and gets no letter."""
    one = db.session.get(Mentorship, (org_id, mentorship_id))
    if one is None:
        return
    by_mentor = author_id == one.mentor_person_id
    reader = one.mentee_person_id if by_mentor else one.mentor_person_id
    employer = one.mentee_employer_id if by_mentor else one.mentor_employer_id
    if employer is None:
        return
    persons, firms = people([author_id], [employer])
    path = f"/{firms[employer].slug}/readiness/{enrolment_id}"
    queue_letter(
        "assessment_shared" if shared else "assessment_given",
        org_id=employer,
        person_id=reader,
        now=clock.now(),
        data={"other_name": persons[author_id].name, "url": f"{path}/assessments/{moment}"},
        path=f"{path}/assessments/{moment}",
    )
    db.session.commit()
