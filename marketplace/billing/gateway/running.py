"""A subscription that runs: as it stands now, changed, ended; its invoices, and the page for its means of payment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marketplace.billing.gateway.calls import api, asked, moment
from marketplace.billing.gateway.calls import reference as reference_to
from marketplace.billing.gateway.values import Preview, Remote, RemoteInvoice, Till


def subscription(till: Till, reference: str) -> Remote:
    return remote_of(asked(api(till).subscriptions.retrieve, reference, till=till))


def latest_of_customer(till: Till, customer: str) -> Remote | None:
    """The subscription that this customer has, whatever became of it; None when there is none."""
    found = asked(api(till).subscriptions.list, till=till, customer=customer, status="all", limit=1)
    return remote_of(found.data[0]) if found.data else None


def set_quantity(till: Till, reference: str, item: str, quantity: int, at: datetime | None, key: str) -> Remote:
    """Invoiced at once for the rest of the year, reckoned with the moment ``at`` of the preview."""
    params: dict[str, Any] = {
        "items": [{"id": item, "quantity": quantity}],
        "proration_behavior": "always_invoice",
    }
    if at is not None:
        params["proration_date"] = int(at.timestamp())
    return remote_of(asked(api(till).subscriptions.update, reference, till=till, key=key, **params))


def set_cancelling(till: Till, reference: str, cancel: bool, key: str) -> Remote:
    done = asked(api(till).subscriptions.update, reference, till=till, key=key, cancel_at_period_end=cancel)
    return remote_of(done)


def preview(till: Till, customer: str, reference: str, item: str, quantity: int, at: datetime) -> Preview:
    """What ``set_quantity`` with the same moment would invoice."""
    invoice = asked(
        api(till).invoices.create_preview,
        till=till,
        customer=customer,
        subscription=reference,
        subscription_details={
            "items": [{"id": item, "quantity": quantity}],
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
        },
    )
    return Preview(invoice.total, _tax(invoice), invoice.currency, at)


def portal(till: Till, customer: str, return_url: str) -> str:
    """The address of a page where the firm changes its means of payment; good for a few minutes."""
    made = asked(api(till).billing_portal.sessions.create, till=till, customer=customer, return_url=return_url)
    return str(made.url)


def invoices(till: Till, reference: str) -> list[RemoteInvoice]:
    """The hundred newest of a subscription, without drafts: those may still change."""
    found = asked(api(till).invoices.list, till=till, subscription=reference, limit=100)
    return [
        _invoice(one, debit=one.status == "open" and _debit_under_way(till, one.id))
        for one in found.data
        if one.status != "draft"
    ]


def _debit_under_way(till: Till, invoice: str) -> bool:
    """A bank has been asked for it and has not answered."""
    found = asked(
        api(till).invoice_payments.list,
        till=till,
        invoice=invoice,
        status="open",
        limit=10,
        expand=["data.payment.payment_intent"],
    )
    intents = [one.payment.payment_intent for one in found.data if one.payment.type == "payment_intent"]
    return any(not isinstance(intent, str) and intent.status == "processing" for intent in intents)


def remote_of(found: Any) -> Remote:
    item = found["items"].data[0]
    return Remote(
        id=found.id,
        customer=reference_to(found.customer),
        status=found.status,
        item=item.id,
        quantity=item.quantity or 1,
        period_end=moment(item.current_period_end),
        cancel_at_period_end=bool(found.cancel_at_period_end),
        by_invoice=found.collection_method == "send_invoice",
        ended_at=moment(found.ended_at),
    )


def _tax(invoice: Any) -> int:
    return sum(one.amount for one in invoice.total_taxes or ())


def _invoice(found: Any, *, debit: bool) -> RemoteInvoice:
    paid = found.status_transitions.paid_at if found.status_transitions else None
    return RemoteInvoice(
        id=found.id,
        number=found.number or "",
        status=found.status,
        currency=found.currency,
        total=found.total,
        tax=_tax(found),
        due=found.amount_remaining,
        issued_at=datetime.fromtimestamp(found.effective_at or found.created, UTC),
        due_at=moment(found.due_date),
        paid_at=moment(paid),
        page_url=found.hosted_invoice_url or "",
        pdf_url=found.invoice_pdf or "",
        debit=debit,
    )
