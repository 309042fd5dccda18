"""A passkey, made and used in a real browser with a virtual authenticator (WebDriver's WebAuthn extension over CDP)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from tenants.accounts.models import AccountSession, Passkey
from tests.browser.conftest import free_port, serve
from tests.browser.people import Visitor
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def named_site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product under a host's name: browsers make no passkeys for an IP address."""
    mine = environment | {"BASE_URL": f"http://localhost:{free_port()}"}
    with serve(mine, tmp_path_factory.mktemp("named") / "log") as address:
        yield address


@pytest.fixture
def phone(debians_chromium: Browser, named_site: str, language: str) -> Iterator[Visitor]:
    """A phone with a fingerprint reader that always says yes."""
    visitor = Visitor(debians_chromium, named_site, language, phone=True)
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield visitor
    faults = visitor.faults
    visitor.close()
    assert faults == []


def test_a_passkey_is_made_then_signs_in_alone_and_after_the_password(phone: Visitor, people: Cast, operator: Session):
    phone.sign_in(people.mia, then="/account")
    phone.check()
    phone.press(phone.link("Add a passkey"))
    phone.reads_title(phone.word("Add a passkey"))
    phone.check()
    phone.field("Name of the passkey").fill("My phone")
    phone.press(phone.button("Make the passkey"))
    phone.reads_title(phone.word("Your recovery codes"))
    phone.check()
    phone.press(phone.link("I have kept them"))
    expect(phone.page.get_by_role("heading", name="My phone")).to_be_visible()
    phone.page.wait_for_url("**/account")
    phone.check()
    phone.press(phone.page.get_by_role("banner").get_by_role("button", name=phone.word("Sign out")))
    phone.page.wait_for_url(lambda url: "/account" not in url)

    # By itself.
    phone.open("/sign-in")
    phone.press(phone.link("Sign in with a passkey"))
    phone.reads_title(phone.word("Sign in with a passkey"))
    phone.check()
    phone.press(phone.button("Use a passkey"))
    phone.page.wait_for_url("**/acme/mentors/**")

    # After the password. A picture that is still under way would bring the cookie back.
    phone.page.wait_for_load_state("networkidle")
    phone.page.context.clear_cookies()
    phone.open("/sign-in?next=/account")
    phone.field("E-mail address").fill(people.mia.email)
    phone.field("Password").fill(PASSWORD)
    phone.press(phone.button("Sign in"))
    phone.reads_title(phone.word("The second step"))
    phone.check()
    phone.press(phone.button("Use a passkey"))
    phone.page.wait_for_url("**/account")
    kept = operator.scalars(sa.select(Passkey)).one()
    assert (kept.person_id, kept.name) == (people.mia.person_id, "My phone")
    assert kept.used_at is not None
    assert len(list(operator.scalars(sa.select(AccountSession).where(AccountSession.system != "")))) >= 2

    phone.press(phone.page.get_by_role("link", name=phone.word("Rename or remove")))
    phone.reads_title("My phone")
    phone.check()
    phone.press(phone.button("Remove this passkey"))
    phone.page.wait_for_url("**/account")
    operator.rollback()
    assert list(operator.scalars(sa.select(Passkey))) == []


def test_a_passkey_that_names_somebody_else_signs_nobody_in(phone: Visitor, people: Cast, operator: Session):
    phone.sign_in(people.mia, then="/account/passkeys/new")
    phone.field("Name of the passkey").fill("My phone")
    phone.press(phone.button("Make the passkey"))
    phone.reads_title(phone.word("Your recovery codes"))
    operator.execute(sa.update(Passkey).values(person_id=people.gus.person_id))
    operator.commit()
    phone.page.wait_for_load_state("networkidle")
    phone.page.context.clear_cookies()
    phone.open("/sign-in/passkey")
    phone.press(phone.button("Use a passkey"))
    expect(phone.page.locator(".wrong-box")).to_be_visible()
    phone.check()
    phone.open("/workspaces/")
    phone.reads_title(phone.word("Sign in"))
