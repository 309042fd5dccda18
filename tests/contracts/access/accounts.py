"""Pages outside the workspaces: sign-in, the account, invitations, preferences, the home page."""

from __future__ import annotations

from tests.contracts.table import Row

EVERYBODY = ("mia", "ann", "abe", "max", "gil", "gus", "ned", "hal", "ida", "olga", "pam", "kate")


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
    Row("GET", "ways_in.code", None, all_of(303), anonymous=200),
    Row("POST", "ways_in.ask_for_code", None, all_of(303), anonymous=422),
    Row("GET", "ways_in.enter_code", None, all_of(303), anonymous=303),
    Row("POST", "ways_in.answer_code", None, all_of(303), anonymous=303),
    Row("GET", "ways_in.passkey", None, all_of(303), anonymous=200),
    Row("POST", "ways_in.answer_passkey", None, all_of(303), anonymous=422),
    Row("GET", "second_step.show", None, all_of(303), anonymous=303),
    Row("POST", "second_step.answer", None, all_of(303), anonymous=303),
    Row("POST", "second_step.answer_passkey", None, all_of(303), anonymous=303),
    Row("GET", "account.index", None, all_of(200)),
    Row("POST", "account.save_profile", None, all_of(422)),
    # What touches the keys of the account asks first who it is (303); another person's session or passkey is a 404.
    Row("GET", "account.new_address", None, all_of(303)),
    Row("POST", "account.ask_for_address", None, all_of(303)),
    Row("POST", "account.withdraw_address", None, all_of(303)),
    Row("GET", "account.show_confirmation", None, all_of(404), anonymous=404, url=no_invitation),
    Row("POST", "account.confirm_address", None, all_of(404), anonymous=404, url=no_invitation),
    Row("GET", "account.show_reversal", None, all_of(404), anonymous=404, url=no_invitation),
    Row("POST", "account.undo_address", None, all_of(404), anonymous=404, url=no_invitation),
    Row("POST", "account.end_session", None, all_of(404), url=lambda _scene: {"session_id": 1}),
    Row("POST", "account.sign_out_everywhere", None, all_of(303)),
    Row("POST", "confirmations.send_code", None, all_of(303)),
    Row("GET", "confirmations.enter_code", None, all_of(200)),
    Row("POST", "confirmations.answer_code", None, all_of(422)),
    Row("POST", "confirmations.answer_passkey", None, all_of(303)),
    Row("GET", "second_factor.required", None, all_of(404)),
    Row("GET", "second_factor.new", None, all_of(303)),
    Row("POST", "second_factor.set_up", None, all_of(303)),
    Row("GET", "second_factor.ask_removal", None, all_of(303)),
    Row("POST", "second_factor.turn_off", None, all_of(303)),
    Row("POST", "second_factor.renew_codes", None, all_of(303)),
    Row("POST", "second_factor.download_codes", None, all_of(303)),
    Row("GET", "passkeys.new", None, all_of(303)),
    Row("POST", "passkeys.add", None, all_of(303)),
    Row("GET", "passkeys.edit", None, all_of(303), url=lambda _scene: {"passkey_id": 1}),
    Row("POST", "passkeys.rename", None, all_of(303), url=lambda _scene: {"passkey_id": 1}),
    Row("POST", "passkeys.remove", None, all_of(303), url=lambda _scene: {"passkey_id": 1}),
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
