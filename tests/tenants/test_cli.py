"""The operator's command line."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from marketplace.app import create_app
from marketplace.cli import group
from marketplace.routes import OUTSIDE, RESERVED
from tenants.affiliations.models import Affiliation, Role
from tenants.onboarding.models import Invitation
from tenants.organisations.models import Organisation, OrganisationKind
from tests.cast import make_organisation

NETWORK = {
    "kind": "network",
    "name": "Passage",
    "slug": "passage",
    "admin-email": "eva@passage.example",
    "admin-name": "Eva Passage",
}


@pytest.fixture
def passerelle(operator_app):
    """Run one command as the operator."""
    runner = operator_app.test_cli_runner()

    def run(*words, **options):
        given = [part for name, value in options.items() for part in (f"--{name}", value)]
        answer = runner.invoke(args=[*words, *given])
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer

    return run


def test_the_first_organisation_and_its_administrator(passerelle, operator, anonymous):
    answer = passerelle("organisation", "create", **NETWORK)
    assert answer.exit_code == 0, answer.output
    path = re.search(r"http://localhost(/invitations/\S+)", answer.output)[1]
    assert "http://localhost/passage/" in answer.output
    page = anonymous.get(path)
    assert "You are asked to join Passage here" in page.text
    accepted = anonymous.post(
        f"{path}/acceptance",
        data={"name": "Eva Passage", "password": "a sentence of my own", "locale": "fr", "time_zone": "Europe/Paris"},
    )
    assert accepted.location == "/passage/firms/"
    assert operator.scalar(sa.select(Affiliation.role)) is Role.network_admin


def test_the_letter_goes_too(passerelle, work, mailbox):
    passerelle("organisation", "create", **NETWORK)
    work()
    [letter] = mailbox.to("eva@passage.example")
    assert "/invitations/" in letter.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("sign-in", "a word of the product itself"),
        ("static", "a word of the product itself"),
        ("Nordal", "2 to 60 small letters"),
        ("nordal--logistics", "2 to 60 small letters"),
        ("-nordal", "2 to 60 small letters"),
        ("x", "2 to 60 small letters"),
        ("é" * 5, "2 to 60 small letters"),
        ("x" * 61, "2 to 60 small letters"),
        ("acme", "already"),
    ],
)
def test_a_slug_that_cannot_be_is_refused_with_a_sentence(passerelle, operator, slug, sentence):
    make_organisation(operator, "acme", OrganisationKind.company)
    operator.commit()
    answer = passerelle("organisation", "create", **NETWORK | {"slug": slug})
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert operator.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 1


def test_a_wrong_address_leaves_nothing_behind(passerelle, operator):
    answer = passerelle("organisation", "create", **NETWORK | {"admin-email": "eva"})
    assert answer.exit_code == 1
    assert "not an e-mail address" in answer.output
    assert operator.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 0


def test_the_list_counts_people(passerelle, cast):
    lines = passerelle("organisation", "list").output.splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [["bridge", "network", "2"], ["harbour", "network", "1"]]
    assert lines[-1] == "6 organisations."


def test_somebody_is_invited_to_an_organisation(passerelle, cast, operator):
    answer = passerelle(
        "person", "invite", organisation="acme", email="zoe@acme.example", name="Zoe", role="hr_partner", locale="fr"
    )
    assert answer.exit_code == 0
    invitation = operator.scalars(sa.select(Invitation)).one()
    assert (invitation.role, invitation.locale, invitation.invited_by_id) == (Role.hr_partner, "fr", None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"organisation": "nowhere"}, "No organisation has the slug"),
        ({"role": "network_admin"}, "has no network_admin"),
    ],
)
def test_an_impossible_invitation_is_refused_with_a_sentence(passerelle, cast, operator, options, sentence):
    usual = {"organisation": "acme", "email": "zoe@acme.example", "name": "Zoe", "role": "member"}
    answer = passerelle("person", "invite", **usual | options)
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert operator.scalar(sa.select(Invitation.id)) is None


def test_the_walls_are_said_to_stand(passerelle):
    answer = passerelle("check")
    assert answer.exit_code == 0, answer.output
    assert "The walls stand." in answer.output
    assert "no worker has reported" in answer.output


@pytest.mark.parametrize(
    ("breach", "mend", "sentence"),
    [
        (
            "ALTER TABLE photo NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE photo FORCE ROW LEVEL SECURITY",
            "The table photo has no forced row-level security.",
        ),
        (
            "UPDATE alembic_version SET version_num = '0001'",
            "UPDATE alembic_version SET version_num = :head",
            "Some migrations have not run",
        ),
    ],
    ids=["policy", "migration"],
)
def test_a_breach_is_named_and_fails(passerelle, _admin, breach, mend, sentence):
    with _admin.connect() as connection:
        head = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        connection.execute(sa.text(breach))
        try:
            answer = passerelle("check")
        finally:
            connection.execute(sa.text(mend), {"head": head} if ":head" in mend else {})
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert "The walls do not stand." in answer.output


def test_a_process_that_would_serve_under_an_unsafe_role_is_named(settings, database):
    unsafe = create_app(replace(settings, database_web=database), role="operator", overrides={"TESTING": True})
    answer = unsafe.test_cli_runner().invoke(args=["check"])
    assert answer.exit_code == 1
    assert re.search(r"The database role \w+ (is a superuser|owns tables)", answer.output)


def test_a_database_that_is_down_is_a_sentence(settings):
    away = replace(settings, database="postgresql+psycopg://postgres@127.0.0.1:1/nothing")
    runner = create_app(away, role="operator", overrides={"TESTING": True}).test_cli_runner()
    for command in (["organisation", "list"], ["check"]):
        answer = runner.invoke(args=command)
        assert answer.exit_code == 1
        assert "Traceback" not in answer.output
        assert "The database refused" in answer.output


@pytest.mark.parametrize("words", [["organisation", "list"], ["check"], ["database", "prepare"]])
def test_missing_settings_are_a_sentence(monkeypatch, words):
    from click.testing import CliRunner

    for name in ("SECRET_KEY", "DATABASE_URL", "DATABASE_WEB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(group, "_loaded_plugin_commands", True)
    answer = CliRunner().invoke(group, words)
    assert answer.exit_code in (1, 2)
    assert "Set SECRET_KEY and DATABASE_URL" in answer.output
    assert isinstance(answer.exception, SystemExit)


def test_every_first_word_outside_the_workspaces_is_reserved(app):
    first_words = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    words = {word for word in first_words if word and not word.startswith("<")}
    assert words - RESERVED == set(), "add them to RESERVED in marketplace/routes.py"
    assert OUTSIDE
