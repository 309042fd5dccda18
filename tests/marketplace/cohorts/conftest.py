from tests.marketplace.enrolments.conftest import _clock, cohort, desk, make, set_clock

__all__ = ["_clock", "cohort", "desk", "make", "set_clock"]
