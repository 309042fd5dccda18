"""A reader of QR codes after ISO/IEC 18004, written without the library that draws ours: versions 1 to 6, level M, bytes.

It reads a perfect picture, so it corrects no errors.
"""

from __future__ import annotations

import re

BLOCKS = {1: (1, 16), 2: (1, 28), 3: (1, 44), 4: (2, 32), 5: (2, 43), 6: (4, 27)}
"""Blocks, and data codewords in each, at level M (table 9)."""

MASKS = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
)


def modules(svg: str) -> list[list[bool]]:
    """The dark modules of a drawing whose path is made of unit squares, without its quiet zone."""
    path = re.search(r'<path[^>]*\sd="([^"]+)"', svg)[1]
    corners = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+)[ ,]([\d.]+)", path)]
    step = min(abs(a - b) for a in {x for x, _y in corners} for b in {x for x, _y in corners} if a != b)
    left, top = min(x for x, _y in corners), min(y for _x, y in corners)
    dark = {(round((y - top) / step), round((x - left) / step)) for x, y in corners}
    size = max(max(one) for one in dark) + 1
    return [[(row, column) in dark for column in range(size)] for row in range(size)]


def _is_function(row: int, column: int, size: int) -> bool:
    version = (size - 17) // 4
    corner = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    middle = size - 7
    aligned = version > 1 and abs(row - middle) <= 2 and abs(column - middle) <= 2
    return corner or aligned or row == 6 or column == 6


def read(svg: str) -> str:
    """The text of the code."""
    grid = modules(svg)
    size = len(grid)
    version = (size - 17) // 4
    assert size == 17 + 4 * version and version in BLOCKS, size
    format_bits = [grid[8][column] for column in (0, 1, 2, 3, 4)]
    level_and_mask = int("".join("01"[bit] for bit in format_bits), 2) ^ 0b10101
    assert level_and_mask >> 3 == 0b00, "not level M"
    masked = MASKS[level_and_mask & 7]
    columns = [*[column for column in range(size - 1, 0, -1) if column > 6][::2], 5, 3, 1]
    bits = [
        grid[row][column] ^ masked(row, column)
        for number, right in enumerate(columns)
        for row in (range(size) if number % 2 else range(size - 1, -1, -1))
        for column in (right, right - 1)
        if not _is_function(row, column, size)
    ]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    count, length = BLOCKS[version]
    data = [words[count * place + block] for block in range(count) for place in range(length)]
    return _text("".join(f"{word:08b}" for word in data))


ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def _text(stream: str) -> str:
    """The segments of a stream of bits, until its end is said or reached."""
    at = 0

    def take(length: int) -> int:
        nonlocal at
        at += length
        return int(stream[at - length : at], 2)

    found = ""
    while at + 4 <= len(stream) and (mode := take(4)):
        if mode == 0b0100:
            found += bytes(take(8) for _one in range(take(8))).decode()
        elif mode == 0b0001:
            left = take(10)
            while left:
                digits = min(left, 3)
                found += f"{take((0, 4, 7, 10)[digits]):0{digits}d}"
                left -= digits
        elif mode == 0b0010:
            left = take(9)
            while left > 1:
                high, low = divmod(take(11), 45)
                found, left = found + ALPHANUMERIC[high] + ALPHANUMERIC[low], left - 2
            found += ALPHANUMERIC[take(6)] if left else ""
        else:
            raise ValueError(f"mode {mode:04b}")
    return found
