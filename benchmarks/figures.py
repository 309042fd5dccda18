"""One measured figure: what it is called, how large the population was, its value, and the bar it is held to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``bar`` is ``>=`` or ``<=`` and a number; empty for a figure that is only watched, which is always ok."""

    name: str
    scale: int
    value: float
    bar: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        if not self.bar:
            return True
        bar = float(self.bar[2:])
        return self.value >= bar if self.bar.startswith(">=") else self.value <= bar

    def line(self) -> str:
        """The figure as one line of JSON: name, scale, value, bar, ok, detail."""
        words = asdict(self) | {"value": round(self.value, 4), "bar": self.bar or None, "ok": self.ok}
        order = ("name", "scale", "value", "bar", "ok", "detail")
        return json.dumps({name: words[name] for name in order}, ensure_ascii=False)


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person to read."""
    rows = [("Figure", "Scale", "Value", "Bar", "", "Detail")]
    for one in figures:
        detail = "  ".join(f"{name} {value}" for name, value in one.detail.items())
        kept = "" if not one.bar else "met" if one.ok else "MISSED"
        rows.append((one.name, f"{one.scale:,}", f"{one.value:.4g}", one.bar or "–", kept, detail))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths[:-1]) + "  " + "─" * len("Detail"))
    return "\n".join(lines)
