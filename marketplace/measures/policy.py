"""Who reads dashboards, and who says what a cohort costs."""

from __future__ import annotations

from marketplace.evaluation.policy import may_read_figures
from marketplace.programmes.policy import may_run_programmes
from tenants.current import Acting


def may_read_dashboards(acting: Acting) -> bool:
    """Those who look after people: of a firm its own, of whoever runs cohorts all that may be shown."""
    return may_read_figures(acting)


def may_set_costs(acting: Acting) -> bool:
    return may_read_figures(acting) and may_run_programmes(acting)
