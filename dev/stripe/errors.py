"""Errors as Stripe words them: a kind, a code, a sentence, and the parameter."""

from typing import Any


class ApiError(Exception):
    """Ends a request with Stripe's error body; `status` is the HTTP status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        said = {"code": code, "message": message, "param": param, "type": kind, **more}
        if code and kind != "api_error":
            said["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        self.body = {"error": {name: value for name, value in said.items() if value}}


def missing(kind: str, identifier: str, param: str = "id") -> ApiError:
    """Nothing of this kind has this identifier in this account."""
    named = kind.rpartition(".")[2].replace("_", " ")
    status = 404 if param == "id" else 400
    return ApiError(f"No such {named}: '{identifier}'", status=status, code="resource_missing", param=param)


def card_declined(code: str = "generic_decline", **more: Any) -> ApiError:
    """The card was refused by its bank."""
    said = {"insufficient_funds": "Your card has insufficient funds."}.get(code, "Your card was declined.")
    return ApiError(said, status=402, kind="card_error", code="card_declined", decline_code=code, **more)
