"""Everything that is held about a person, imported once, so that the registry is complete."""

from marketplace.boards import holdings as boards
from marketplace.charters import holdings as charters
from marketplace.closing import holdings as closing
from marketplace.committee import holdings as committee
from marketplace.conversations import holdings as conversations
from marketplace.directory import holdings as directory
from marketplace.dossiers import holdings as dossiers
from marketplace.enrolments import holdings as enrolments
from marketplace.evaluation import holdings as evaluation
from marketplace.events import holdings as events
from marketplace.goals import holdings as goals
from marketplace.journal import holdings as journal
from marketplace.kit import holdings as kit
from marketplace.lessons import holdings as lessons
from marketplace.measures import holdings as measures
from marketplace.meetings import holdings as meetings
from marketplace.mentees import holdings as mentees
from marketplace.mentors import holdings as mentors
from marketplace.mentorships import holdings as mentorships
from marketplace.pairing import holdings as pairing
from marketplace.programmes import holdings as programmes
from marketplace.questionnaires import holdings as questionnaires
from marketplace.readiness import holdings as readiness
from marketplace.requests import holdings as requests
from marketplace.rhythm import holdings as rhythm
from marketplace.selections import holdings as selections
from marketplace.training import holdings as training
from marketplace.visibility import holdings as visibility
from tenants.privacy import holdings as tenants
from tenants.search_firms import holdings as search_firms

__all__ = [
    "boards",
    "charters",
    "closing",
    "committee",
    "conversations",
    "directory",
    "dossiers",
    "enrolments",
    "evaluation",
    "events",
    "goals",
    "journal",
    "kit",
    "lessons",
    "measures",
    "meetings",
    "mentees",
    "mentors",
    "mentorships",
    "pairing",
    "programmes",
    "questionnaires",
    "readiness",
    "requests",
    "rhythm",
    "search_firms",
    "selections",
    "tenants",
    "training",
    "visibility",
]
