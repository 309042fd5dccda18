"""The only writes of a request's life. One function is one step of ``states.STEPS`` and one transaction.

Every step first locks the request's row and looks at its state again, so that of two tabs, two clicks or two clocks the
second finds the step done and is told so.
"""

from marketplace.requests.commands.answering import accept_request, answer_question, ask_for_more, decline_request
from marketplace.requests.commands.asking import (
    AlreadyAsked,
    discard_draft,
    resend_request,
    save_draft,
    send_request,
)
from marketplace.requests.commands.clock import turn_clock
from marketplace.requests.commands.concerns import handle_concern, report_concern
from marketplace.requests.commands.confirming import confirm_request, withdraw_request
from marketplace.requests.commands.consents import answer_for_firm
from marketplace.requests.commands.employer import approve_request, refuse_request
from marketplace.requests.commands.talking import answer_talk, ask_for_talk, settle_talk

__all__ = [
    "AlreadyAsked",
    "accept_request",
    "answer_for_firm",
    "answer_question",
    "answer_talk",
    "approve_request",
    "ask_for_more",
    "ask_for_talk",
    "confirm_request",
    "decline_request",
    "discard_draft",
    "handle_concern",
    "refuse_request",
    "report_concern",
    "resend_request",
    "save_draft",
    "send_request",
    "settle_talk",
    "turn_clock",
    "withdraw_request",
]
