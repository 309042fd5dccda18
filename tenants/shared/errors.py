"""What a command may refuse. Views never catch these: the error pages do, one way for all."""

from __future__ import annotations


class Refused(Exception):
    """The rules or the present state say no (409). ``sentence`` is for the reader, ``way_back`` a URL to go on from."""

    status = 409

    def __init__(self, sentence: str, *, way_back: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way_back = way_back


class Forbidden(Refused):
    """The reader sees the thing but may not do this with it (403)."""

    status = 403
