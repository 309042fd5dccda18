"""Table of contents: every blueprint and where it lives. Words used at the top level cannot be slugs."""

from __future__ import annotations

from flask import Flask

from marketplace.directory import views as directory
from marketplace.home import views as home
from marketplace.mentees import views as mentees
from marketplace.mentors import views as mentors
from marketplace.mentorships import views as mentorships
from marketplace.notices import subscriptions
from marketplace.notices import views as notices
from marketplace.requests import links
from marketplace.requests import views as requests
from marketplace.vocabulary import INDUSTRIES
from tenants.accounts import views as accounts
from tenants.accounts import workspaces
from tenants.activity import views as activity
from tenants.affiliations import views as people
from tenants.health import views as health
from tenants.onboarding import desk as invites
from tenants.onboarding import views as invitations
from tenants.organisations import conflicts, firms
from tenants.organisations import settings as organisation_settings
from tenants.preferences import views as preferences
from tenants.privacy import settings as retention
from tenants.privacy import views as privacy

RESERVED = frozenset(
    "about accent account accounts admin api assets en favicon.ico forgotten-password fr health help home "
    "invitations language legal letters links mail metrics network networks new organisation "
    "organisations passerelle preferences privacy public ready robots.txt security sign-in sign-out sign-up "
    "static status support terms theme webhooks workspaces www".split()
)

OUTSIDE = (
    (home.bp, "/"),
    (health.bp, "/"),
    (accounts.bp, "/"),
    (workspaces.bp, "/workspaces"),
    (preferences.bp, "/preferences"),
    (privacy.bp, "/account/privacy"),
    (invitations.bp, "/invitations"),
    (links.bp, "/links"),
    (subscriptions.bp, "/letters/subscriptions"),
)

WORKSPACE = (
    (directory.bp, "/mentors"),
    (mentors.bp, "/profile"),
    (mentees.bp, "/about-me"),
    (requests.bp, "/requests"),
    (mentorships.bp, "/mentorships"),
    (notices.bp, "/notices"),
    (people.bp, "/people"),
    (invites.bp, "/people/invitations"),
    (firms.bp, "/firms"),
    (conflicts.bp, "/conflicts"),
    (organisation_settings.bp, "/settings"),
    (retention.bp, "/settings/retention"),
    (activity.bp, "/activity"),
)


def install(app: Flask) -> None:
    """Register every blueprint, and hand the tenants' pages the lists that only the marketplace knows."""
    app.extensions["reserved_words"] = RESERVED
    app.extensions["industries"] = INDUSTRIES.choices
    for blueprint, prefix in OUTSIDE:
        app.register_blueprint(blueprint, url_prefix=prefix)
    for blueprint, prefix in WORKSPACE:
        app.register_blueprint(blueprint, url_prefix=f"/<organisation>{prefix}")
