"""Lines of invoices, and what a change in the middle of a period costs."""

from datetime import UTC, datetime
from decimal import Decimal

from dev.stripe.store import Books, Thing, identifier
from dev.stripe.taxes import rounded

SIGNS = {"eur": "€", "gbp": "£", "usd": "$"}


def money(cents: int, currency: str) -> str:
    """For a description: €4,900.00."""
    sign = SIGNS.get(currency, currency.upper() + " ")
    return f"{'-' if cents < 0 else ''}{sign}{abs(cents) / 100:,.2f}"


def line(
    subscription: Thing,
    item: Thing,
    *,
    amount: int,
    quantity: int,
    period: tuple[int, int],
    description: str,
    invoice_item: Thing | None = None,
) -> Thing:
    """A line for one item of a subscription; with an invoice item it is a proration."""
    price = item["price"]
    return {
        "id": identifier("il_"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": invoice_item is None,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(subscription["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": invoice_item["id"] if invoice_item else None,
                "proration": invoice_item is not None,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
        "_inclusive": price["tax_behavior"] == "inclusive",
    }


def full_lines(books: Books, subscription: Thing, items: list[Thing], start: int, ends: dict[str, int]) -> list[Thing]:
    """A whole period of every item; `ends` says by item's identifier when it is over."""
    return [
        line(
            subscription,
            item,
            amount=item["quantity"] * item["price"]["unit_amount"],
            quantity=item["quantity"],
            period=(start, ends[item["id"]]),
            description=f"{item['quantity']} × {name_of(books, item['price'])} (at"
            f" {money(item['price']['unit_amount'], item['price']['currency'])} / {item['price']['recurring']['interval']})",
        )
        for item in items
    ]


def prorations(books: Books, subscription: Thing, before: list[Thing], now: list[Thing], at: int) -> list[Thing]:
    """Invoice items for a change at a moment: what was paid and is not used goes back, what is left of the period is charged."""
    made = []
    old = {item["id"]: item for item in before}
    new = {item["id"]: item for item in now}
    for key in [*old, *(key for key in new if key not in old)]:
        was, becomes = old.get(key), new.get(key)
        if was and becomes and (was["quantity"], was["price"]["id"]) == (becomes["quantity"], becomes["price"]["id"]):
            continue
        for item, sign in ((was, -1), (becomes, 1)):
            if item is not None and item["quantity"]:
                made.append(_proration(books, subscription, item, sign, at))
    return made


def _proration(books: Books, subscription: Thing, item: Thing, sign: int, at: int) -> Thing:
    start, end = item["current_period_start"], item["current_period_end"]
    left = Decimal(max(end - at, 0)) / (end - start)
    price, quantity = item["price"], item["quantity"]
    what = f"{quantity} × {name_of(books, price)} after {datetime.fromtimestamp(at, UTC):%d %b %Y}"
    return {
        "id": identifier("ii_"),
        "object": "invoiceitem",
        "amount": sign * rounded(quantity * price["unit_amount"] * left),
        "currency": price["currency"],
        "customer": subscription["customer"],
        "customer_account": None,
        "date": at,
        "description": f"{'Remaining' if sign > 0 else 'Unused'} time on {what}",
        "discountable": False,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": sign * rounded(quantity * price["unit_amount"] * left),
        "parent": {
            "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
            "type": "subscription_details",
        },
        "period": {"start": at, "end": end},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "proration": True,
        "proration_details": {"credited_items": None, "discount_amounts": []},
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": subscription["test_clock"],
        "_item": item,
    }


def proration_line(subscription: Thing, invoice_item: Thing) -> Thing:
    """The line that an invoice item becomes."""
    return line(
        subscription,
        invoice_item["_item"],
        amount=invoice_item["amount"],
        quantity=invoice_item["quantity"],
        period=(invoice_item["period"]["start"], invoice_item["period"]["end"]),
        description=invoice_item["description"],
        invoice_item=invoice_item,
    )


def name_of(books: Books, price: Thing) -> str:
    """The product's name."""
    return str(books.get("product", price["product"])["name"])
