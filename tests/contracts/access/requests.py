"""Requests: the two people of each, the employer's coordinators where its yes is asked, and nobody else."""

from __future__ import annotations

from typing import Any

from tests.contracts.table import Row

ACME = {"mia": 200, "ann": 200, "abe": 200, "pam": 200}
EVERYBODY = ("mia", "ann", "abe", "max", "gil", "gus", "ned", "hal", "ida", "olga", "pam", "kate")
NOWHERE = dict.fromkeys(EVERYBODY, 404)


def max_mentor(scene: Any) -> dict[str, Any]:
    return {"mentor_id": scene.max.mentor_id}


def sent(scene: Any) -> dict[str, Any]:
    return {"request_id": scene.request_id}


def accepted(scene: Any) -> dict[str, Any]:
    return {"request_id": scene.accepted_id}


def consent(scene: Any) -> dict[str, Any]:
    return {"request_id": scene.matching["consent_id"]}


def no_concern(_scene: Any) -> dict[str, Any]:
    return {"concern_id": 1}


def no_link(_scene: Any) -> dict[str, Any]:
    return {"token": "nothing-of-the-kind"}


ROWS = [
    # Mia and Pam have asked Max already.
    Row("GET", "requests.new", "acme", {"mia": 303, "pam": 303, "ann": 200, "abe": 200}, url=max_mentor),
    Row("POST", "requests.send", "acme", dict.fromkeys(ACME, 422), url=max_mentor),
    Row("POST", "requests.save_draft", "acme", {"mia": 409, "pam": 409, "ann": 303, "abe": 303}, url=max_mentor),
    Row("GET", "requests.index", "acme", ACME),
    Row("GET", "requests.show", "acme", {"mia": 200}, url=sent),
    Row("GET", "requests.show", "globex", {"max": 200}, url=sent),
    Row("POST", "requests.accept", "globex", {"max": 303}, url=sent),
    Row("POST", "requests.accept", "acme", {"mia": 403}, url=sent),
    Row("POST", "requests.ask_for_more", "globex", {"max": 422}, url=sent),
    Row("POST", "requests.ask_for_more", "acme", {"mia": 422}, url=sent),
    Row("POST", "requests.decline", "globex", {"max": 422}, url=sent),
    Row("POST", "requests.decline", "acme", {"mia": 403}, url=sent, form={"decline-reason": "later"}),
    Row("POST", "requests.answer", "acme", {"mia": 422}, url=sent),
    Row("POST", "requests.confirm", "acme", {"pam": 303}, url=accepted),
    Row("POST", "requests.confirm", "globex", {"max": 403}, url=accepted),
    Row("POST", "requests.ask_for_talk", "acme", {"pam": 303}, url=accepted),
    Row("POST", "requests.ask_for_talk", "globex", {"max": 303}, url=accepted),
    # Neither of them has asked for one.
    Row("POST", "requests.answer_talk", "acme", {"pam": 409}, url=accepted, form={"goes_on": "yes"}),
    Row("POST", "requests.answer_talk", "globex", {"max": 409}, url=accepted, form={"goes_on": "no"}),
    Row("GET", "talks.new", "acme", url=accepted),
    Row("POST", "talks.plan", "globex", url=accepted),
    Row("GET", "requests.withdraw", "acme", {"mia": 200}, url=sent),
    Row("POST", "requests.withdraw", "acme", {"mia": 303}, url=sent),
    Row("GET", "requests.withdraw", "globex", {"max": 403}, url=sent),
    Row("POST", "requests.withdraw", "globex", {"max": 403}, url=sent),
    Row("POST", "requests.resend", "acme", {"mia": 409}, url=sent),
    # It is no draft any more.
    Row("GET", "requests.discard", "acme", {"mia": 303}, url=sent),
    Row("POST", "requests.discard", "acme", {"mia": 409}, url=sent),
    Row("POST", "requests.discard", "globex", {"max": 403}, url=sent),
    Row("GET", "requests.approvals", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "requests.approve", "acme", {"ann": 409, "abe": 409}, url=sent),
    Row("POST", "requests.refuse", "acme", {"ann": 422, "abe": 422}, url=sent),
    Row("POST", "requests.approve", "globex", {}, url=sent),
    # A committee would pair Ann with Ida: Abe answers for Acme, and Ann, who could for anybody else, does not.
    Row("POST", "requests.give_consent", "acme", {"abe": 303}, url=consent),
    Row("POST", "requests.give_consent", "globex", {}, url=consent),
    Row("POST", "requests.refuse_consent", "acme", {"abe": 303}, url=consent),
    Row("POST", "requests.refuse_consent", "bridge", {}, url=consent),
    Row("GET", "requests.report", "acme", {"mia": 200}, url=sent),
    Row("GET", "requests.report", "globex", {"max": 200}, url=sent),
    Row("POST", "requests.report", "acme", {"mia": 422}, url=sent),
    Row("GET", "requests.concerns", "bridge", {"ned": 200}),
    Row("GET", "requests.concerns", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "requests.handle", "bridge", {}, url=no_concern),
    Row("GET", "links.show", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.accept", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.ask_for_more", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.decline", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.ask_for_talk", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.answer_talk", None, NOWHERE, anonymous=404, url=no_link),
    Row("POST", "request_links.confirm", None, NOWHERE, anonymous=404, url=no_link),
]
