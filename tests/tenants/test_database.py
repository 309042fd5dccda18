"""Identifiers."""

from tenants.shared.database import new_id


def test_identifiers_of_one_process_always_grow_and_fit_a_bigint():
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert made[-1] < 2**63
