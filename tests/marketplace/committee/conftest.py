from tests.marketplace.pairing.conftest import _clock, start

__all__ = ["_clock", "start"]
