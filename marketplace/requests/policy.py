"""Who may do what with a request. *When* they may is in ``states.py``."""

from __future__ import annotations

from marketplace.requests.models import Concern, MentoringRequest, RequestState
from tenants.affiliations.models import Role
from tenants.current import Acting

EMPLOYER_ROLES = frozenset({Role.hr_partner, Role.company_admin})


def is_mentee(acting: Acting, asked: MentoringRequest) -> bool:
    return asked.mentee_person_id == acting.person_id and asked.org_id == acting.org_id


def is_mentor(acting: Acting, asked: MentoringRequest) -> bool:
    return (
        asked.mentor_person_id == acting.person_id
        and asked.mentor_org_id == acting.org_id
        and asked.sent_at is not None
    )


def may_read(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked) or is_mentor(acting, asked)


def may_ask(acting: Acting, mentor_person_id: int) -> bool:
    return mentor_person_id != acting.person_id


def may_see_approvals(acting: Acting) -> bool:
    return acting.role in EMPLOYER_ROLES


def may_approve(acting: Acting, asked: MentoringRequest) -> bool:
    """The employer answers for their own people, and nobody for themselves."""
    return may_see_approvals(acting) and asked.org_id == acting.org_id and asked.mentee_person_id != acting.person_id


def may_answer(acting: Acting, asked: MentoringRequest) -> bool:
    """Accept, decline, or ask for more."""
    return is_mentor(acting, asked)


def may_give_information(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked)


def may_withdraw(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked)


def may_confirm(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked)


def may_talk(acting: Acting, asked: MentoringRequest) -> bool:
    """Either of the two may ask for a chemistry meeting before they confirm."""
    return is_mentee(acting, asked) or is_mentor(acting, asked)


def may_resend(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked)


def may_discard(acting: Acting, asked: MentoringRequest) -> bool:
    return is_mentee(acting, asked)


def may_report(acting: Acting, asked: MentoringRequest) -> bool:
    return may_read(acting, asked) and asked.state is not RequestState.draft and asked.sent_at is not None


def may_see_concerns(acting: Acting) -> bool:
    return acting.role in {Role.network_admin, *EMPLOYER_ROLES}


def may_handle(acting: Acting, concern: Concern) -> bool:
    return may_see_concerns(acting) and concern.org_id == acting.org_id
