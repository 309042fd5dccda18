"""How Stripe is asked: with which key, how long, and what its refusals mean here."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import stripe
from flask import current_app

from marketplace.billing.gateway.values import Declined, KeyLacks, KeyRefused, Till, Unreachable

SECONDS = 8
"""How long a page waits for Stripe before it says that the wish is kept."""


def ready() -> bool:
    """Whether this process has a key of the house."""
    return bool(current_app.config.get("STRIPE_SECRET_KEY"))


@lru_cache(maxsize=64)
def _made_client(key: str, base: str) -> stripe.StripeClient:
    addresses = cast(Any, {"api": base} if base else None)
    http = stripe.RequestsClient(timeout=SECONDS)
    return stripe.StripeClient(key, base_addresses=addresses, http_client=http, max_network_retries=0)


def api(till: Till) -> Any:
    secret = till.key or current_app.config.get("STRIPE_SECRET_KEY")
    if not secret:
        raise Unreachable("STRIPE_SECRET_KEY is not set")
    return _made_client(secret, current_app.config.get("STRIPE_API_BASE", "")).v1


def asked(call: Any, *arguments: Any, till: Till, key: str = "", **params: Any) -> Any:
    """One call; ``Unreachable`` for what may be over in a minute, ``Declined`` for what will not."""
    options: dict[str, Any] = {}
    if till.account and not till.key:
        options["stripe_account"] = till.account
    if key:
        options["idempotency_key"] = key
    try:
        return call(*arguments, params=params, options=options)
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise Declined(error.user_message or str(error)) from error
    # Stripe repeats a part of the key in its sentence, which would be kept.
    except stripe.AuthenticationError:
        raise KeyRefused("Stripe does not accept the key") from None
    except stripe.PermissionError:
        raise KeyLacks("the key may not do this") from None
    except stripe.StripeError as error:
        raise Unreachable(str(error)) from error


def taxes(till: Till) -> bool:
    """Whether Stripe says what VAT an invoice carries."""
    return till.taxes if till.key else bool(current_app.config.get("STRIPE_AUTOMATIC_TAX"))


def moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def reference(found: Any) -> str:
    """The id of what is either an id or the object itself."""
    return found if isinstance(found, str) else str(found.id) if found else ""
