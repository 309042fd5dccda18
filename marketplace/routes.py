"""Table of contents: every blueprint and where it lives. Words used at the top level cannot be slugs."""

from __future__ import annotations

from flask import Flask, abort, g, request

from marketplace import links
from marketplace.assisting import views as assisting
from marketplace.billing import own_key_views as network_payments
from marketplace.billing import views as billing
from marketplace.billing import words as billing_words
from marketplace.boards import views as tracks
from marketplace.charters import links as charter_links
from marketplace.charters import templates as charter_rules
from marketplace.charters import views as charters
from marketplace.closing import links as closing_links
from marketplace.closing import views as closing
from marketplace.cohorts import pages as cohort_templates
from marketplace.cohorts import views as cohorts
from marketplace.committee import curve_views as match_curve
from marketplace.committee import letter_views as match_letters
from marketplace.committee import member_views as committee_members
from marketplace.committee import pages as committee_templates
from marketplace.committee import swap_views as match_swaps
from marketplace.committee import views as committee
from marketplace.conversations import file_pages, note_pages
from marketplace.conversations import links as conversation_links
from marketplace.conversations import views as conversations
from marketplace.coordination import views as coordination
from marketplace.directory import views as directory
from marketplace.dossiers import views as dossiers
from marketplace.enrolments import links as enrolment_links
from marketplace.enrolments import views as enrolments
from marketplace.evaluation import views as evaluation
from marketplace.events import links as event_links
from marketplace.events import views as events
from marketplace.goals import views as goals
from marketplace.home import views as home
from marketplace.journal import views as journal
from marketplace.journal.sealing import ring
from marketplace.kit import views as kit
from marketplace.lessons import views as lessons
from marketplace.measures import views as dashboard
from marketplace.meetings import feed, hour_views, talk_views
from marketplace.meetings import links as meeting_links
from marketplace.meetings import views as meetings
from marketplace.mentees import views as mentees
from marketplace.mentors import views as mentors
from marketplace.mentorships import links as mentorship_links
from marketplace.mentorships import personal as own_mentorships
from marketplace.mentorships import views as mentorships
from marketplace.moving import views as arrival
from marketplace.notices import subscriptions
from marketplace.notices import views as notices
from marketplace.pairing import circle_views as circles
from marketplace.pairing import views as pairing
from marketplace.pairing import wish_views as wishes
from marketplace.programmes import pages as programme_templates
from marketplace.programmes import party_pages as programme_parties
from marketplace.programmes import views as programmes
from marketplace.questionnaires import views as questionnaires
from marketplace.readiness import views as readiness
from marketplace.reports import views as reports
from marketplace.requests import links as request_links
from marketplace.requests import views as requests
from marketplace.rhythm import links as rhythm_links
from marketplace.rhythm import views as rhythm
from marketplace.selections import views as selections
from marketplace.showcase import views as showcase
from marketplace.training import views as training
from marketplace.visibility import card_views as candidates
from marketplace.visibility import committee_views as nomination
from marketplace.visibility import dossier_views as candidate_dossiers
from marketplace.visibility import introduction_views as introductions
from marketplace.visibility import link_views as dossier_links
from marketplace.visibility import views as visibility
from marketplace.vocabulary import FUNCTIONS, INDUSTRIES, SENIORITIES
from tenants.accounts import account, confirmations, passkey_pages, second_factor, ways_in, workspaces
from tenants.accounts import views as accounts
from tenants.activity import views as activity
from tenants.affiliations import leaving
from tenants.affiliations import views as people
from tenants.agreements import views as agreements
from tenants.conflicts import groups
from tenants.conflicts import views as conflicts
from tenants.domains import views as domains
from tenants.health import views as health
from tenants.onboarding import desk as invites
from tenants.onboarding import views as invitations
from tenants.organisations import firms, logos, welcome
from tenants.organisations import settings as organisation_settings
from tenants.preferences import views as preferences
from tenants.privacy import settings as retention
from tenants.privacy import views as privacy
from tenants.search_firms import views as admissions
from tenants.spreadsheets import views as imports

RESERVED = frozenset(
    "about accent account accounts admin api assets calendar certificates en favicon.ico forgotten-password fr health help home "
    "invitations language legal letters links mail metrics network networks new organisation "
    "organisations passerelle preferences privacy public ready robots.txt security sign-in sign-out sign-up "
    "static status stripe support terms theme tracks webhooks workspaces www".split()
)

OUTSIDE = (
    (home.bp, "/"),
    (health.bp, "/"),
    (accounts.bp, "/"),
    (ways_in.bp, "/sign-in"),
    (ways_in.second_step, "/sign-in/second-step"),
    (account.bp, "/account"),
    (confirmations.bp, "/account/confirmation"),
    (second_factor.bp, "/account/second-factor"),
    (passkey_pages.bp, "/account/passkeys"),
    (workspaces.bp, "/workspaces"),
    (own_mentorships.bp, "/workspaces/mentorships"),
    (preferences.bp, "/preferences"),
    (privacy.bp, "/account/privacy"),
    (invitations.bp, "/invitations"),
    (links.bp, "/links"),
    (request_links.bp, "/links"),
    (meeting_links.bp, "/links"),
    (event_links.bp, "/links"),
    (feed.bp, "/calendar"),
    (charter_links.bp, "/links"),
    (closing_links.bp, "/links"),
    (closing.certificates, "/certificates"),
    (training.certificates, "/certificates/training"),
    (conversation_links.bp, "/links"),
    (mentorship_links.bp, "/links"),
    (rhythm_links.bp, "/links"),
    (enrolment_links.bp, "/links"),
    (questionnaires.by_link, "/links"),
    (dossier_links.bp, "/links"),
    (subscriptions.bp, "/letters/subscriptions"),
    (tracks.public, "/tracks"),
    (billing.webhooks, "/stripe"),
)

WORKSPACE = (
    (directory.bp, "/mentors"),
    (mentors.bp, "/profile"),
    (mentees.bp, "/about-me"),
    (requests.bp, "/requests"),
    (pairing.bp, "/cohorts/<int:cohort_id>/matching"),
    (wishes.bp, "/cohorts/<int:cohort_id>/wishes"),
    (committee.bp, "/cohorts/<int:cohort_id>/matching/bench"),
    (match_curve.bp, "/cohorts/<int:cohort_id>/matching/bench/versions/<int:number>/balance-curve"),
    (match_swaps.bp, "/cohorts/<int:cohort_id>/matching/bench/versions/<int:number>/swaps"),
    (match_letters.bp, "/cohorts/<int:cohort_id>/matching/bench/versions/<int:number>"),
    (match_letters.of_the_two, "/requests/<int:request_id>/match-letter"),
    (committee_members.bp, "/cohorts/<int:cohort_id>/matching/committee"),
    (circles.bp, "/cohorts/<int:cohort_id>/circles"),
    (mentorships.bp, "/mentorships"),
    (meetings.bp, "/mentorships/<int:mentorship_id>/meetings"),
    (meetings.one, "/meetings/<int:meeting_id>"),
    (hour_views.bp, "/meeting-hours"),
    (charters.bp, "/mentorships/<int:mentorship_id>/agreement"),
    (closing.bp, "/mentorships/<int:mentorship_id>/closing"),
    (closing.endings, "/endings"),
    (charter_rules.bp, "/agreement-rules"),
    (goals.bp, "/mentorships/<int:mentorship_id>/goals"),
    (conversations.bp, "/mentorships/<int:mentorship_id>/messages"),
    (note_pages.bp, "/mentorships/<int:mentorship_id>/notes"),
    (file_pages.bp, "/mentorships/<int:mentorship_id>/files"),
    (rhythm.bp, "/mentorships/<int:mentorship_id>"),
    (coordination.bp, "/pairs"),
    (evaluation.bp, "/reports"),
    (dashboard.bp, "/dashboard"),
    (evaluation.answers, "/equity"),
    (programmes.bp, "/programmes"),
    (programme_parties.bp, "/programmes"),
    (cohorts.bp, "/cohorts"),
    (enrolments.bp, "/cohorts/<int:cohort_id>/enrolments"),
    (events.bp, "/cohorts/<int:cohort_id>/events"),
    (events.one, "/events/<int:event_id>"),
    (training.bp, "/cohorts/<int:cohort_id>/training"),
    (lessons.bp, "/cohorts/<int:cohort_id>/lessons"),
    (reports.bp, "/cohorts/<int:cohort_id>/report"),
    (readiness.of_cohort, "/cohorts/<int:cohort_id>/readiness"),
    (readiness.bp, "/readiness"),
    (dossiers.bp, "/dossier"),
    (visibility.bp, "/visibility"),
    (nomination.bp, "/nomination-committee"),
    (candidates.bp, "/candidates"),
    (candidate_dossiers.bp, "/candidates"),
    (introductions.bp, "/introductions"),
    (selections.bp, "/selections"),
    (questionnaires.of_cohort, "/cohorts/<int:cohort_id>/questionnaires"),
    (questionnaires.bp, "/questionnaires"),
    (journal.bp, "/journal"),
    (journal.of_pair, "/mentorships/<int:mentorship_id>/journal"),
    (talk_views.bp, "/requests/<int:request_id>/chemistry-meeting/time"),
    (arrival.bp, "/arrival"),
    (assisting.bp, "/assisting"),
    (showcase.bp, "/programmes"),
    (kit.bp, "/programmes/<int:programme_id>/kit"),
    (kit.of_cohort, "/cohorts/<int:cohort_id>/kit"),
    (tracks.bp, "/tracks"),
    (billing.bp, "/subscriptions"),
    (notices.bp, "/notices"),
    (people.bp, "/people"),
    (leaving.bp, "/leaving"),
    (invites.bp, "/people/invitations"),
    (imports.bp, "/people/imports"),
    (firms.bp, "/firms"),
    (admissions.bp, "/search-firms"),
    (conflicts.bp, "/conflicts"),
    (groups.bp, "/group"),
    (agreements.bp, "/agreements"),
    (domains.bp, "/domains"),
    (logos.bp, "/logo"),
    (welcome.bp, "/welcome"),
    (organisation_settings.bp, "/settings"),
    (retention.bp, "/settings/retention"),
    (network_payments.bp, "/settings/payments"),
    (activity.bp, "/activity"),
)


OF_SEARCH_FIRMS = frozenset(
    "admissions candidates candidate_dossiers introductions selections "
    "notices people leaving invites logos settings retention activity arrival".split()
)
"""The blueprints that a search firm's workspace has: nothing of mentors, programmes and pairs."""


def keep_search_firms_to_theirs() -> None:
    if g.get("acting") is not None and g.acting.in_search_firm and request.blueprint not in OF_SEARCH_FIRMS:
        abort(404)


def install(app: Flask) -> None:
    """Register every blueprint, and hand the tenants' pages the lists that only the marketplace knows."""
    app.extensions["reserved_words"] = RESERVED
    app.extensions["readiness"] = {"journals": lambda: ring().fault}
    app.extensions["between_employers"] = own_mentorships.between_employers
    app.extensions["industries"] = INDUSTRIES.choices
    app.extensions["functions"] = FUNCTIONS.choices
    app.extensions["seniorities"] = SENIORITIES.choices
    app.before_request(keep_search_firms_to_theirs)
    programme_templates.install(app)
    billing_words.install(app)
    cohort_templates.install(app)
    committee_templates.install(app)
    for blueprint, prefix in OUTSIDE:
        app.register_blueprint(blueprint, url_prefix=prefix)
    for blueprint, prefix in WORKSPACE:
        app.register_blueprint(blueprint, url_prefix=f"/<organisation>{prefix}")
