"""Pages of a mentoring request: ask, answer, confirm; one room for each side of it."""

from marketplace.requests import jobs
from marketplace.requests.views import answering, asking, filters, overseeing
from marketplace.requests.views.blueprint import bp

CLOCK_JOBS = jobs
"""Named here so that the worker, which knows the product by its pages, registers them."""

__all__ = ["answering", "asking", "bp", "filters", "overseeing"]
