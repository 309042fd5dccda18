"""A cohort of two firms large enough for figures (see the evaluation's own), closed by whoever runs it."""

from __future__ import annotations

from tests.marketplace.evaluation.conftest import crowd, draw

__all__ = ["crowd", "draw"]
