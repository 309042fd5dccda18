"""Two people wrote on one page at once: what each changed, line by line, put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Change:
    """Lines ``start`` to ``end`` of the text both began with, and what stands there now."""

    start: int
    end: int
    lines: tuple[str, ...]


def _changes(before: list[str], after: list[str]) -> list[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [Change(i, j, tuple(after[k:n])) for tag, i, j, k, n in matcher.get_opcodes() if tag != "equal"]


def _touch(one: Change, other: Change) -> bool:
    """Whether the two change the same lines, or add at the same place."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def merge(before: str, here: str, there: str) -> str | None:
    """The text with the changes of both; None where both changed the same lines in different ways."""
    if here == there:
        return here
    base = before.splitlines(keepends=True)
    mine, theirs = (_changes(base, text.splitlines(keepends=True)) for text in (here, there))
    if any(_touch(one, other) and one != other for one in mine for other in theirs):
        return None
    merged: list[str] = []
    at = 0
    for change in sorted({*mine, *theirs}, key=lambda one: (one.start, one.end)):
        merged += [*base[at : change.start], *change.lines]
        at = change.end
    return "".join([*merged, *base[at:]])


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a comparison: ``kind`` is same, gone or new."""

    kind: str
    text: str


def differences(before: str, after: str) -> Iterator[Piece]:
    old, new = before.splitlines(), after.splitlines()
    for tag, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "\n".join(old[i:j]))
            continue
        if i < j:
            yield Piece("gone", "\n".join(old[i:j]))
        if k < n:
            yield Piece("new", "\n".join(new[k:n]))
