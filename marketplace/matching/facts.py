"""One side's members as numpy columns, so that a rule or a criterion answers for a block of pairs at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.members import Member

UNSAID = -(1 << 20)
"""In a column of numbers: the member did not say."""

Mask = NDArray[np.bool_]
Points = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Codes:
    """One numbering of every word that both sides use."""

    languages: dict[str, int]
    words: dict[str, int]
    names: dict[str, int]

    @classmethod
    def of(cls, members: Iterable[Member]) -> Codes:
        members = tuple(members)
        return cls(
            _numbered(word for one in members for word in one.languages),
            _numbered(word for one in members for word in (*one.offers, *one.seeks)),
            _numbered(word for one in members for word in (one.function, one.gender) if word),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """``languages``, ``offers`` and ``seeks`` are bit sets: (members, words of 64 bits)."""

    members: tuple[Member, ...]
    ids: NDArray[np.int64]
    person: NDArray[np.int64]
    firm: NDArray[np.int64]
    seniority: NDArray[np.int32]
    offset: NDArray[np.int32]
    function: NDArray[np.int32]
    gender: NDArray[np.int32]
    of_school: Mask
    languages: NDArray[np.uint64]
    offers: NDArray[np.uint64]
    seeks: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.members)

    def rows(self, start: int, stop: int) -> Facts:
        """Members ``start`` to before ``stop``."""
        cut = slice(start, stop)
        return Facts(*(getattr(self, name)[cut] for name in self.__slots__))

    @classmethod
    def of(cls, members: Sequence[Member], codes: Codes) -> Facts:
        def numbers(values: Iterable[int | None]) -> NDArray[np.int32]:
            return np.array([UNSAID if value is None else value for value in values], np.int32)

        return cls(
            tuple(members),
            np.array([one.id for one in members], np.int64),
            np.array([one.person for one in members], np.int64),
            np.array([one.firm for one in members], np.int64),
            numbers(one.seniority for one in members),
            numbers(one.offset for one in members),
            numbers(codes.names.get(one.function) for one in members),
            numbers(codes.names.get(one.gender) for one in members),
            np.array([one.of_school for one in members], np.bool_),
            _bits([one.languages for one in members], codes.languages),
            _bits([one.offers for one in members], codes.words),
            _bits([one.seeks for one in members], codes.words),
        )


def shared(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> Points:
    """How many words each row of ``one`` has in common with each row of ``other``."""
    counted = np.zeros((len(one), len(other)), np.int32)
    for word in range(one.shape[1]):
        counted += np.bitwise_count(one[:, word, None] & other[None, :, word])
    return counted


def counted(sets: NDArray[np.uint64]) -> Points:
    """How many words each row holds."""
    return np.bitwise_count(sets).sum(axis=1, dtype=np.int32)


def clock_distance(one: NDArray[np.int32], other: NDArray[np.int32]) -> Points:
    """Minutes between what the clocks of each two members show, at most twelve hours; -1 where one of them did not say."""
    apart = np.abs(one[:, None] - other[None, :]) % 1440
    apart = np.minimum(apart, 1440 - apart)
    apart[one == UNSAID, :] = -1
    apart[:, other == UNSAID] = -1
    return apart


def _numbered(words: Iterable[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(sorted(set(words)))}


def _bits(sets: Sequence[frozenset[str]], codes: dict[str, int]) -> NDArray[np.uint64]:
    bits = np.zeros((len(sets), max(1, -(-len(codes) // 64))), np.uint64)
    for row, words in enumerate(sets):
        for word in words:
            bits[row, codes[word] // 64] |= np.uint64(1 << codes[word] % 64)
    return bits
