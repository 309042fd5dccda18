"""What a viewer may read of requests. Each query names the viewer, the workspace and the wall's conditions itself."""

from marketplace.requests.queries.consents import Consent, consent_or_404, consents
from marketplace.requests.queries.due import (
    due_requests,
    next_in_queue,
    organisations_with_due_requests,
)
from marketplace.requests.queries.employer import (
    Approval,
    approval_or_404,
    approvers,
    coordinators,
    decided_requests,
    employers_answer,
    requests_to_approve,
)
from marketplace.requests.queries.mentors import (
    AskedMentor,
    askable_again_or_404,
    askable_mentor_or_404,
    card_of_mentor,
    may_be_asked_again,
    mentor_in_cohort_or_404,
    networks_without_places,
    profile_to_ask,
    was_proposed,
)
from marketplace.requests.queries.own import (
    PAGE,
    finished_requests,
    may_resend_now,
    request_in_hand,
    request_or_404,
    requests_in_hand,
    requests_in_progress,
    visible_requests,
)
from marketplace.requests.queries.reported import (
    ToldConcern,
    concern_or_404,
    concerns,
    shared_network,
)
from marketplace.requests.queries.sides import (
    Seen,
    Side,
    people,
    with_sides,
)
from marketplace.requests.queries.talks import Talk, talk_of
from marketplace.requests.queries.words import (
    contacts,
    conversation,
    mentee_profile,
    own_address,
    written_words,
)

__all__ = [
    "PAGE",
    "Approval",
    "AskedMentor",
    "Consent",
    "Seen",
    "Side",
    "Talk",
    "ToldConcern",
    "approval_or_404",
    "approvers",
    "askable_again_or_404",
    "askable_mentor_or_404",
    "card_of_mentor",
    "concern_or_404",
    "concerns",
    "consent_or_404",
    "consents",
    "contacts",
    "conversation",
    "coordinators",
    "decided_requests",
    "due_requests",
    "employers_answer",
    "finished_requests",
    "may_be_asked_again",
    "may_resend_now",
    "mentee_profile",
    "mentor_in_cohort_or_404",
    "networks_without_places",
    "next_in_queue",
    "organisations_with_due_requests",
    "own_address",
    "people",
    "profile_to_ask",
    "request_in_hand",
    "request_or_404",
    "requests_in_hand",
    "requests_in_progress",
    "requests_to_approve",
    "shared_network",
    "talk_of",
    "visible_requests",
    "was_proposed",
    "with_sides",
    "written_words",
]
