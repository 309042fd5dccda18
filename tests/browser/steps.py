"""What people do on the pages, one step each, so that every journey walks the same way."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from marketplace.vocabulary import SKILLS
from tests.browser.people import Visitor
from tests.cast import PASSWORD

SENTENCE = {
    "en": "I closed two sites without losing a friend, and opened a third one.",
    "fr": "J’ai fermé deux sites sans perdre un ami, puis j’en ai ouvert un troisième.",
}
STORY = {
    "en": "Twenty-two years in workshops taught me to count the people first and the machines after. Bring me a plan.",
    "fr": "Vingt-deux ans d’atelier m’ont appris à compter les gens d’abord, les machines ensuite. Apportez un plan.",
}
GOAL = {
    "en": "In March I take over a team of forty, and I would like to learn how to lead those who know more than I do.",
    "fr": "En mars, je prends une équipe de quarante personnes et je voudrais diriger ceux qui en savent plus que moi.",
}
WHY = {
    "en": "You went from running a plant to running a whole region, which is the step in front of me.",
    "fr": "Vous êtes passé d’une usine à toute une région : c’est exactement le pas que j’ai devant moi.",
}
BRING = {
    "en": "I come prepared, and I can tell you how your sector looks from ours.",
    "fr": "Je viens préparée, et je peux vous dire comment on voit votre secteur depuis le nôtre.",
}


def publish_agreement_and_invite_firm(admin: Visitor, slug: str, email: str) -> None:
    """A network's administrator publishes the agreement as it is proposed, and invites a firm by an address alone."""
    admin.open(f"/{slug}/agreements/")
    admin.check()
    admin.link("Look at the text").click()
    admin.check()
    admin.button("Publish, and ask every firm").click()
    admin.page.wait_for_url(f"**/{slug}/agreements/")
    admin.open(f"/{slug}/firms/new")
    admin.check()
    admin.field("E-mail of its future HR partner").fill(email)
    admin.field("Language of the invitation").select_option(admin.language)
    admin.button("Invite").click()
    admin.page.wait_for_url(f"**/{slug}/firms/")
    admin.check()


def invite_person(coordinator: Visitor, slug: str, name: str, email: str) -> None:
    coordinator.open(f"/{slug}/people/invitations/new")
    coordinator.field("Name").fill(name)
    coordinator.field("Work e-mail").fill(email)
    coordinator.field("Language of the invitation").select_option(coordinator.language)
    coordinator.button("Send the invitation").click()
    coordinator.page.wait_for_url(f"**/{slug}/people/")


def make_account(newcomer: Visitor, link: str, *, name: str = "", known_as: str = "") -> None:
    """Open an invitation and begin; ``known_as`` is the name that the inviter wrote already."""
    newcomer.open(link)
    newcomer.check()
    named = newcomer.field("Your name, as others here see it")
    if known_as:
        expect(named).to_have_value(known_as)
    if name:
        named.fill(name)
    newcomer.field("Choose a password").fill(PASSWORD)
    newcomer.press(newcomer.button("Accept and begin"))
    newcomer.page.wait_for_url(lambda url: "/invitations/" not in url)


def accept_agreement(partner: Visitor, slug: str) -> None:
    """From the welcome's step of the agreement, and back to it."""
    partner.page.wait_for_url(f"**/{slug}/welcome/agreements")
    partner.check()
    partner.press(partner.link("Read and accept"))
    partner.page.wait_for_url(re.compile(rf"/{slug}/agreements/\d+"))
    partner.check()
    partner.field("Your position in the firm").fill("HR")
    partner.field("I have read the agreement, I may speak for the firm, and the firm accepts it.").check()
    partner.press(partner.button("Accept"))
    partner.page.wait_for_url(f"**/{slug}/welcome/agreements")


def publish_mentor_page(mentor: Visitor, slug: str) -> None:
    """Write a page that the networks see, and publish it."""
    mentor.open(f"/{slug}/profile/")
    language = mentor.language
    mentor.field("Your sentence").fill(SENTENCE[language])
    mentor.field("Your position").fill("Industrial director")
    mentor.field("Your story").fill(STORY[language])
    skill = SKILLS.label("first_board_seat", language)
    mentor.field("Search in: %(label)s", label=mentor.word("What I can help with")).fill(skill[:6])
    mentor.page.get_by_role("checkbox", name=skill, exact=True).check()
    mentor.page.locator("#languages input[value=fr]").check()
    mentor.page.locator("#forms input[value=cross_company]").check()
    mentor.page.locator("#capacity").get_by_label("2", exact=True).check()
    mentor.page.locator("#audience").get_by_label(mentor.word("Networks I choose")).check()
    mentor.check()
    mentor.press(mentor.button("Publish my page"))
    mentor.sees("Published")
    expect(mentor.button("Publish changes")).to_be_visible()
    mentor.check()


def find_mentor(mentee: Visitor, slug: str, name: str) -> None:
    """Search the directory by a first name and open the page."""
    mentee.open(f"/{slug}/mentors/")
    mentee.page.get_by_role("searchbox").fill(name.split()[0])
    expect(mentee.person(name)).to_be_visible()
    mentee.person(name).click()
    mentee.reads_title(name)


def ask_mentor(mentee: Visitor, slug: str, name: str) -> None:
    """From the mentor's page to the request that was sent."""
    first, language = name.split()[0], mentee.language
    mentee.link("Ask %(name)s", name=first).click()
    mentee.field("What would you like to work on?").fill(GOAL[language])
    mentee.field("Why this mentor?").fill(WHY[language])
    mentee.field("What do you bring?").fill(BRING[language])
    mentee.button("Send to %(name)s", name=first).click()
    mentee.page.wait_for_url(f"**/{slug}/requests/*")


def accept_request(mentor: Visitor, link: str) -> None:
    """From the button of the letter."""
    mentor.open(link)
    mentor.press(mentor.button("Accept"))
    expect(mentor.button("Accept")).to_have_count(0)


def confirm_match(mentee: Visitor, link: str) -> None:
    mentee.open(link)
    mentee.button("Confirm").click()
    expect(mentee.button("Confirm")).to_have_count(0)


def declare_conflict(coordinator: Visitor, slug: str, firm: str) -> None:
    coordinator.open(f"/{slug}/conflicts/")
    coordinator.check()
    coordinator.link("Declare a conflict").click()
    coordinator.page.get_by_label(coordinator.word("Firm"), exact=True).select_option(label=firm)
    coordinator.check()
    coordinator.button("Declare").click()
    coordinator.page.wait_for_url(f"**/{slug}/conflicts/")
    coordinator.check()
