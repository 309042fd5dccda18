"""The two sides of a cohort as plain values. Ids are the caller's; the engine sorts by them and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody enrolled. ``id`` is the enrolment's, stable and one of its side; ``person`` and ``firm`` may repeat.

    ``seniority`` is a step on one ladder for all, ``offset`` minutes from UTC. ``wishes`` are ids of the other side, the most
    wanted first; ``avoids`` are firms. What somebody did not say (None, "", empty) forbids nothing and earns nothing.
    """

    id: int
    person: int
    firm: int
    languages: frozenset[str] = frozenset()
    seniority: int | None = None
    function: str = ""
    gender: str = ""
    offset: int | None = None
    of_school: bool = False
    offers: frozenset[str] = frozenset()
    seeks: frozenset[str] = frozenset()
    wishes: tuple[int, ...] = ()
    avoids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentee(Member):
    """``seeks`` are goals, ``offers`` what a mentor may look for in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor(Member):
    """``capacity`` mentees at most (the product offers 0 to 5); ``least`` is a floor: wanted, and reported where missed."""

    capacity: int = 1
    least: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.capacity:
            raise ValueError(f"mentor {self.id}: 0 <= least <= capacity does not hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """How many mentees a firm may have matched (``receives``) and how many places its mentors may give (``gives``).

    None: no limit. The floors are wanted, and reported where missed; a firm that is not listed has neither.
    """

    id: int
    gives: int | None = None
    receives: int | None = None
    gives_least: int = 0
    receives_least: int = 0

    def __post_init__(self) -> None:
        for most, least in ((self.gives, self.gives_least), (self.receives, self.receives_least)):
            if least < 0 or (most is not None and most < 0):
                raise ValueError(f"firm {self.id}: a cap or a floor is negative")
