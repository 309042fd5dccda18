"""The form of an access contract: who gets what from one endpoint. Each feature lists its own in ``access/<feature>.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def nothing(scene: Any) -> dict[str, Any]:
    """The endpoint points at nothing."""
    del scene
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint and method.

    ``url`` makes the URL's arguments from the scene (the cast after ``set_scene``). ``expected`` gives the status for named
    actors of the cast acting in the workspace ``slug``; everybody else in the cast gets ``others`` (a stranger's 404), and a
    visitor who is not signed in gets ``anonymous``. ``own_list``: the id is looked for in the reader's own list only, and taking
    off what is not on it is no error, whoever it is. A POST is sent with ``form`` (empty by default: the allowed get 422 or 303).
    """

    method: str
    endpoint: str
    slug: str | None
    expected: Mapping[str, int] = field(default_factory=dict)
    others: int = 404
    anonymous: int = 303
    url: Callable[[Any], dict[str, Any]] = nothing
    form: Mapping[str, Any] = field(default_factory=dict)
    own_list: bool = False
