"""Which pairs the flow need look at. Prices guessed in whole numbers say where to begin; prices that a flow left say, of every
allowed pair, whether it would have been worth more than what was chosen. Nothing here can make an answer wrong, only late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.model import Grid
from marketplace.matching.network import Charges, runs
from marketplace.matching.task import Ints, Task

WIDTH, FEW = 24, 48
"""Pairs of a mentee, on average, that a flow begins with; and that better prices are found by."""

ROWS = 128
"""Mentees by whom it is told how near is near."""

SAMPLE = 400_000
"""Pairs that the guess of prices looks at in each of its passes."""

UNWANTED, HIGHEST = -20_000, 12_000
"""Of a pair that may not be, and of a guessed price: they and any score add up within 16 bits."""

STEPS = tuple(step for step in (1600, 800, 400, 200, 100, 50) for _ in range(2))
REFINING = (300,) * 4 + (150,) * 4 + (75,) * 6
"""By how much a pass moves a price, in points: of the sample, and of all mentees."""

SHARE = 1 << 20
"""A mentee, in the parts that their wish is shared by."""

AMONG = 12
"""Pairs of a mentee that one pricing adds at most."""


@dataclass(frozen=True)
class Priced:
    """``rows``, ``columns``: pairs worth more than they are charged. ``best``: each mentee's best net value over all, or 0."""

    rows: Ints
    columns: Ints
    best: Ints


def guess(task: Task) -> NDArray[np.int16]:
    """Each mentor's price in points, about: raised while too many mentees of a sample want them, lowered while too few."""
    wide = task.shape[1]
    price = np.zeros(wide, np.int16)
    rows = np.flatnonzero(task.open_rows)
    if not len(rows) or not task.open_columns.any():
        return price
    every = max(len(rows) * wide // SAMPLE, 1)
    rows = rows[::every]
    grid = task.problem.cohort.grid[rows].view(np.int16)
    grid = np.where(grid > max(task.problem.minimum, 0), grid, np.int16(UNWANTED))
    if not task.open_columns.all():
        grid[:, ~task.open_columns] = UNWANTED
    room = np.where(task.open_columns, task.capacity, 0)
    # In thousandths of a mentee; where there are more mentees than places, each place is to be wanted by its share of them.
    supply = room * max(len(rows) * every * 1000 // max(int(room.sum()), 1), 1000)
    for step in STEPS:
        wanted = np.bincount((grid - price).argmax(axis=1), minlength=wide) * (every * 1000)
        move = np.where(wanted > supply, step, np.where(wanted < supply, -step, 0))
        price = np.clip(price + move, 0, HIGHEST).astype(np.int16)
    return price - price[task.open_columns].min()


def candidates(task: Task, price: NDArray[np.int16]) -> tuple[Ints, Ints, Ints]:
    """The pairs nearest to each mentee's best, about ``WIDTH`` of each, and all that were proposed before; and better prices."""
    wide = task.shape[1]
    rows, columns = _nearest(task, price, FEW)
    if not len(rows):
        return rows, columns, price.astype(np.int64)
    better = _refined(task, price.astype(np.int64), rows, columns)
    low = int(better[task.open_columns].min())
    rows, columns = _nearest(task, np.clip(better - low, 0, HIGHEST).astype(np.int16), WIDTH)
    if len(task.kept):
        kept = _allowed(task, np.sort(task.kept[:, 0] * wide + task.kept[:, 1]))
        rows, columns = merged(wide, (rows, columns), kept)
    return rows, columns, better


def _nearest(task: Task, price: NDArray[np.int16], width: int) -> tuple[Ints, Ints]:
    """The allowed pairs within so many points of each mentee's best at these prices that there are about ``width`` of each."""
    wide = task.shape[1]
    found = []
    slack = _slack(task, price, width)
    for start, block in task.blocks():
        net = block.view(np.int16) - price
        best = net.max(axis=1)
        near = np.flatnonzero(net >= np.maximum(best.astype(np.int32) - slack, -HIGHEST).astype(np.int16)[:, None])
        if len(near) > 4 * width * len(block):
            row, column = near // wide, near % wide
            worth = -net.reshape(-1)[near].astype(np.int64)
            near = near[_few(row, worth, (column - row * 7919) % wide, 2 * width)]
        found.append(near + start * wide)
    return _allowed(task, np.concatenate(found) if found else np.zeros(0, np.int64))


def _refined(task: Task, price: Ints, rows: Ints, columns: Ints) -> Ints:
    """Better prices, by some pairs of all mentees. A mentee's wish is shared by what is about as good to them."""
    score = task.problem.cohort.grid.reshape(-1).take(rows * task.shape[1] + columns).astype(np.int64)
    starts = runs(rows)
    row = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))
    room = np.where(task.open_columns, task.capacity, 0)
    supply = room * max(len(starts) * SHARE // max(int(room.sum()), 1), SHARE)
    lowest = 0 if int(room.sum()) >= len(starts) else -HIGHEST
    last = REFINING[0]
    for step in REFINING:
        net = score - price[columns]
        below = np.maximum.reduceat(net, starts)[row] - net
        if step < last:  # what is far behind now stays so: prices move less and less
            ahead, last = np.flatnonzero(below <= 2 * last), step
            score, columns, row, below = score[ahead], columns[ahead], row[ahead], below[ahead]
            starts = runs(row)
        near = np.flatnonzero(below <= step // 2)
        share = (SHARE // np.bincount(row[near], minlength=len(starts)))[row[near]]
        wanted = np.bincount(columns[near], share, task.shape[1]).astype(np.int64)
        move = np.where(wanted > supply, step, np.where(wanted * 5 < supply * 4, -step, 0))
        price = np.maximum(price + move, lowest)
    return price


def everything(task: Task) -> tuple[Ints, Ints]:
    """All pairs that are allowed: for cohorts so small that no choice of them is worth its while."""
    many, wide = task.shape
    return _allowed(task, np.arange(many * wide))


def net_values(task: Task, charges: Charges, rows: Ints, columns: Ints, value: Ints) -> Ints:
    """What each pair is worth beyond its charges."""
    return value - charges.of_rows(task)[rows] - charges.of_columns(task)[columns]


def price_all(task: Task, charges: Charges, rows: Ints, columns: Ints, value: Ints) -> Priced:
    """Every allowed pair, asked whether it is worth more to its mentee than the best of the pairs that the flow knew."""
    many, wide = task.shape
    best = np.zeros(many, np.int64)
    if len(rows):
        begins = runs(rows)
        net = np.maximum.reduceat(net_values(task, charges, rows, columns, value), begins)
        best[rows[begins]] = np.maximum(net, 0)
    limit = charges.of_rows(task) + best - task.weights.head
    charge = charges.of_columns(task)
    found_rows, found_columns = [], []
    for start, block in task.blocks():
        above = _above(task, block, limit[start : start + len(block)], charge)
        if not len(above):
            continue
        row, column = np.divmod(above, max(wide, 1))
        row += start
        inside = task.open_rows[row] & task.open_columns[column]
        row, column = row[inside], column[inside]
        gain = task.values(row, column) - task.weights.head - limit[row] - charge[column]
        worth = gain > 0
        row, column, gain = row[worth], column[worth], gain[worth]
        few = _few(row, -gain, (column - row * 7919) % wide, AMONG)
        found_rows.append(row[few])
        found_columns.append(column[few])
    if not found_rows:
        return Priced(np.zeros(0, np.int64), np.zeros(0, np.int64), best)
    return Priced(np.concatenate(found_rows), np.concatenate(found_columns), best)


def merged(wide: int, *pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Each pair once, in order."""
    keys = np.sort(np.concatenate([rows * wide + columns for rows, columns in pairs]))
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    return keys // max(wide, 1), keys % max(wide, 1)


def _above(task: Task, block: Grid, limit: Ints, charge: Ints) -> Ints:
    """Where the block may hold a pair worth more than ``limit`` of its row and ``charge`` of its column: all such, few others.

    Both are divided by the weight of a point, rounded down, so that small numbers can be compared with scores.
    """
    least = max(task.problem.minimum, 0)
    if not task.weights.score:
        return np.flatnonzero((block > least) & (limit[:, None] + charge[None, :] < task.weights.keep))
    # A pair proposed before is among those that the flow knew, so that its bonus need not be thought of.
    row, column = limit // task.weights.score + 1, charge // task.weights.score
    shift = int(np.partition(column, len(column) // 2)[len(column) // 2]) if len(column) else 0
    row, column = row + shift, column - shift
    highest = max(int(np.abs(row).max(initial=0)), int(np.abs(column).max(initial=0)))
    kind = np.int16 if highest < 1 << 14 else np.int32 if highest < 1 << 30 else np.int64
    bar = row.astype(kind)
    net: NDArray[Any] = block.view(np.int16) - column.astype(kind)
    # Nearly always no row has any, which its best alone says.
    rows = np.flatnonzero(net.max(axis=1, initial=-highest) > bar)
    found = np.flatnonzero((net[rows] > bar[rows, None]) & (block[rows] > least))
    wide = max(block.shape[1], 1)
    return rows[found // wide] * wide + found % wide


def _slack(task: Task, price: NDArray[np.int16], width: int) -> int:
    """How far below their best the pairs go that are ``width`` on average, by some rows from everywhere."""
    grid = task.problem.cohort.grid
    net = grid[:: max(len(grid) // ROWS, 1)].view(np.int16) - price
    gaps = (net.max(axis=1, initial=-HIGHEST)[:, None].astype(np.int32) - net).reshape(-1)
    place = min(width * len(net), len(gaps)) - 1
    return int(np.partition(gaps, place)[place])


def _few(row: Ints, first: Ints, then: Ints, most: int) -> Ints:
    """Of each row, which are sorted, the ``most`` that come first."""
    order = np.lexsort((then, first, row))
    begins = np.searchsorted(row, row[order])
    return np.sort(order[np.arange(len(order)) - begins < most])


def _allowed(task: Task, keys: Ints) -> tuple[Ints, Ints]:
    """Of pairs as row * columns + column, sorted, those that may be."""
    wide = max(task.shape[1], 1)
    keys = keys[task.problem.cohort.grid.reshape(-1)[keys] > max(task.problem.minimum, 0)]
    if task.problem.forbids:
        row, column = task.problem.cohort.row, task.problem.cohort.column
        forbidden = [row[mentee] * wide + column[mentor] for mentee, mentor in task.problem.forbids]
        keys = keys[~np.isin(keys, forbidden)]
    rows = keys // wide
    columns = keys - rows * wide
    if not (task.open_rows.all() and task.open_columns.all()):
        inside = task.open_rows[rows] & task.open_columns[columns]
        return rows[inside], columns[inside]
    return rows, columns
