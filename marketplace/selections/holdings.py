"""What is held about those who fill seats: the ones they described, and their steps. Of candidates, numbers of cards alone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.shared.holdings import Holding, register

register(
    Holding(
        "selections",
        _l("Seats that you looked for somebody for"),
        frozenset(
            "seat_specification.created_by_id selection.opened_by_id selection.closed_by_id selection_step.by_id".split()
        ),
        stays=_l("The seats you described and the steps you took for your organisation, which are in its records."),
    )
)
