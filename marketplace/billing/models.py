"""Subscriptions to board tracks, what is still to be done at Stripe for them, their invoices, and the events that came in."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.shared.database import Base, new_id


class SubscriptionStatus(enum.StrEnum):
    """``asked``: nothing is paid or invoiced yet. ``past_due``: an invoice is overdue or a payment failed."""

    asked = "asked"
    active = "active"
    past_due = "past_due"
    ended = "ended"


class Collection(enum.StrEnum):
    card = "card"
    invoice = "invoice"


class Subscription(Base):
    """A firm's right to ``seats`` on a track, as Stripe knows it; each has a Stripe customer of its own.

    ``seats_used`` is moved by ``claim_seat`` and ``release_seat`` alone. ``seats_wanted``: another number that was asked for
    and is not in force yet; until then the greater of the two is kept free on the track, and the smaller may be used.
    ``grace_until``: until when a past-due subscription may still nominate. ``stripe_account``: the network's own account, empty
    for the house's. ``track_name_…``: as the track was called when the firm subscribed.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        sa.ForeignKeyConstraint(["track_org_id", "track_id"], ["board_track.org_id", "board_track.id"]),
        sa.Index(
            "uq_subscription_one_open",
            "org_id",
            "track_org_id",
            "track_id",
            unique=True,
            postgresql_where=sa.text("status <> 'ended'"),
        ),
        sa.Index(
            "uq_subscription_customer",
            "stripe_account",
            "stripe_customer",
            unique=True,
            postgresql_where=sa.text("stripe_customer <> ''"),
        ),
        sa.Index("ix_subscription_track_id", "track_org_id", "track_id"),
        sa.CheckConstraint("seats BETWEEN 1 AND 1000", name="seats_from_one"),
        sa.CheckConstraint("seats_wanted BETWEEN 1 AND 1000", name="wanted_from_one"),
        sa.CheckConstraint("seats_used >= 0", name="used_not_negative"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    track_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    track_id: Mapped[int] = mapped_column(sa.BigInteger)
    track_name_en: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    track_name_fr: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    seats: Mapped[int]
    seats_wanted: Mapped[int | None]
    seats_used: Mapped[int] = mapped_column(default=0, server_default="0")
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    status: Mapped[SubscriptionStatus] = mapped_column(default=SubscriptionStatus.asked)
    collection: Mapped[Collection]
    period_end: Mapped[datetime | None]
    cancel_at_period_end: Mapped[bool] = mapped_column(default=False)
    grace_until: Mapped[datetime | None]
    legal_entity: Mapped[str] = mapped_column(sa.String(160))
    vat_number: Mapped[str] = mapped_column(sa.String(20), default="")
    vat_state: Mapped[str] = mapped_column(sa.String(20), default="")
    address_line: Mapped[str] = mapped_column(sa.String(200))
    postal_code: Mapped[str] = mapped_column(sa.String(20))
    city: Mapped[str] = mapped_column(sa.String(100))
    country: Mapped[str] = mapped_column(sa.String(2))
    billing_email: Mapped[str] = mapped_column(sa.String(254))
    purchase_order: Mapped[str] = mapped_column(sa.String(30), default="")
    stripe_account: Mapped[str] = mapped_column(sa.String(80), default="")
    stripe_customer: Mapped[str] = mapped_column(sa.String(80), default="")
    stripe_subscription: Mapped[str] = mapped_column(sa.String(80), default="")
    stripe_item: Mapped[str] = mapped_column(sa.String(80), default="")
    stripe_checkout: Mapped[str] = mapped_column(sa.String(120), default="")
    checkout_url: Mapped[str] = mapped_column(default="")
    checkout_until: Mapped[datetime | None]
    started_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    followed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def may_nominate(self, now: datetime) -> bool:
        """It is paid, invoiced, or within its days of grace."""
        if self.status is SubscriptionStatus.past_due:
            return self.grace_until is not None and self.grace_until > now
        return self.status is SubscriptionStatus.active

    @property
    def seats_usable(self) -> int:
        return min(self.seats, self.seats_wanted or self.seats)

    def track_name(self, locale: str) -> str:
        first, second = ("fr", "en") if locale.startswith("fr") else ("en", "fr")
        found: str = getattr(self, f"track_name_{first}") or getattr(self, f"track_name_{second}")
        return found


class WishKind(enum.StrEnum):
    subscribe = "subscribe"
    seats = "seats"
    cancel = "cancel"
    reactivate = "reactivate"
    details = "details"


class WishState(enum.StrEnum):
    """``refused``: Stripe said no for good; ``trouble`` says why."""

    open = "open"
    done = "done"
    refused = "refused"


class BillingWish(Base):
    """Something that was asked for and is done at Stripe: kept before Stripe is asked, so that nothing is lost when it is away.

    Its id makes the idempotency key, so that it can be tried any number of times. One at a time is open a subscription.
    ``details``: what is to stand on the invoices from now on, by the names of the subscription's columns.
    """

    __tablename__ = "billing_wish"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "subscription_id"], ["subscription.org_id", "subscription.id"]),
        sa.Index(
            "uq_billing_wish_open", "org_id", "subscription_id", unique=True, postgresql_where=sa.text("state = 'open'")
        ),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=new_id)
    subscription_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[WishKind]
    state: Mapped[WishState] = mapped_column(default=WishState.open)
    seats: Mapped[int | None]
    priced_at: Mapped[datetime | None]
    details: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    asked_by_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    trouble: Mapped[str] = mapped_column(default="", server_default="")


class BillingInvoice(Base):
    """An invoice as Stripe last told of it; amounts in the smallest unit of ``currency``. ``page_url``: where it is paid.

    ``debit_since``: when we learnt that a bank is being asked for it; empty again when it has answered.
    """

    __tablename__ = "billing_invoice"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "subscription_id"], ["subscription.org_id", "subscription.id"]),
        sa.Index("ix_billing_invoice_subscription_id", "org_id", "subscription_id"),
    )

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    status: Mapped[str] = mapped_column(sa.String(20))
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_cents: Mapped[int] = mapped_column(sa.BigInteger)
    tax_cents: Mapped[int] = mapped_column(sa.BigInteger)
    due_cents: Mapped[int] = mapped_column(sa.BigInteger)
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    debit_since: Mapped[datetime | None]
    page_url: Mapped[str] = mapped_column(default="")
    pdf_url: Mapped[str] = mapped_column(default="")


class BillingAccount(Base):
    """The Stripe account of a network that is paid directly. The house's key acts for it (Connect), unless ``own_key``."""

    __tablename__ = "billing_account"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    stripe_account: Mapped[str] = mapped_column(sa.String(80))
    own_key: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    set_at: Mapped[datetime]


class BillingKey(Base):
    """A network's own key of its Stripe account, sealed (``sealing.py``), and the secret that its events are signed with.

    No page reads what is sealed; of the key the last four letters are shown. ``taxes``: Stripe Tax is set up in the account.
    ``heard_at``: when an event of the account last came; ``refused_at``: since when Stripe does not accept the key.
    """

    __tablename__ = "billing_key"

    org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    stripe_account: Mapped[str] = mapped_column(sa.String(80))
    sealed_key: Mapped[bytes] = mapped_column(deferred=True)
    sealed_hook: Mapped[bytes] = mapped_column(deferred=True)
    last_four: Mapped[str] = mapped_column(sa.String(4))
    taxes: Mapped[bool]
    set_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]


class StripeEvent(Base):
    """An event that Stripe delivered, once, by its id. What it says is not believed: it only has the object read again.

    ``firm_id``: the organisation whose customer it is about; empty for nobody's, which changes nothing.
    """

    __tablename__ = "stripe_event"
    __table_args__ = (
        sa.Index(
            "ix_stripe_event_waiting",
            "firm_id",
            "subscription_id",
            postgresql_where=sa.text("handled_at IS NULL AND firm_id IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(80))
    object_id: Mapped[str] = mapped_column(sa.String(120))
    customer: Mapped[str] = mapped_column(sa.String(80))
    firm_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    subscription_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    trouble: Mapped[str] = mapped_column(default="", server_default="")
