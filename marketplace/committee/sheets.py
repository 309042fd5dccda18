"""A version as a spreadsheet, for the committee alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext as _

from marketplace.committee.models import MatchLeftover, MatchProposal
from marketplace.committee.words import CRITERIA, WHY, Sides
from marketplace.pairing.candidates import Candidate


def sheet_of(
    proposals: Sequence[MatchProposal],
    leftovers: Sequence[MatchLeftover],
    names: Mapping[int, Candidate],
    sides: Sides,
    criteria: Collection[str],
) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a pair each, then those without one, with the reason in the place of the other."""
    called = {"first": _("the first"), "second": _("the second")}
    header = [str(sides.one), _("Organisation"), str(sides.other), _("Organisation"), _("Points")]
    header += [str(CRITERIA[name]) % called for name in criteria]
    rows = []
    for one in proposals:
        points = {share["criterion"]: str(share["points"]) for share in one.reasons.get("shares", ())}
        rows.append(
            [
                *_who(names.get(one.mentee_enrolment_id)),
                *_who(names.get(one.mentor_enrolment_id)),
                str(one.points),
                *(points.get(name, "") for name in criteria),
            ]
        )
    for left in leftovers:
        who, blank = _who(names.get(left.enrolment_id)), ["" for _name in criteria]
        why = (str(WHY[left.side].get(left.why) or _("No pair")), "")
        rows.append([*(why + who if left.side == "mentor" else who + why), "", *blank])
    return header, rows


def _who(one: Candidate | None) -> tuple[str, str]:
    return (one.name, one.firm) if one else (_("Somebody who has left"), "")
