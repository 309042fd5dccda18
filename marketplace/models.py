"""Every model, imported once, so that the migrations and the session know all tables."""

from marketplace.billing import models as billing
from marketplace.boards import models as boards
from marketplace.charters import models as charters
from marketplace.closing import models as closing
from marketplace.committee import models as committee
from marketplace.conversations import models as conversations
from marketplace.dossiers import models as dossiers
from marketplace.evaluation import models as evaluation
from marketplace.events import models as events
from marketplace.goals import models as goals
from marketplace.journal import models as journal
from marketplace.kit import models as kit
from marketplace.lessons import models as lessons
from marketplace.measures import models as measures
from marketplace.meetings import models as meetings
from marketplace.mentors import models as mentors
from marketplace.mentorships import models as mentorships
from marketplace.pairing import models as pairing
from marketplace.papers import models as papers
from marketplace.programmes import models as programmes
from marketplace.questionnaires import models as questionnaires
from marketplace.readiness import models as readiness
from marketplace.reports import models as reports
from marketplace.requests import models as requests
from marketplace.rhythm import models as rhythm
from marketplace.selections import models as selections
from marketplace.showcase import models as showcase
from marketplace.training import models as training
from marketplace.visibility import models as visibility
from tenants.accounts import models as accounts
from tenants.affiliations import models as affiliations
from tenants.agreements import models as agreements
from tenants.domains import models as domains
from tenants.onboarding import models as onboarding
from tenants.organisations import models as organisations
from tenants.privacy import models as privacy
from tenants.search_firms import models as search_firms
from tenants.shared import models as shared
from tenants.shared.database import Base
from tenants.spreadsheets import models as spreadsheets

__all__ = [
    "Base",
    "accounts",
    "affiliations",
    "agreements",
    "billing",
    "boards",
    "charters",
    "closing",
    "committee",
    "conversations",
    "domains",
    "dossiers",
    "evaluation",
    "events",
    "goals",
    "journal",
    "kit",
    "lessons",
    "measures",
    "meetings",
    "mentors",
    "mentorships",
    "onboarding",
    "organisations",
    "pairing",
    "papers",
    "privacy",
    "programmes",
    "questionnaires",
    "readiness",
    "reports",
    "requests",
    "rhythm",
    "search_firms",
    "selections",
    "shared",
    "showcase",
    "spreadsheets",
    "training",
    "visibility",
]
