"""What a change costs, and the moves that such a figure is the sum of."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from marketplace.matching.circulation import Gain
from marketplace.matching.residual import Residual


class Method(enum.StrEnum):
    """How a cost was found."""

    prices = "prices"
    solved = "solved"


@dataclass(frozen=True, slots=True)
class Cost:
    """By how much the best answer with a change falls below the answer: places of floors, pairs, points, pairs proposed before.

    A part is below 0 where the change brings some of it and loses what comes first. ``dropped`` and ``added`` are all pairs in
    which one such answer differs. Not ``proven`` where integer programming ran out of time: then it costs that much at most.
    """

    floors: int
    pairs: int
    points: int
    kept: int
    method: Method = Method.prices
    dropped: tuple[tuple[int, int], ...] = ()
    added: tuple[tuple[int, int], ...] = ()
    proven: bool = True

    @property
    def nothing(self) -> bool:
        """Whether an answer with the change is just as good."""
        return not (self.floors or self.pairs or self.points or self.kept)


@dataclass(frozen=True, slots=True)
class Next:
    """Who would be next if a pair is not made, and what not making it and making this one instead costs together."""

    member: int
    score: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Shift:
    """What moves add together, and the pairs they make and undo."""

    gain: Gain
    made: tuple[tuple[int, int], ...] = ()
    undone: tuple[tuple[int, int], ...] = ()
    method: Method = Method.prices

    def then(self, other: Shift) -> Shift:
        return Shift(self.gain + other.gain, self.made + other.made, self.undone + other.undone, self.method)

    def cost(self) -> Cost:
        """A pair that is made and undone again has not moved."""
        made, undone = Counter(self.made), Counter(self.undone)
        return Cost(
            -self.gain.floors,
            -self.gain.pairs,
            -self.gain.points,
            -self.gain.kept,
            self.method,
            tuple(sorted(undone - made)),
            tuple(sorted(made - undone)),
        )


def shift_along(residual: Residual, path: list[int]) -> Shift:
    """The steps of a path, in order."""
    gain = Gain()
    made, undone = list[tuple[int, int]](), list[tuple[int, int]]()
    for here, there in pairwise(path):
        gain += residual.step_gain(here, there)
        pair = residual.pair(here, there)
        if pair is not None:
            (made if here < there else undone).append(pair)
    return Shift(gain, tuple(made), tuple(undone))
