"""What becomes of a checkout session: somebody pays on its page, by card or by a debit that takes its time, or nobody does."""

from dev.stripe.customers import new_customer
from dev.stripe.invoicing import draw_up
from dev.stripe.parties import address_of
from dev.stripe.store import Books, Thing
from dev.stripe.subscribing import begin, first_lines, outline
from dev.stripe.tax_numbers import add_tax_id, require_shape


def expire(books: Books, session: Thing) -> Thing:
    """Nobody has paid in time, or the product has taken the session back."""
    with books.changing(session):
        session["status"] = "expired"
        session["url"] = None
    books.emit("checkout.session.expired", session)
    return session


def buyer(books: Books, session: Thing, given: dict[str, str]) -> Thing:
    """The session's customer, with what the page asked for. Raises ApiError for a VAT number that is none."""
    number = given.get("vat", "").strip()
    customer = books.find(session["customer"])
    if number:
        require_shape("eu_vat", number)
    if customer is None:
        described = {"email": given.get("email") or session["customer_email"], "name": given.get("name") or None}
        customer = new_customer(books, {**described, "address": _typed_address(given)})
    else:
        with books.changing(customer, "customer.updated"):
            if session["_update"].get("address") == "auto" and given.get("country"):
                customer["address"] = _typed_address(given)
            if session["_update"].get("name") == "auto" and given.get("name"):
                customer["name"] = given["name"]
    if (
        number
        and session["tax_id_collection"]["enabled"]
        and not any(
            one["value"] == number.replace(" ", "").upper() for one in books.all("tax_id", customer=customer["id"])
        )
    ):
        add_tax_id(books, customer, "eu_vat", number)
    return customer


def _typed_address(given: dict[str, str]) -> Thing | None:
    return address_of({name: given.get(name, "") for name in ("line1", "postal_code", "city", "country")})


def complete(books: Books, session: Thing, customer: Thing, method: Thing, *, confirmed: bool = False) -> Thing:
    """The subscription that was paid for here. Raises ApiError where the card is refused; the session stays open then."""
    wanted = {
        **session["_data"],
        "items": [
            {"price": item["price"]["id"], "quantity": item["quantity"], "kept": True} for item in session["_items"]
        ],
        "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]},
        "default_payment_method": method["id"],
        "payment_settings": {"payment_method_types": session["payment_method_types"]},
    }
    subscription = outline(books, customer, wanted)
    begin(books, subscription, "error_if_incomplete", confirmed=confirmed)
    invoice = books.get("invoice", subscription["latest_invoice"])
    with books.changing(session):
        session["status"] = "complete"
        session["url"] = None
        session["customer"] = customer["id"]
        session["customer_details"] = details_of(books, customer)
        session["subscription"] = subscription["id"]
        session["invoice"] = invoice["id"]
        session["payment_status"] = "paid" if invoice["status"] == "paid" else "unpaid"
        session["amount_total"] = invoice["total"]
        session["total_details"] = {**session["total_details"], "amount_tax": invoice["total"] - invoice["subtotal"]}
        session["automatic_tax"] = {**session["automatic_tax"], "status": invoice["automatic_tax"]["status"]}
    books.emit("checkout.session.completed", session)
    return subscription


def settled(books: Books, intent: Thing, paid: bool) -> None:
    """A debit that began on the hosted page has come, or has come back."""
    for record in books.all("invoice_payment"):
        if record["payment"]["payment_intent"] == intent["id"]:
            for session in books.all("checkout.session", invoice=record["invoice"]):
                with books.changing(session):
                    session["payment_status"] = "paid" if paid else "unpaid"
                books.emit(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def preview(books: Books, session: Thing, customer: Thing) -> Thing:
    """The invoice that the session would make for this customer."""
    items = [{"price": item["price"]["id"], "quantity": item["quantity"], "kept": True} for item in session["_items"]]
    wanted = {"items": items, "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]}}
    subscription = outline(books, customer, wanted)
    now = subscription["created"]
    return draw_up(books, subscription, first_lines(books, subscription), "upcoming", period=(now, now), kept=False)


def reckon_session(books: Books, session: Thing, customer: Thing) -> None:
    """Write the sums with tax into a session."""
    invoice = preview(books, session, customer)
    session["amount_total"] = invoice["total"]
    session["total_details"] = {**session["total_details"], "amount_tax": invoice["total"] - invoice["subtotal"]}
    session["automatic_tax"] = {**session["automatic_tax"], "status": "complete"}


def details_of(books: Books, customer: Thing) -> Thing:
    """What a session says of its customer."""
    return {
        "address": customer["address"],
        "business_name": None,
        "email": customer["email"],
        "individual_name": None,
        "name": customer["name"],
        "phone": customer["phone"],
        "tax_exempt": customer["tax_exempt"],
        "tax_ids": [
            {"type": one["type"], "value": one["value"]} for one in books.all("tax_id", customer=customer["id"])
        ],
    }
