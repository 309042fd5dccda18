"""The hand-written content of the demo, read from the YAML files beside this module.

A text is one line of a YAML block. ``{masculine|feminine}`` in it follows the gender of whoever speaks; a condition may
stand before `` :: `` (the files say what it asks for). Typography (quotes, apostrophes, French spacing) is set here, so
that the files stay easy to write.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LOCALES = ("en", "fr")
GENDERS = ("m", "f")

_GENDERED = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_QUOTED = re.compile(r'"([^"]*)"')
_BEFORE_SIGN = re.compile(r" ([;:?!»])")


@dataclass(frozen=True, slots=True)
class Text:
    """One fragment as a man and as a woman would write it, and what it needs (empty: suits all)."""

    m: str
    f: str
    needs: tuple[str, ...] = ()

    def by(self, gender: str) -> str:
        return self.f if gender == "f" else self.m


def gendered(text: str, gender: str) -> str:
    """``text`` with each ``{masculine|feminine}`` settled for the gender given."""
    return _GENDERED.sub(lambda match: match[2] if gender == "f" else match[1], text)


def typeset(text: str, locale: str) -> str:
    """``text`` with the apostrophes, quotes and spaces that a printer of ``locale`` would use."""
    text = text.replace("'", "’")
    if locale == "fr":
        text = text.replace("« ", "«\N{NARROW NO-BREAK SPACE}")
        return _BEFORE_SIGN.sub("\N{NARROW NO-BREAK SPACE}\\1", text)
    return _QUOTED.sub("“\\1”", text)


def text_of(line: str, locale: str) -> Text:
    """One line of a content file; the part before `` :: `` becomes ``needs``."""
    condition, separator, words = line.strip().partition(" :: ")
    if not separator:
        condition, words = "", line.strip()
    words = typeset(words, locale)
    needs = tuple(typeset(need, locale) for need in condition.split("|")) if condition else ()
    return Text(gendered(words, "m"), gendered(words, "f"), needs)


@cache
def texts(kind: str, slot: str, locale: str) -> Mapping[str, tuple[Text, ...]]:
    """The fragments of a slot ("stories", "openings", "fr") by tag; one without tags has the single tag ``any``."""
    part = _read(f"{kind}.{locale}.yaml")[slot]
    blocks = {"any": part} if isinstance(part, str) else part
    return {tag: tuple(text_of(line, locale) for line in block.splitlines()) for tag, block in blocks.items()}


@cache
def table(name: str) -> Any:
    """A content file that is data and not prose: firms, names, titles, people."""
    return _read(f"{name}.yaml")


def _read(name: str) -> Any:
    with files(__name__).joinpath(name).open("rb") as content:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - the C form of the safe loader
