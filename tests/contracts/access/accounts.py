"""Pages outside the workspaces: sign-in, the account, invitations, preferences, the home page."""

from __future__ import annotations

from tests.contracts.table import Row

EVERYBODY = ("mia", "ann", "abe", "max", "gil", "gus", "ned", "hal", "ida", "olga", "pam")


def all_of(status: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, status) | others


def no_invitation(_scene):
    return {"token": "nothing-of-the-kind"}


ROWS: list[Row] = [
    Row("GET", "home.index", None, all_of(303), anonymous=200),
    Row("GET", "workspaces.index", None, all_of(303, pam=200)),
    # The names that links are built from, and the views behind them.
    Row("GET", "accounts.sign_in", None, all_of(302), anonymous=200),
    Row("POST", "accounts.sign_out", None, all_of(302), anonymous=302),
    Row("GET", "accounts.forgotten_password", None, all_of(200), anonymous=200),
    # Nobody of the cast has a password to confirm the change with: they are asked who they are first.
    Row("GET", "accounts.password", None, all_of(302), anonymous=302),
    Row("GET", "accounts.confirmation", None, all_of(200), anonymous=302),
    Row("GET", "security.login", None, all_of(302), anonymous=200),
    Row("POST", "security.login", None, all_of(302), anonymous=422),
    Row("POST", "security.logout", None, all_of(302), anonymous=302),
    Row("GET", "security.forgot_password", None, all_of(200), anonymous=200),
    Row("POST", "security.forgot_password", None, all_of(422), anonymous=422),
    Row("GET", "security.reset_password", None, all_of(302), anonymous=302, url=no_invitation),
    Row("POST", "security.reset_password", None, all_of(302), anonymous=302, url=no_invitation),
    Row("GET", "security.change_password", None, all_of(302), anonymous=302),
    Row("POST", "security.change_password", None, all_of(302), anonymous=302),
    Row("GET", "security.verify", None, all_of(200), anonymous=302),
    Row("POST", "security.verify", None, all_of(422), anonymous=302),
    Row("GET", "invitations.show", None, all_of(404), anonymous=404, url=no_invitation),
    Row("POST", "invitations.accept", None, all_of(404), anonymous=404, url=no_invitation),
    Row("POST", "preferences.language", None, all_of(422), anonymous=422),
    Row("POST", "preferences.scheme", None, all_of(303), anonymous=303),
]
