"""A stand-in for Stripe's HTTP API, for the tests and for the demo: a process of its own that keeps state.

It does the part that a product with yearly subscriptions by the seat needs, and says so when asked for more: a parameter that
Stripe has and the stand-in does not is refused by its name, never ignored. Which parameters Stripe has is read from the types
of the SDK that is installed; replies are checked against the same SDK's types by tests/dev/stripe.

Nothing is charged and no card is kept: of a number that is typed, brand and last four digits stay.
"""
