"""A programme's way from its ready template to the closed cohort, one step a method, walked by those whose step it is.

Its rooms: ``opening`` (template, programme, cohort), ``coming_in`` (ways in), ``running`` (training, matching, the pair) and
``gatherings`` (launch, closing, the end).
"""

from __future__ import annotations

from tests.browser.a_programme.coming_in import ComingIn
from tests.browser.a_programme.gatherings import Gatherings
from tests.browser.a_programme.journey import Fault, Journey
from tests.browser.a_programme.opening import Opening
from tests.browser.a_programme.running import Running

__all__ = ["Fault", "Journey", "Walk"]


class Walk(Opening, ComingIn, Running, Gatherings):
    """One journey in one language."""
