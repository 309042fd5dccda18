"""Who gets what from the administration pages: firms, people, invitations, conflicts, settings, activity."""

from tests.contracts.table import Row


def firm(scene):
    return {"firm_id": scene.mia.org_id}


def network(scene):
    return {"network_id": scene.ned.org_id}


def mia(scene):
    return {"affiliation_id": scene.mia.affiliation_id}


def conflict(scene):
    return {"conflict_id": scene.conflict_id}


def assistance(scene):
    return {"assistance_id": scene.assistance_id}


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
    Row("GET", "people.show", "acme", {"ann": 200, "abe": 200}, url=mia),
    Row("POST", "people.change_role", "acme", {"ann": 422, "abe": 422}, url=mia),
    Row("POST", "people.change_role", "acme", {"ann": 403, "abe": 303}, url=mia, form={"role": "company_admin"}),
    Row("POST", "people.change_details", "acme", {"ann": 303, "abe": 303}, url=mia),
    Row("GET", "people.ask_end", "acme", {"ann": 200, "abe": 200}, url=mia),
    Row("POST", "people.end", "acme", {"ann": 422, "abe": 422}, url=mia),
    Row("POST", "people.keep", "acme", {"ann": 409, "abe": 409}, url=mia),
    Row("POST", "people.name_assistant", "acme", {"ann": 422, "abe": 422}, url=mia),
    Row("GET", "leaving.new", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 200)),
    Row("POST", "leaving.leave", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 422)),
    # Pam assists Abe; Ann looks after both.
    Row("GET", "assisting.index", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 200)),
    Row("POST", "assisting.ask", "acme", dict.fromkeys(("mia", "ann", "abe", "pam"), 422)),
    Row("POST", "assisting.agree", "acme", {"abe": 303, "pam": 303, "ann": 403}, url=assistance),
    Row("POST", "assisting.end", "acme", {"abe": 303, "pam": 303, "ann": 303}, url=assistance),
    Row("POST", "assisting.remind", "acme", {"abe": 403, "pam": 409, "ann": 403}, url=assistance),
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
    Row("GET", "conflicts.edit", "acme", {"ann": 200, "abe": 200}, url=conflict),
    Row("POST", "conflicts.change", "acme", {"ann": 422, "abe": 422}, url=conflict),
    Row("GET", "conflicts.new_list", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "conflicts.try_list", "acme", {"ann": 422, "abe": 422}),
    Row("POST", "conflicts.declare_list", "acme", {"ann": 422, "abe": 422}),
    # Only the company's administrator speaks for its group.
    Row("GET", "groups.index", "acme", {"abe": 200}),
    Row("POST", "groups.offer", "acme", {"abe": 422}),
    Row("POST", "groups.withdraw", "acme", {"abe": 303}, url=lambda _scene: {"offer_id": 1}),
    Row("POST", "groups.accept", "acme", {"abe": 409}, url=lambda scene: {"org_id": scene.max.org_id, "offer_id": 1}),
    Row("POST", "groups.refuse", "acme", {"abe": 409}, url=lambda scene: {"org_id": scene.max.org_id, "offer_id": 1}),
    Row("POST", "groups.leave", "acme", {"abe": 409}, url=lambda scene: {"child_id": scene.max.org_id}),
    Row("POST", "groups.set_sight", "acme", {"abe": 422}),
    Row("GET", "settings.edit", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "settings.save", "acme", {"ann": 422, "abe": 422}),
    Row("POST", "settings.join", "acme", {"ann": 409, "abe": 409}, url=network),
    Row("GET", "settings.ask_leaving", "acme", {"ann": 200, "abe": 200}, url=network),
    Row("POST", "settings.leave", "acme", {"ann": 403, "abe": 303}, url=network),
    Row("GET", "activity.index", "acme", {"ann": 200, "abe": 200}),
    Row("POST", "preferences.language", None, others=422, anonymous=422),
    Row("POST", "preferences.scheme", None, others=303, anonymous=303),
]
