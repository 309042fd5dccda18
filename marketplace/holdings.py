"""Everything that is held about a person, imported once, so that the registry is complete."""

from marketplace.charters import holdings as charters
from marketplace.closing import holdings as closing
from marketplace.conversations import holdings as conversations
from marketplace.directory import holdings as directory
from marketplace.goals import holdings as goals
from marketplace.journal import holdings as journal
from marketplace.kit import holdings as kit
from marketplace.meetings import holdings as meetings
from marketplace.mentees import holdings as mentees
from marketplace.mentors import holdings as mentors
from marketplace.mentorships import holdings as mentorships
from marketplace.programmes import holdings as programmes
from marketplace.requests import holdings as requests
from marketplace.rhythm import holdings as rhythm
from tenants.privacy import holdings as tenants

__all__ = [
    "charters",
    "closing",
    "conversations",
    "directory",
    "goals",
    "journal",
    "kit",
    "meetings",
    "mentees",
    "mentors",
    "mentorships",
    "programmes",
    "requests",
    "rhythm",
    "tenants",
]
