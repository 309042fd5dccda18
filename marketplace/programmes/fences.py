"""Our own texts for every form of mentoring in one file: blocks between fences are for some forms only.

A block between ``:::reverse board`` and ``:::`` is for those forms, one between ``:::not peer`` and ``:::`` for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from marketplace.programmes.modalities import Form


def kept_for(form: Form, source: str) -> str:
    """``source`` as ``form`` reads it. Raises ``ValueError`` when a fence names a form that there is not."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_kept(form, source))).strip()


def _kept(form: Form, source: str) -> Iterator[str]:
    keep = True
    for line in source.splitlines():
        if (fence := re.fullmatch(r":::(not )?([a-z_ ]*)", line)) is None:
            if keep:
                yield line
            continue
        named = frozenset(fence[2].split())
        if unknown := named - set(Form):
            raise ValueError(f"no form of mentoring: {', '.join(sorted(unknown))}")
        keep = not named or (form in named) is not bool(fence[1])
