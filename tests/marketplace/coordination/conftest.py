"""The pair of the rhythm's stories."""

from tests.marketplace.rhythm.conftest import _clock, again, ask, at, mentors, pair, run, set_clock, step

__all__ = ["_clock", "again", "ask", "at", "mentors", "pair", "run", "set_clock", "step"]
