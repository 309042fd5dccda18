"""Who gets what from people by spreadsheet, and from the list of invitations."""

from tests.contracts.table import Row

OUR_OWN = {"ann": 200, "abe": 200}


def checked(scene):
    return {"import_id": scene.import_id}


def imported(scene):
    return {"import_id": scene.imported_id}


ROWS = [
    Row("GET", "imports.index", "acme", OUR_OWN),
    Row("GET", "imports.index", "bridge"),
    Row("POST", "imports.create", "acme", {"ann": 422, "abe": 422}),
    Row("GET", "imports.show", "acme", OUR_OWN, url=checked),
    Row("GET", "imports.columns", "acme", OUR_OWN, url=checked),
    Row("POST", "imports.check", "acme", {"ann": 422, "abe": 422}, url=checked),
    Row("POST", "imports.start", "acme", {"ann": 303, "abe": 303}, url=checked),
    Row("POST", "imports.remove", "acme", {"ann": 303, "abe": 303}, url=checked),
    Row("GET", "imports.ask_undoing", "acme", OUR_OWN, url=imported),
    Row("POST", "imports.undo", "acme", {"ann": 303, "abe": 303}, url=imported),
    Row("GET", "imports.annotated", "acme", OUR_OWN, url=lambda scene: checked(scene) | {"kind": "csv"}),
    Row("GET", "imports.export", "acme", OUR_OWN, url=lambda scene: {"kind": "csv"}),
    Row("GET", "invites.index", "acme", OUR_OWN),
    Row("POST", "invites.resend_all", "acme", {"ann": 303, "abe": 303}, form={"state": "expired"}),
]
