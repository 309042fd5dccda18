"""What the SDK's own classes say of a reply: required fields, their types, and no field that they do not know."""

import ast
import inspect
import typing
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any

import stripe
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject

NOT_FIELDS = {"OBJECT_NAME"}


def problems(value: Any, kind: str = "") -> list[str]:
    """What is wrong with a reply's JSON, each with its path; nothing where it agrees with the SDK's class for its `object`."""
    named = kind or value.get("object", "")
    if named == "list":
        return [each for one in value["data"] for each in problems(one)] + _list(value, named)
    return _object(value, get_object_class("V1", named), named)


@cache
def fields(kind: type[StripeObject]) -> dict[str, Any]:
    """The fields of one of the SDK's classes with their types, as the SDK's source states them."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, StripeObject) and base.__module__ not in ("stripe._stripe_object", "stripe._api_resource"):
            module = import_module(base.__module__)
            hints = vars(base).get("__annotations__", {})
            names = {**vars(module), **_named_for_types(base.__module__)}
            for name, hint in hints.items():
                if name not in NOT_FIELDS and not name.startswith("_"):
                    found[name] = _meant(hint, names)
    return found


@cache
def _named_for_types(module: str) -> dict[str, Any]:
    """What the module imports for its type checker only."""
    names: dict[str, Any] = {}
    for node in ast.walk(ast.parse(inspect.getsource(import_module(module)))):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom) and line.module and ".params" not in line.module:
                    there = import_module(line.module)
                    names.update({alias.asname or alias.name: getattr(there, alias.name) for alias in line.names})
    return names


def _meant(hint: Any, names: dict[str, Any]) -> Any:
    if isinstance(hint, typing.ForwardRef):
        return _meant(
            names[hint.__forward_arg__] if hint.__forward_arg__ in names else eval(hint.__forward_arg__, names), names
        )
    if isinstance(hint, str):
        return _meant(eval(hint, names), names)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal or not inner:
        return hint
    meant = tuple(_meant(one, names) for one in inner)
    if origin is typing.Union:
        return typing.Union[meant]  # noqa: UP007 - made of what was found
    return origin[meant if len(meant) > 1 else meant[0]]


def _object(value: dict[str, Any], kind: type[StripeObject], path: str) -> list[str]:
    if value.get("deleted") is True:
        return [] if value.keys() == {"id", "object", "deleted"} else [f"{path}: more than a deletion says"]
    known = fields(kind)
    found = [f"{path}.{name}: the SDK's {kind.__name__} has no such field" for name in value if name not in known]
    for name, hint in known.items():
        may_be_none = type(None) in typing.get_args(hint)
        if name not in value:
            if not may_be_none:
                found.append(f"{path}.{name}: is missing")
        elif not (may_be_none and value[name] is None):
            found += _value(value[name], hint, f"{path}.{name}")
    return found


def _list(value: dict[str, Any], path: str) -> list[str]:
    wrong = [name for name, kind in (("has_more", bool), ("url", str)) if not isinstance(value.get(name), kind)]
    return [f"{path}.{name}: is not what a list has" for name in wrong]


def _value(value: Any, hint: Any, path: str) -> list[str]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return []
    if origin is typing.Union:
        return _one_of(value, inner, path)
    if origin is typing.Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: is no list"]
        return [each for number, one in enumerate(value) for each in _value(one, inner[0], f"{path}[{number}]")]
    kind = origin or hint
    if inspect.isclass(kind) and issubclass(kind, StripeObject):
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no {kind.__name__}"]
        if kind is UntypedStripeObject:
            return []
        if kind is stripe.ListObject:
            return _list(value, path) + [
                each for number, one in enumerate(value["data"]) for each in _value(one, inner[0], f"{path}[{number}]")
            ]
        return _object(value, kind, path)
    wanted: Any = {Decimal: str, float: (int, float)}.get(kind, kind)
    right = isinstance(value, wanted) and not (isinstance(value, bool) and kind is not bool)
    return [] if right else [f"{path}: {value!r} is no {kind.__name__}"]


def _one_of(value: Any, choices: tuple[Any, ...], path: str) -> list[str]:
    literal = [one for one in choices if typing.get_origin(one) is typing.Literal]
    if literal and isinstance(value, str):
        # The SDK lets any string pass beside the words it knows, for the days after it; the stand-in has no such days.
        choices = tuple(literal)
    if isinstance(value, dict):
        choices = tuple(one for one in choices if one is not str) or choices
    each = [_value(value, one, path) for one in choices if one is not type(None)]
    return [] if any(not one for one in each) else min(each, key=len)
