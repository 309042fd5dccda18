"""Who may do what with what a pair writes."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace.mentorships.models import MentorshipState
from marketplace.mentorships.queries import Pair
from tenants.shared.errors import Forbidden, Refused


def may_write(pair: Pair) -> bool:
    """Both may, as long as it has not ended; what was written stays readable."""
    return pair.mentorship.state is not MentorshipState.ended


def require_writing(pair: Pair) -> None:
    """Raises ``Refused`` once the mentorship has ended."""
    if not may_write(pair):
        raise Refused(_("This mentorship has ended. You can still read everything, but nothing can be added."))


def require_mentee(pair: Pair) -> None:
    """Raises ``Forbidden`` for the mentor."""
    if not pair.seen.viewer_is_mentee:
        raise Forbidden(
            _("Only %(name)s changes the goals. You can comment on them.", name=pair.seen.mentee.first_name)
        )
