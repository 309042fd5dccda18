"""The fixed list of figures in a cohort's report: what each is called, what it counts, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import lazy_gettext as _l

Shape = Literal["count", "total", "share", "mean"]


@dataclass(frozen=True, slots=True)
class Definition:
    """``count``: how many stand behind it. ``total``: what they come to, in ``per`` parts of the unit. ``share``: those of them
    who did. ``mean``: what each came to on average.
    """

    section: str
    label: Any
    means: Any
    unit: Any
    shape: Shape = "count"
    per: int = 1
    by_side: bool = False
    by_firm: bool = False


_PEOPLE, _PAIRS, _REQUESTS = _l("people"), _l("pairs"), _l("requests")

DEFINITIONS: dict[str, Definition] = {
    "applied": Definition(
        "intake",
        _l("Put forward or applied"),
        _l("Everybody who was nominated, invited or applied, whatever came of it."),
        _PEOPLE,
        by_side=True,
    ),
    "enrolled": Definition(
        "intake",
        _l("Taken in"),
        _l("Everybody who was ever enrolled, also those who left early."),
        _PEOPLE,
        by_side=True,
        by_firm=True,
    ),
    "paired": Definition(
        "intake",
        _l("Paired"),
        _l("Those enrolled who had a mentorship in this cohort, also one that has ended."),
        _PEOPLE,
        by_side=True,
    ),
    "completed": Definition(
        "intake",
        _l("Stayed to the end"),
        _l("Those who were still taking part when the cohort closed."),
        _PEOPLE,
        by_side=True,
    ),
    "trained": Definition(
        "intake",
        _l("Training completed"),
        _l("Of those taken in, those who have done every required module."),
        _PEOPLE,
        "share",
    ),
    "matched": Definition(
        "matching",
        _l("Given a mentor by the match"),
        _l("Mentees to whom the published version of the match gives a mentor."),
        _PEOPLE,
    ),
    "acceptance": Definition(
        "matching",
        _l("Requests accepted"),
        _l("Of the requests and proposals that a mentor read, those that the mentor accepted."),
        _REQUESTS,
        "share",
    ),
    "answer_time": Definition(
        "matching",
        _l("Days to an answer"),
        _l("From the moment it was the mentor’s turn to the mentor’s answer, on average."),
        _REQUESTS,
        "mean",
    ),
    "places": Definition("meetings", _l("Pairs"), _l("Mentorships that began in this cohort."), _PAIRS, by_firm=True),
    "meetings": Definition(
        "meetings", _l("Meetings held"), _l("Meetings of these pairs that took place."), _PAIRS, "total"
    ),
    "hours": Definition(
        "meetings",
        _l("Hours together"),
        _l("Planned length of the meetings that took place."),
        _PAIRS,
        "total",
        60,
        by_firm=True,
    ),
    "first_meeting": Definition(
        "meetings",
        _l("Days to the first meeting"),
        _l("From the beginning of a pair to its first meeting that took place, on average over the pairs that met."),
        _PAIRS,
        "mean",
    ),
    "goals": Definition(
        "goals",
        _l("Reached a goal"),
        _l("Of the pairs that have ended and had set themselves a goal, those that marked at least one as reached."),
        _PAIRS,
        "share",
    ),
    "planned_end": Definition(
        "endings",
        _l("Ended as planned"),
        _l("Of the pairs that have ended, those that closed on the day they had agreed on; the others ended earlier."),
        _PAIRS,
        "share",
    ),
    **{
        f"{stage}_{gender}": Definition(
            "equity",
            label,
            _l(
                "Of those counted at this stage, those who describe themselves so. Everybody else said otherwise, or nothing."
            ),
            _PEOPLE,
            "share",
            by_side=True,
        )
        for stage in ("applied", "enrolled", "paired", "completed")
        for gender, label in (("women", _l("Women")), ("men", _l("Men")))
    },
}

STAGES = ("applied", "enrolled", "paired", "completed")
