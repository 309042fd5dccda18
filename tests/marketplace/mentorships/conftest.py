"""The same pair as the requests' stories."""

from tests.marketplace.requests.conftest import _clock, ask, mentors, step

__all__ = ["_clock", "ask", "mentors", "step"]
