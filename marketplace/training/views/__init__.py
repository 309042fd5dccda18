"""Pages of a cohort's training: one's own way through it; and for those who run it, the modules and who is done."""

from marketplace.training import jobs
from marketplace.training.views import doing, questions, writing
from marketplace.training.views.blueprint import bp
from marketplace.training.views.doing import certificates

WORKERS = (jobs,)
"""Named here so that the worker, which knows the product by its pages, registers them."""

__all__ = ["bp", "certificates", "doing", "questions", "writing"]
