"""The pair of Mia (Acme, mentee) and Max (Globex, mentor), with the clock at the day the test runs."""

from tests.marketplace.moving.conftest import again, ask, mentors, pair, step

__all__ = ["again", "ask", "mentors", "pair", "step"]
