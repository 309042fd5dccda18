"""Names, in our words, for the pages that Flask-Security serves (``security.py``)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)

NAMES = {
    "sign_in": "/sign-in",
    "sign_out": "/sign-out",
    "forgotten_password": "/forgotten-password",
    "password": "/account/password",
    "confirmation": "/account/confirmation",
}

for name, path in NAMES.items():
    methods = ["POST"] if name == "sign_out" else ["GET"]
    # These rules only build addresses; Flask-Security's own, of the same paths, answer requests.
    bp.add_url_rule(path, name, methods=methods, build_only=True)
