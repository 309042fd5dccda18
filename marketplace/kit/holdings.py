"""What is held about a person in kits: which versions they saved, for their organisation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.shared.holdings import Holding, register

register(
    Holding(
        "kits_for_organisations",
        _l("What you did for a programme"),
        frozenset({"resource_version.saved_by_id"}),
    )
)
