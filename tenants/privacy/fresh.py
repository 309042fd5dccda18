"""A sign-in that is fresh enough for what cannot be taken back or tells everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import current_app
from flask_security import auth_required

View = TypeVar("View", bound=Callable[..., Any])


def _within() -> timedelta:
    return cast(timedelta, current_app.config["SECURITY_FRESHNESS"])


def _grace() -> timedelta:
    return cast(timedelta, current_app.config["SECURITY_FRESHNESS_GRACE_PERIOD"])


def fresh_sign_in_required(view: View) -> View:
    """Ask who it is again before ``view``, unless they have just said so."""
    return cast(View, auth_required("session", within=_within, grace=_grace)(view))
