"""Pages that stand on another branch."""

from tests.contracts.table import Row

ROWS = [
    Row("GET", "programmes.index", "acme", {}),
    Row("GET", "programmes.design", "acme", {}, url=lambda _scene: {"programme_id": 1}),
    Row("GET", "cohorts.show", "acme", {}, url=lambda _scene: {"cohort_id": 1}),
    Row("GET", "enrolments.show", "acme", {}, url=lambda _scene: {"cohort_id": 1, "enrolment_id": 1}),
]
