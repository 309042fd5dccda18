"""Pages of a cohort: overview, phases and days, settings, its end; one room for each."""

from marketplace.cohorts import jobs, waiting
from marketplace.cohorts.views import days, ending, phases, settings, showing
from marketplace.cohorts.views.blueprint import bp

COHORT_JOBS = (jobs, waiting)
"""Registered with the queue when the pages are."""

__all__ = ["bp", "days", "ending", "phases", "settings", "showing"]
