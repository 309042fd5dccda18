"""What a committee's members did at the bench stays with their organisation; nothing else there is held by person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.shared.holdings import Holding, register

register(
    Holding(
        "committee_for_organisations",
        _l("What you did on a matching committee"),
        frozenset(
            "match_run.asked_by_id match_run.published_by_id match_mark.marked_by_id match_note.author_id "
            "match_vote.person_id".split()
        ),
    ),
)
