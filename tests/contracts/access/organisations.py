"""Who gets what from the administration pages: firms, people, invitations, conflicts, settings, activity."""

from tests.contracts.table import Row


def firm(scene):
    return {"firm_id": scene.mia.org_id}


def network(scene):
    return {"network_id": scene.ned.org_id}


ROWS = [
    Row("GET", "firms.index", "bridge", {"ned": 200}),
    Row("GET", "firms.new", "bridge", {"ned": 200}),
    Row("POST", "firms.create", "bridge", {"ned": 422}),
    Row("POST", "firms.invite_known", "bridge", {"ned": 422}),
    Row("GET", "firms.show", "bridge", {"ned": 200}, url=firm),
    Row("GET", "firms.ask_suspension", "bridge", {"ned": 200}, url=firm),
    Row("POST", "firms.suspend", "bridge", {"ned": 303}, url=firm),
    Row("POST", "firms.reinstate", "bridge", {"ned": 409}, url=firm),
    Row("GET", "firms.ask_release", "bridge", {"ned": 200}, url=firm),
    Row("POST", "firms.release", "bridge", {"ned": 303}, url=firm),
    Row("GET", "people.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "invites.new", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "invites.create", "acme", {"ann": 422, "abe": 422}),
    Row(
        "POST",
        "invites.resend",
        "acme",
        {"ann": 303, "abe": 303},
        url=lambda scene: {"invitation_id": scene.invitation_id},
    ),
    Row(
        "POST",
        "invites.withdraw",
        "acme",
        {"ann": 303, "abe": 303},
        url=lambda scene: {"invitation_id": scene.invitation_id},
    ),
    Row("GET", "conflicts.index", "acme", {"ann": 200, "abe": 200}),
    Row("GET", "conflicts.new", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "conflicts.declare", "acme", {"ann": 422, "abe": 422}),
    Row(
        "POST",
        "conflicts.end",
        "acme",
        {"ann": 303, "abe": 303},
        url=lambda scene: {"conflict_id": scene.conflict_id},
    ),
    Row("GET", "settings.edit", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "settings.save", "acme", {"ann": 422, "abe": 422}),
    Row("POST", "settings.join", "acme", {"ann": 409, "abe": 409}, url=network),
    Row("GET", "settings.ask_leaving", "acme", {"ann": 200, "abe": 200}, url=network),
    Row("POST", "settings.leave", "acme", {"ann": 403, "abe": 303}, url=network),
    Row("GET", "activity.index", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "preferences.language", None, others=422, anonymous=422),
    Row("POST", "preferences.scheme", None, others=303, anonymous=303),
]
