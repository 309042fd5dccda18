"""What goes to Stripe and what comes from it, as plain values of ours; and what may go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


class Unreachable(Exception):
    """Stripe did not answer, or is not set up: to be tried again. Nothing is known to have happened."""


class KeyRefused(Unreachable):
    """The key is not Stripe's any more, or may not do this: to be tried again once somebody has replaced it."""


class KeyLacks(KeyRefused):
    """Stripe knows the key, which may not do this."""


class WrongKey(Exception):
    """Somebody brings a key that will not do: the message names the permissions it lacks; empty, Stripe does not know it."""


class Declined(Exception):
    """Stripe said no for good; the message is its sentence, for the log and for whoever looks after the house."""


class Forged(Exception):
    """A webhook whose signature does not hold, or is too old."""


@dataclass(frozen=True, slots=True)
class Till:
    """On whose account it happens: the house's; a network's connected to it (``account``); a network's by its own ``key``.

    ``taxes``: Stripe Tax is set up in an account that has a key of its own.
    """

    account: str = ""
    key: str = field(default="", repr=False)
    taxes: bool = False


HOUSE = Till()


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an invoice names."""

    legal_entity: str
    email: str
    line: str
    postal_code: str
    city: str
    country: str
    purchase_order: str
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class Article:
    """What is sold: a seat on one track for a year. ``cents`` a seat, before tax."""

    key: str
    name: str
    cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A subscription as Stripe has it now; ``status`` is Stripe's word."""

    id: str
    customer: str
    status: str
    item: str
    quantity: int
    period_end: datetime | None
    cancel_at_period_end: bool
    by_invoice: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RemoteInvoice:
    """``debit``: a bank is being asked for the amount, which takes some days."""

    id: str
    number: str
    status: str
    currency: str
    total: int
    tax: int
    due: int
    issued_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    page_url: str
    pdf_url: str
    debit: bool = False


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page; ``status``: open, complete or expired. ``subscription`` is empty until it is paid."""

    id: str
    url: str
    until: datetime
    status: str
    customer: str
    subscription: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of seats costs: ``now`` at once (below zero: a credit), ``at`` the moment that was reckoned with."""

    now: int
    tax: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """An event: what it is about, and nothing of what it says."""

    id: str
    kind: str
    account: str
    object_id: str
    customer: str
    created_at: datetime
