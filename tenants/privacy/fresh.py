"""A sign-in that is fresh enough for what cannot be taken back or tells everything."""

from __future__ import annotations

from functools import wraps

from flask.typing import ResponseReturnValue

from tenants.accounts import freshness
from tenants.accounts.freshness import View


def fresh_sign_in_required(view: View) -> View:
    """As the account's own pages ask for it; these views have the person from the context they open, not the account."""

    @wraps(view)
    def without_account(*arguments: object, account: object, **values: object) -> ResponseReturnValue:
        del account
        return view(*arguments, **values)

    return freshness.fresh_sign_in_required(without_account)
