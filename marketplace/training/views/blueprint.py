"""The blueprint that all rooms of these pages share, and what they have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.programmes.queries import CohortSeen, run_cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.training.models import TrainingModule
from marketplace.training.queries import ModuleSeen, module_or_404, sees_training
from marketplace.training.words import ASKED, KINDS, SAID

bp = Blueprint("training", __name__)

register(Tab("training", _l("Training"), "training.index", 40, shown=sees_training))


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"module_kinds": KINDS, "module_asked": ASKED, "module_said": SAID}


def locale() -> str:
    return str(get_locale())


def back_to(seen: CohortSeen, module: TrainingModule) -> ResponseReturnValue:
    return redirect(url_for("training.show", cohort_id=seen.cohort.id, module_id=module.id), 303)


def hosted(cohort_id: int, module_id: int) -> tuple[CohortSeen, ModuleSeen]:
    """A module, for those who run its cohort."""
    seen = run_cohort_or_404(g.acting, cohort_id)
    return seen, module_or_404(g.acting, seen, module_id)
