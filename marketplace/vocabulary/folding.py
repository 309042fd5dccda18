"""Text as a search compares it: no accents, no case, no ligatures."""

import re
import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ð": "d", "þ": "th"})
_MARKS = re.compile(f"[{''.join(c for c in map(chr, range(0x300, 0x10000)) if unicodedata.combining(c))}]+")
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")


def fold(text: str) -> str:
    """`text` in lower case without accents or ligatures: "Œuvre à l'Été" becomes "oeuvre a l'ete"."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)))


def words(text: str) -> list[str]:
    """The folded words of `text`; apostrophes and hyphens part words, "R&D" stays one."""
    return _WORD.findall(fold(text))
