"""Products and prices: by the seat, for a year or another interval."""

from typing import Any

from dev.stripe.errors import ApiError
from dev.stripe.operations import Call, merged, metadata, operation, page
from dev.stripe.store import Books, Thing, identifier

PRODUCT = "active description images metadata name statement_descriptor tax_code unit_label url"
PRICE = "active lookup_key metadata nickname tax_behavior"


@operation("POST", "/v1/products", "ProductCreateParams", f"{PRODUCT} id type shippable default_price_data")
def create_product(call: Call) -> Thing:
    key = call.get("id") or identifier("prod_", 14)
    if call.books.find(key):
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    product = new_product(call.books, {**call.given, "id": key})
    if chosen := call.get("default_price_data"):
        price = new_price(call.books, {**chosen, "product": product["id"]})
        with call.books.changing(product, "product.updated"):
            product["default_price"] = price["id"]
    return product


def new_product(books: Books, given: dict[str, Any]) -> Thing:
    """Keep a product with these fields."""
    now = books.now()
    return books.add(
        {
            "id": given.get("id") or identifier("prod_", 14),
            "object": "product",
            "active": given.get("active", True),
            "created": now,
            "default_price": None,
            "description": given.get("description"),
            "images": given.get("images", []),
            "livemode": False,
            "marketing_features": [],
            "metadata": metadata({}, given.get("metadata") or {}),
            "name": given["name"],
            "package_dimensions": None,
            "shippable": given.get("shippable"),
            "statement_descriptor": given.get("statement_descriptor"),
            "tax_code": given.get("tax_code"),
            "type": given.get("type", "service"),
            "unit_label": given.get("unit_label"),
            "updated": now,
            "url": given.get("url"),
        },
        "product.created",
    )


@operation("GET", "/v1/products", "ProductListParams", "active created ending_before ids limit starting_after")
def list_products(call: Call) -> Thing:
    things = call.books.all("product", active=call.get("active"))
    return page(call, [one for one in things if one["id"] in call.get("ids", [one["id"]])], "/v1/products")


@operation("GET", "/v1/products/{id}", "ProductRetrieveParams")
def retrieve_product(call: Call) -> Thing:
    return call.books.get("product", call.path["id"])


@operation("POST", "/v1/products/{id}", "ProductUpdateParams", f"{PRODUCT} default_price")
def update_product(call: Call) -> Thing:
    product = call.books.get("product", call.path["id"])
    if price := call.get("default_price"):
        call.books.get("price", price, "default_price")
    with call.books.changing(product, "product.updated"):
        merged(product, call, f"{PRODUCT} default_price")
        product["updated"] = call.books.now()
    return product


@operation("DELETE", "/v1/products/{id}", "ProductDeleteParams")
def delete_product(call: Call) -> Thing:
    product = call.books.get("product", call.path["id"])
    if call.books.all("price", product=product["id"]):
        raise ApiError("This product cannot be deleted because it has one or more user-created prices.")
    call.books.remove(product)
    call.books.emit("product.deleted", product)
    return {"id": product["id"], "object": "product", "deleted": True}


@operation(
    "POST",
    "/v1/prices",
    "PriceCreateParams",
    f"{PRICE} billing_scheme currency product product_data recurring transfer_lookup_key unit_amount",
)
def create_price(call: Call) -> Thing:
    given = dict(call.given)
    if ("product" in given) == ("product_data" in given):
        raise ApiError(
            "You must specify either `product` or `product_data`.", code="parameter_missing", param="product"
        )
    if "product_data" in given:
        given["product"] = new_product(call.books, given["product_data"])["id"]
    if key := given.get("lookup_key"):
        for other in call.books.all("price", lookup_key=key):
            if not given.get("transfer_lookup_key"):
                raise ApiError(
                    f"A price (`{other['id']}`) already uses that lookup key.", code="resource_already_exists"
                )
            with call.books.changing(other, "price.updated"):
                other["lookup_key"] = None
    return new_price(call.books, given)


def new_price(books: Books, given: dict[str, Any], *, active: bool = True) -> Thing:
    """Keep a price with these fields. Raises ApiError for an unknown product or a missing amount."""
    books.get("product", given["product"], "product")
    if "unit_amount" not in given:
        raise ApiError("Missing required param: unit_amount.", code="parameter_missing", param="unit_amount")
    if given["unit_amount"] < 0:
        raise ApiError("Invalid non-negative integer", code="parameter_invalid_integer", param="unit_amount")
    recurring = given.get("recurring")
    if recurring:
        recurring = {
            "interval": recurring["interval"],
            "interval_count": recurring.get("interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    return books.add(
        {
            "id": identifier("price_"),
            "object": "price",
            "active": given.get("active", active),
            "billing_scheme": "per_unit",
            "created": books.now(),
            "currency": given["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": given.get("lookup_key"),
            "metadata": metadata({}, given.get("metadata") or {}),
            "nickname": given.get("nickname"),
            "product": given["product"],
            "recurring": recurring,
            "tax_behavior": given.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": given["unit_amount"],
            "unit_amount_decimal": str(given["unit_amount"]),
        },
        "price.created",
    )


@operation(
    "GET",
    "/v1/prices",
    "PriceListParams",
    "active created currency ending_before limit lookup_keys product starting_after type",
)
def list_prices(call: Call) -> Thing:
    having = {name: call.get(name) for name in ("active", "currency", "product", "type")}
    things = call.books.all("price", **having)
    keys = call.get("lookup_keys")
    return page(call, [one for one in things if keys is None or one["lookup_key"] in keys], "/v1/prices")


@operation("GET", "/v1/prices/{price}", "PriceRetrieveParams")
def retrieve_price(call: Call) -> Thing:
    return call.books.get("price", call.path["price"])


@operation("POST", "/v1/prices/{price}", "PriceUpdateParams", PRICE)
def update_price(call: Call) -> Thing:
    price = call.books.get("price", call.path["price"])
    with call.books.changing(price, "price.updated"):
        merged(price, call, PRICE)
    return price


def price_of(books: Books, item: dict[str, Any], param: str) -> Thing:
    """The recurring price that an item names or describes. Raises ApiError."""
    if "price" in item:
        price = books.get("price", item["price"], f"{param}[price]")
        if not price["active"] and "id" not in item and not item.get("kept"):
            raise ApiError("The price specified is inactive. This field only accepts active prices.", param=param)
    elif "price_data" in item:
        described = dict(item["price_data"])
        if "product_data" in described:
            described["product"] = new_product(books, described["product_data"])["id"]
        price = new_price(books, described, active=False)
    else:
        raise ApiError(f"Missing required param: {param}[price].", code="parameter_missing", param=f"{param}[price]")
    if not price["recurring"]:
        raise ApiError(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=param,
        )
    return price


def plan_of(price: Thing) -> Thing:
    """The older object that items still carry beside their price."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
