"""One's own data: everybody who is signed in, about themselves. Retention: those who change the settings."""

from __future__ import annotations

from tests.contracts.access.accounts import all_of
from tests.contracts.table import Row


def no_link(_scene):
    return {"token": "nothing-of-the-kind"}


def no_export(_scene):
    return {"export_id": 1}


def acme(scene):
    return {"org_id": scene.mia.org_id, "purpose": "networks"}


ROWS = [
    Row("GET", "privacy.index", None, all_of(200)),
    Row("GET", "privacy.progress", None, all_of(303)),
    # Nobody of the cast has said just now who they are: they are asked first.
    Row("POST", "privacy.ask_for_export", None, all_of(303), anonymous=303),
    Row("GET", "privacy.download", None, all_of(303), anonymous=303, url=no_export),
    Row("POST", "privacy.bring", None, all_of(422)),
    # Abe's page is shown in the network; nobody else has anything to withdraw at Acme.
    Row("POST", "privacy.withdraw", None, all_of(409, abe=303), url=acme),
    Row("GET", "privacy.ask_about_erasure", None, all_of(200)),
    Row("POST", "privacy.ask_for_erasure", None, all_of(303), anonymous=303),
    Row("POST", "privacy.undo_erasure", None, all_of(303)),
    Row("GET", "privacy.show_link", None, all_of(404), anonymous=404, url=no_link),
    Row("POST", "privacy.undo_by_link", None, all_of(404), anonymous=404, url=no_link),
    Row("GET", "retention.edit", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "retention.save", "acme", {"ann": 422, "abe": 422}),
    Row("GET", "activity.sheet", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "activity.chained", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "activity.checking", "acme", {"ann": 200, "abe": 200}),
]
