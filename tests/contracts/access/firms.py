"""Who gets what from the network's desk, agreements, domains, logos and a firm's welcome."""

from tests.contracts.table import Row

KEEPERS = ("ann", "abe")


def firm(scene):
    return {"firm_id": scene.mia.org_id}


def network(scene):
    return {"network_id": scene.ned.org_id}


def domain(scene):
    return {"domain_id": scene.domain_id}


def document(scene):
    return {"document_id": scene.document_id}


def keepers(status):
    return dict.fromkeys(KEEPERS, status)


PAGES = ("name", "languages", "domains", "approval", "marketplace", "agreements", "conflicts", "people", "end")

ROWS = [
    Row("POST", "firms.invite", "bridge", {"ned": 422}),
    Row("POST", "firms.nudge", "bridge", {"ned": 303}, url=firm),
    Row("POST", "firms.set_quota", "bridge", {"ned": 303}, url=firm),
    Row("GET", "firms.ask_default_quota", "bridge", {"ned": 200}),
    Row("POST", "firms.set_default_quota", "bridge", {"ned": 303}),
    Row("GET", "agreements.index", "acme", keepers(200)),
    Row("GET", "agreements.version", "bridge", {"ned": 200}, url=lambda scene: {"number": 1}),
    Row("GET", "agreements.edit", "bridge", {"ned": 200}),
    Row("POST", "agreements.save", "bridge", {"ned": 422}),
    Row("GET", "agreements.show", "acme", keepers(200), url=network),
    Row("POST", "agreements.accept", "acme", keepers(422), url=network),
    Row("GET", "agreements.document", "acme", keepers(200), url=document),
    Row("GET", "domains.index", "acme", keepers(200)),
    Row("POST", "domains.create", "acme", keepers(422)),
    Row("GET", "domains.show", "acme", keepers(200), url=domain),
    Row("POST", "domains.send_code", "acme", keepers(422), url=domain),
    Row("POST", "domains.enter_code", "acme", keepers(422), url=domain),
    Row("POST", "domains.look_up", "acme", keepers(303), url=domain),
    Row("POST", "domains.remove", "acme", keepers(303), url=domain),
    Row(
        "GET",
        "logos.show",
        "acme",
        {"mia": 200, "ann": 200, "abe": 200, "pam": 200},
        url=lambda scene: {"fingerprint": "f" * 32},
    ),
    Row("POST", "settings.set_logo", "acme", keepers(422)),
    Row("POST", "settings.remove_logo", "acme", keepers(303)),
    Row("GET", "welcome.index", "acme", keepers(303)),
    *(Row("GET", f"welcome.{page}", "acme", keepers(200)) for page in PAGES),
    Row("POST", "welcome.set_name", "acme", keepers(303)),
    Row("POST", "welcome.set_languages", "acme", keepers(422)),
    Row("POST", "welcome.set_domains", "acme", keepers(303)),
    Row("POST", "welcome.set_approval", "acme", keepers(422)),
    Row("POST", "welcome.set_marketplace", "acme", keepers(303)),
    Row("POST", "welcome.set_agreements", "acme", keepers(409)),
    Row("POST", "welcome.set_conflicts", "acme", keepers(303)),
    Row("POST", "welcome.set_people", "acme", keepers(303)),
    Row("POST", "welcome.skip", "acme", keepers(303), url=lambda scene: {"step": "people"}),
    Row("POST", "welcome.close", "acme", keepers(303)),
]
