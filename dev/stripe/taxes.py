"""Automatic tax, much simpler than Stripe's: a French seller and three cases.

France: 20 %. Another country of the Union with a European VAT number that was not refused: reverse charge. Without one: 20 % as in
France. Outside the Union: none. Rates of other countries, thresholds and kinds of product are not here.
"""

from decimal import ROUND_HALF_UP, Decimal

from dev.stripe.operations import Call, operation
from dev.stripe.store import Books, Thing

HOME = "FR"
UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


def rounded(amount: Decimal) -> int:
    """Whole cents; halves away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def treatment(books: Books, customer: Thing) -> tuple[int, str]:
    """Percent and reason for what this customer buys; the country must be known."""
    country = customer["address"]["country"]
    if customer["tax_exempt"] == "reverse":
        return 0, "reverse_charge"
    if customer["tax_exempt"] == "exempt":
        return 0, "customer_exempt"
    if country not in UNION:
        return 0, "not_collecting"
    numbers = books.all("tax_id", customer=customer["id"], type="eu_vat")
    if country != HOME and any(one["verification"]["status"] != "unverified" for one in numbers):
        return 0, "reverse_charge"
    return 20, "standard_rated"


def located(customer: Thing) -> bool:
    """Whether the customer's country is known."""
    return bool(customer["address"] and customer["address"]["country"])


def tax_of(books: Books, customer: Thing, amount: int, *, inclusive: bool) -> Thing:
    """The tax of one amount in cents, as an entry of a line's `taxes`."""
    percent, reason = treatment(books, customer)
    share = Decimal(percent) / (100 + percent if inclusive else 100)
    tax = rounded(amount * share)
    return {
        "amount": tax,
        "tax_behavior": "inclusive" if inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": _rate(books, percent, inclusive)["id"]},
        "taxability_reason": reason,
        "taxable_amount": (amount - tax if inclusive else amount) if percent else 0,
        "type": "tax_rate_details",
    }


def _rate(books: Books, percent: int, inclusive: bool) -> Thing:
    key = f"txr_fr{percent}{'i' if inclusive else 'e'}"
    return books.find(key) or books.put(
        {
            "id": key,
            "object": "tax_rate",
            "active": False,
            "country": HOME,
            "created": books.now(),
            "description": None,
            "display_name": "VAT",
            "effective_percentage": float(percent),
            "flat_amount": None,
            "inclusive": inclusive,
            "jurisdiction": "France",
            "jurisdiction_level": "country",
            "livemode": False,
            "metadata": {},
            "percentage": float(percent),
            "rate_type": "percentage",
            "state": None,
            "tax_type": "vat",
        }
    )


@operation("GET", "/v1/tax_rates/{tax_rate}", "TaxRateRetrieveParams")
def retrieve_rate(call: Call) -> Thing:
    return call.books.get("tax_rate", call.path["tax_rate"])
