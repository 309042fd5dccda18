"""Conventions as tests over the route table; each failure says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from flask import Flask

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.routes import RESERVED
from tenants.activity.words import SENTENCES
from tenants.migrate import alembic_config

HOUSE = Path(__file__).resolve().parents[2]
VERBS = frozenset("save send create delete remove update accept confirm withdraw publish resume edit".split())
ONE_CLICK = frozenset({"subscriptions.choose"})
SIGNED = frozenset({"stripe_events.take", "stripe_events.take_of_network"})
"""Called by a machine that signs what it sends; without the signature nothing happens."""


def rules(app: Flask):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_pages_use_get_and_post_only(app):
    wrong = [rule.rule for rule in rules(app) if rule.methods - {"GET", "HEAD", "OPTIONS", "POST"}]
    assert wrong == [], "A form knows GET and POST only, and every page works without JavaScript."


def test_a_posts_path_ends_in_a_noun(app):
    wrong = [
        rule.rule for rule in rules(app) if "POST" in rule.methods and rule.rule.rstrip("/").rsplit("/", 1)[-1] in VERBS
    ]
    assert wrong == [], "A new action is a new noun: POST …/confirmation, not …/confirm."


def test_first_words_of_addresses_cannot_be_slugs(app):
    words = {rule.rule.split("/")[1] for rule in rules(app)} - {"", "<organisation>"}
    plain = {word for word in words if "<" not in word}
    assert plain <= RESERVED, "Add the word to RESERVED in marketplace/routes.py, or an organisation may take it."


def test_every_form_that_changes_something_refuses_a_foreign_page(settings: Settings):
    app = create_app(settings, overrides={"TESTING": True, "RATELIMIT_ENABLED": False})
    client = app.test_client()
    accepted = []
    for rule in rules(app):
        if "POST" not in rule.methods or rule.endpoint in ONE_CLICK | SIGNED:
            continue
        values = {name: "acme" if name == "organisation" else 1 for name in rule.arguments}
        with app.test_request_context():
            from flask import url_for

            path = url_for(rule.endpoint, **values)
        answer = client.post(path)
        if not (answer.status_code == 422 or (answer.status_code == 303 and "/sign-in" in answer.headers["Location"])):
            accepted.append((rule.rule, answer.status_code))
    assert accepted == [], "These accept a POST without a CSRF token."


def test_every_page_sends_the_security_headers(anonymous):
    headers = anonymous.get("/").headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


PAGES = sorted(path for path in (HOUSE / "templates").rglob("*.html") if "letter" not in str(path.relative_to(HOUSE)))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_has_no_inline_style_script_or_handler(path: Path):
    text = path.read_text()
    found = re.findall(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|javascript:""", text)
    assert found == [], "The content security policy refuses these: use a class, or static/js/app.js."


def test_every_verb_of_the_log_has_a_sentence():
    used = set()
    for folder in ("marketplace", "tenants"):
        for path in (HOUSE / folder).rglob("*.py"):
            # What a feature announces to others is an event, not a line of the log.
            text = re.sub(r'(?:announce\(|on=)\s*"[a-z_.]+"', "", path.read_text())
            if "record(" in text or "_record" in text:
                used |= set(
                    re.findall(
                        r'(?<!announce\()"((?:firm|conflict|organisation|invitation|profile|request|mentorship|concern|letter|account|place|block|affiliation|assistance|group|people|programme)\.[a-z_]+)"',
                        text,
                    )
                )
    missing = sorted(verb for verb in used - set(SENTENCES) if not verb.endswith("_id"))
    assert missing == [], "Write these as sentences in tenants/activity/words.py."


def test_a_feature_uses_anothers_facts_and_never_its_pages_or_writes():
    wrong = []
    for package in ("marketplace", "tenants"):
        for path in (HOUSE / package).glob("*/**/*.py"):
            own = f"{package}.{path.relative_to(HOUSE / package).parts[0]}"
            for module, names in re.findall(
                r"^from ((?:marketplace|tenants)\.\w+(?:\.\w+)*) import (.+)$", path.read_text(), re.M
            ):
                parts = {module.split(".")[2]} if module.count(".") >= 2 else set(names.replace(" ", "").split(","))
                if f"{module}.".startswith(f"{own}."):
                    continue
                if parts & {"commands", "views", "forms"}:
                    wrong.append(f"{path.relative_to(HOUSE)}: {module} {names}")
    assert wrong == [], "Use another feature's models, queries and policy; move what both need to a module of its own."


def test_the_migrations_make_what_the_models_say(database):
    command.check(alembic_config(database))
