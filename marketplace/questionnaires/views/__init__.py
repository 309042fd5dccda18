"""Questionnaires of a cohort for those who run it, and the pages on which somebody answers one."""

from marketplace.questionnaires import jobs
from marketplace.questionnaires.views import answering, editing, results, rounds
from marketplace.questionnaires.views.blueprints import bp, by_link, of_cohort

WORKERS = (jobs,)
"""Named here so that the worker, which knows the product by its pages, registers them."""

__all__ = ["answering", "bp", "by_link", "editing", "of_cohort", "results", "rounds"]
