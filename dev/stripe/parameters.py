"""Form-encoded parameters: nested, and checked against the SDK's own types of requests.

Names, required ones, integers, booleans and words of a list are refused as Stripe refuses them, so that a call that passes here is
one that the SDK's types allow.
"""

import re
import types
import typing
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from typing import Any

from typing_extensions import is_typeddict

from dev.stripe.errors import ApiError

PART = re.compile(r"\[([^\[\]]*)\]")
COMMON = frozenset({"expand"})


def decode(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=d` as nested dictionaries; lists keep their numbers as keys until their type is known."""
    whole: dict[str, Any] = {}
    for name, value in pairs:
        first = name.partition("[")[0]
        at = whole
        path = [first, *PART.findall(name[len(first) :])]
        for number, part in enumerate(path):
            step = part or str(len(at))
            if number == len(path) - 1:
                at[step] = value
            else:
                at = at.setdefault(step, {})
                if not isinstance(at, dict):
                    raise ApiError(f"Invalid {first}: both a value and a hash", param=first)
    return whole


@cache
def shape(name: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields of a type of the SDK's requests, such as `checkout.SessionCreateParams`, and which of them are required."""
    folder, _, kind = name.rpartition(".")
    return _fields(getattr(import_module(f"stripe.params.{folder}".rstrip(".")), kind))


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    options = import_module("stripe").RequestOptions.__annotations__
    module = dict(vars(import_module(kind.__module__)))
    module.setdefault("StripeContext", str)
    module.setdefault("Mapping", dict)
    hints = typing.get_type_hints(kind, globalns=module)
    if any(base.__name__ == "RequestOptions" for base in getattr(kind, "__orig_bases__", ())):
        hints = {field: hint for field, hint in hints.items() if field not in options}
    return hints, frozenset(kind.__required_keys__) & frozenset(hints)


def check(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters with their types, as the SDK's type `name` has them; ApiError for what Stripe would not take."""
    return _record(shape(name), given, "")


def _record(kind: tuple[dict[str, Any], frozenset[str]], given: dict[str, Any], path: str) -> dict[str, Any]:
    hints, required = kind
    for field in given:
        if field not in hints:
            where = _inside(path, field)
            raise ApiError(f"Received unknown parameter: {where}", code="parameter_unknown", param=where)
    for field in sorted(required - given.keys()):
        where = _inside(path, field)
        raise ApiError(f"Missing required param: {where}.", code="parameter_missing", param=where)
    return {field: _value(hints[field], value, _inside(path, field)) for field, value in given.items()}


def _inside(path: str, field: str) -> str:
    return f"{path}[{field}]" if path else field


def _value(hint: Any, given: Any, path: str) -> Any:
    choices = _choices(hint)
    words = [
        word for choice in choices if typing.get_origin(choice) is typing.Literal for word in typing.get_args(choice)
    ]
    if isinstance(given, dict):
        return _nested(choices, given, path)
    if given in words:
        return given
    if given == "":
        raise ApiError(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter;"
            f" however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=path,
        )
    for choice, reader in ((int, _integer), (bool, _boolean), (float, _decimal), (Decimal, _decimal)):
        if choice in choices and not (str in choices or any(words)):
            return reader(given, path)
        if choice is int and int in choices and re.fullmatch(r"-?\d+", given):
            return int(given)
    if str in choices and not any(words):
        return given
    if any(words):
        allowed = ", ".join(word for word in words if word)
        raise ApiError(f"Invalid {path}: must be one of {allowed}", param=path)
    wanted = "array" if any(typing.get_origin(choice) is list for choice in choices) else "hash"
    raise ApiError(f"Invalid {wanted}", param=path)


def _choices(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [inner for choice in typing.get_args(hint) for inner in _choices(choice)]
    return [hint]


def _nested(choices: list[Any], given: dict[str, Any], path: str) -> Any:
    for choice in choices:
        if is_typeddict(choice):
            return _record(_fields(choice), given, path)
        if typing.get_origin(choice) is list and all(key.isdigit() for key in given):
            (inner,) = typing.get_args(choice)
            ordered = sorted(given.items(), key=lambda pair: int(pair[0]))
            return [_value(inner, value, f"{path}[{number}]") for number, value in ordered]
        if typing.get_origin(choice) is dict:
            inner = typing.get_args(choice)[1]
            # An empty value takes a key out of the metadata.
            return {key: "" if value == "" else _value(inner, value, f"{path}[{key}]") for key, value in given.items()}
    raise ApiError(f"Invalid string: {path} is not a hash", param=path)


def _integer(given: str, path: str) -> int:
    if not re.fullmatch(r"-?\d+", given):
        raise ApiError(f"Invalid integer: {given}", code="parameter_invalid_integer", param=path)
    return int(given)


def _boolean(given: str, path: str) -> bool:
    if given not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {given}", param=path)
    return given == "true"


def _decimal(given: str, path: str) -> str | float:
    try:
        return float(Decimal(given))
    except InvalidOperation:
        raise ApiError(f"Invalid decimal: {given}", param=path) from None
