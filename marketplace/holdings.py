"""Everything that is held about a person, imported once, so that the registry is complete."""

from marketplace.directory import holdings as directory
from marketplace.journal import holdings as journal
from marketplace.mentees import holdings as mentees
from marketplace.mentors import holdings as mentors
from marketplace.mentorships import holdings as mentorships
from marketplace.requests import holdings as requests
from tenants.privacy import holdings as tenants

__all__ = ["directory", "journal", "mentees", "mentors", "mentorships", "requests", "tenants"]
