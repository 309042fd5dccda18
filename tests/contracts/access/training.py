"""Events and training of a cohort that Bridge runs (Ned) and Mia (Acme) and Max (Globex) are in.

Whoever looks after a firm sees its cohort's events, and neither materials nor training; a plain member sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.access.requests import NOWHERE, no_link
from tests.contracts.table import Row
from tests.contracts.training_scene import COHORT, EVENT, FILE, GONE, PAPER, QUIZ, READING, SLIDES


def at(**numbers: int) -> Callable[[Any], dict[str, Any]]:
    return lambda _scene: {"cohort_id": COHORT} | numbers


cohort, event = at(), at(event_id=EVENT)
slides, gone = at(event_id=EVENT, material_id=SLIDES), at(event_id=EVENT, material_id=GONE)
reading, quiz, question = at(module_id=READING), at(module_id=QUIZ), at(module_id=QUIZ, number=0)


def looked_at(endpoint: str, url: Any, status: int = 200) -> list[Row]:
    return [
        Row("GET", endpoint, "acme", dict.fromkeys(("mia", "ann", "abe"), status), url=url),
        Row("GET", endpoint, "globex", dict.fromkeys(("max", "gil"), status), url=url),
        Row("GET", endpoint, "bridge", {"ned": status}, url=url),
    ]


def run(method: str, endpoint: str, status: int, url: Any) -> list[Row]:
    """Ned's, in Bridge; to the coordinators of a firm there is no such page."""
    return [Row(method, endpoint, "bridge", {"ned": status}, url=url), Row(method, endpoint, "acme", url=url)]


ROWS = [
    *looked_at("events.index", cohort),
    *looked_at("events.show", event),
    *looked_at("events.file", event),
    *looked_at("event.find", lambda _scene: {"event_id": EVENT}, 302),
    Row("POST", "events.answer", "acme", {"mia": 422}, url=event),
    Row("POST", "events.answer", "bridge", url=event),
    Row("POST", "events.attend", "acme", {"mia": 422}, url=event),
    Row("GET", "events.material", "acme", {"mia": 200}, url=slides),
    Row("GET", "events.material", "bridge", {"ned": 200}, url=slides),
    Row("GET", "events.material", "globex", {"max": 200}, url=slides),
    *run("GET", "events.new", 200, cohort),
    *run("POST", "events.create", 422, cohort),
    *run("GET", "events.edit", 200, event),
    *run("POST", "events.change", 422, event),
    *run("POST", "events.publish", 303, event),
    *run("GET", "events.confirm_cancellation", 200, event),
    *run("POST", "events.cancel", 303, event),
    *run("GET", "events.guests", 200, event),
    # It is twenty days away.
    *run("POST", "events.tick", 409, event),
    *run("POST", "events.show_code", 409, event),
    *run("POST", "events.hide_code", 303, event),
    *run("POST", "events.add_material", 422, event),
    *run("POST", "events.remove_material", 303, slides),
    *run("POST", "events.return_material", 303, gone),
    Row("POST", "event_links.answer", None, NOWHERE, anonymous=404, url=no_link),
    Row("GET", "training.index", "acme", {"mia": 200}, url=cohort),
    Row("GET", "training.index", "globex", {"max": 200}, url=cohort),
    Row("GET", "training.index", "bridge", {"ned": 200}, url=cohort),
    # Max is a mentor, and these are for mentees.
    Row("GET", "training.show", "acme", {"mia": 200}, url=reading),
    Row("GET", "training.show", "globex", url=reading),
    Row("GET", "training.show", "bridge", {"ned": 200}, url=reading),
    Row("POST", "training.say_done", "acme", {"mia": 303}, url=reading),
    Row("POST", "training.say_done", "bridge", url=reading),
    Row("POST", "training.answer", "acme", {"mia": 422}, url=quiz),
    Row("POST", "training.answer", "bridge", url=quiz),
    Row("GET", "training.download", "acme", {"mia": 200}, url=at(module_id=FILE, material_id=PAPER)),
    Row("GET", "training.download", "globex", url=at(module_id=FILE, material_id=PAPER)),
    Row("GET", "training.certificate", "acme", {"mia": 200}, url=cohort),
    Row("GET", "training.certificate", "bridge", url=cohort),
    Row("POST", "training.withdraw_certificate", "acme", {"mia": 303}, url=cohort),
    Row("POST", "training.withdraw_certificate", "bridge", url=cohort),
    Row("POST", "training.return_certificate", "acme", {"mia": 303}, url=cohort),
    Row("POST", "training.return_certificate", "bridge", url=cohort),
    # Whoever holds the code, whoever they are; nobody finds one that never was.
    Row("GET", "training_certificates.verify", None, NOWHERE, anonymous=404, url=lambda _scene: {"code": "none"}),
    *run("GET", "training.people", 200, cohort),
    *run("POST", "training.add_ready", 303, cohort),
    *run("GET", "training.new", 200, cohort),
    *run("POST", "training.create", 422, cohort),
    *run("GET", "training.edit", 200, reading),
    *run("POST", "training.change", 422, reading),
    *run("POST", "training.move", 303, reading),
    *run("GET", "training.confirm_removal", 200, reading),
    *run("POST", "training.remove", 303, reading),
    *run("GET", "training.new_question", 200, quiz),
    *run("POST", "training.add_question", 422, quiz),
    *run("GET", "training.edit_question", 200, question),
    *run("POST", "training.change_question", 422, question),
    *run("GET", "training.confirm_question_removal", 200, question),
    *run("POST", "training.remove_question", 303, question),
]
