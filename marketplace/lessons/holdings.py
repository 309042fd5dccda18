"""What somebody wrote in the closing review of a cohort stays with whoever runs it: it is about the programme, not people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tenants.shared.holdings import Holding, register

register(
    Holding(
        "lessons_for_organisations",
        _l("What you wrote for a programme’s next cohort"),
        frozenset({"cohort_lesson.author_person_id", "cohort_report.asked_by_id"}),
    )
)
