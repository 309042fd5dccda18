"""Pages of one way into a cohort: nominate, apply, answer, decide, leave; one room for each."""

from marketplace.enrolments import jobs
from marketplace.enrolments.views import answering, applying, leaving, managers, nominating
from marketplace.enrolments.views.blueprint import bp

ENROLMENT_JOBS = jobs
"""Registered with the queue when the pages are."""

__all__ = ["answering", "applying", "bp", "leaving", "managers", "nominating"]
