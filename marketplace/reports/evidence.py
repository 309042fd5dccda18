"""What the records of a cohort show, standard by standard: each claim with the pages it stands on, or where to make it good.

The six core standards are those of the International Standards for Mentoring and Coaching Programmes (ISMCP) of the European
Mentoring and Coaching Council, as it publishes them (EMCC Global, "ISMCP Standards"), named shortly; what
is claimed under each is in our words, and says what this house can show. Whether it is enough is for the council's assessors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

SOURCE = "https://www.emccglobal.org/accreditation/ismcp/standards/"


@dataclass(frozen=True, slots=True)
class Page:
    """A page on which records stand; ``endpoint`` takes the cohort's or the programme's number."""

    label: Any
    endpoint: str
    of_programme: bool = False

    def path(self, ids: Ids) -> str:
        """Its address, also where no page is being made."""
        number = {"programme_id": ids.programme_id} if self.of_programme else {}
        if self.endpoint in COHORT:
            number = {"cohort_id": ids.cohort_id}
        return current_app.url_map.bind("").build(self.endpoint, {"organisation": ids.slug, **number})


@dataclass(frozen=True, slots=True)
class Ids:
    """What the addresses of a cohort's pages are made of."""

    slug: str
    cohort_id: int
    programme_id: int


@dataclass(frozen=True, slots=True)
class Claim:
    """``key``: what ``cohort_evidence`` says of it; empty: it holds wherever this house runs a programme."""

    words: Any
    pages: tuple[Page, ...]
    key: str = ""
    missing: Any = ""


@dataclass(frozen=True, slots=True)
class Standard:
    number: int
    name: Any
    claims: tuple[Claim, ...]


SHEET = Page(_l("The programme’s sheet"), "programmes.design", of_programme=True)
VERSIONS = Page(_l("Versions of the sheet"), "programmes.versions", of_programme=True)
OPEN_PAGE = Page(_l("The programme’s page"), "programme_pages.show", of_programme=True)
TRAINING = Page(_l("Training"), "training.index")
EVENTS = Page(_l("Events"), "events.index")
KIT = Page(_l("Papers and guides"), "cohort_kit.show")
MATCHING = Page(_l("Matching"), "pairing.index")
BENCH = Page(_l("Committee’s bench"), "committee.index")
PEOPLE = Page(_l("People"), "cohorts.board")
PAIRS = Page(_l("Pairs"), "coordination.index")
QUESTIONNAIRES = Page(_l("Questionnaires"), "cohort_questionnaires.index")
REPORT = Page(_l("The report"), "reports.index")
FIGURES = Page(_l("Equity in figures"), "balance.equity")
LESSONS = Page(_l("Closing review"), "lessons.index")
TIMELINE = Page(_l("Timeline"), "cohorts.timeline_page")
OVERVIEW = Page(_l("Overview"), "cohorts.show")
RULES = Page(_l("Rules that pairs sign"), "charter_rules.index")
ACTIVITY = Page(_l("Activity"), "activity.index")
RETENTION = Page(_l("How long words are kept"), "retention.edit")

COHORT = frozenset(
    "training.index events.index cohort_kit.show pairing.index committee.index cohorts.board cohort_questionnaires.index "
    "reports.index lessons.index cohorts.timeline_page cohorts.show".split()
)

STANDARDS: tuple[Standard, ...] = (
    Standard(
        1,
        _l("Clarity of purpose"),
        (
            Claim(
                _l("The aims of the programme are written down, and every version of them is kept."),
                (SHEET, VERSIONS),
                "aims",
                _l("Write the aims on the programme’s sheet."),
            ),
            Claim(
                _l("It is said for whom the programme is meant, on a page that everybody who takes part reads."),
                (OPEN_PAGE, SHEET),
                "audience",
                _l("Say on the sheet for whom it is."),
            ),
            Claim(
                _l("It is said beforehand by what the programme will be judged."),
                (SHEET,),
                "indicators",
                _l("Name one indicator at least on the sheet."),
            ),
            Claim(
                _l("Pairs set themselves goals of their own; nobody else reads them."),
                (REPORT,),
                "goals",
                _l("No pair has written a goal. The guide for mentees says how to begin."),
            ),
        ),
    ),
    Standard(
        2,
        _l("Stakeholder training and briefing"),
        (
            Claim(
                _l("Mentors are prepared by modules of their own."),
                (TRAINING,),
                "mentor_training",
                _l("Add a module for mentors."),
            ),
            Claim(
                _l("Mentees are prepared by modules of their own."),
                (TRAINING,),
                "mentee_training",
                _l("Add a module for mentees."),
            ),
            Claim(
                _l("Guides for each side, agendas and checklists are at hand for as long as the cohort runs."), (KIT,)
            ),
            Claim(
                _l("Those who take part are brought together and told what is expected of them."),
                (EVENTS,),
                "launch",
                _l("Publish a launch, or another event of this cohort."),
            ),
        ),
    ),
    Standard(
        3,
        _l("Process for selection and matching"),
        (
            Claim(
                _l("Who may take part is said as rules, and whoever does not meet them is told why."),
                (SHEET, PEOPLE),
                "eligibility",
                _l("Say on the sheet who may take part, if not everybody may."),
            ),
            Claim(
                _l("Nobody is paired without having said yes: both people answer for themselves."),
                (MATCHING,),
                "chosen",
                _l("No pair of this cohort has confirmed yet."),
            ),
            Claim(
                _l(
                    "The match is proven: no better one exists under the rules, and the reasons for each pair are kept."
                ),
                (BENCH,),
                "proof",
                _l("No proven version was published. Pairs were found by the people themselves, or by hand."),
            ),
            Claim(_l("Conflicts of interest are kept apart before anybody is proposed to anybody."), (MATCHING,)),
            Claim(
                _l("A pair that does not work ends without fault, and both may be matched again."), (PAIRS, MATCHING)
            ),
        ),
    ),
    Standard(
        4,
        _l("Processes for measurement and review"),
        (
            Claim(
                _l("People were asked while there was time to act on it."),
                (QUESTIONNAIRES,),
                "mid_point",
                _l("Plan a questionnaire for the start or the mid-point."),
            ),
            Claim(
                _l("People were asked at the end."),
                (QUESTIONNAIRES,),
                "end",
                _l("Plan the questionnaire for the end; it may still be sent."),
            ),
            Claim(
                _l("Pairs that grow quiet are seen early, without anybody reading what they write."),
                (PAIRS,),
                "check_ins",
                _l("No pair has been asked yet how it goes: that begins some weeks after the launch."),
            ),
            Claim(
                _l("What came of it is counted, with small groups protected."),
                (REPORT, FIGURES),
                "figures",
                _l("No figure may be shown: too few people. That is said in the report."),
            ),
            Claim(
                _l("What is kept, stopped and changed is written down, and stands beside the next cohort’s sheet."),
                (LESSONS,),
                "lessons",
                _l("Write the closing review."),
            ),
        ),
    ),
    Standard(
        5,
        _l("High standards of ethics and care"),
        (
            Claim(
                _l("Every pair signs the same rules, kept with version and day."),
                (RULES,),
                "agreement",
                _l("No pair of this cohort has signed an agreement yet. Remind them of it."),
            ),
            Claim(
                _l("Students are protected by rules that everybody reads."),
                (SHEET,),
                "safeguarding",
                _l("Write the safeguarding rules on the sheet."),
            ),
            Claim(
                _l("What two people tell each other stays with them: no employer and no network reads it."),
                (PAIRS, RETENTION),
            ),
            Claim(_l("Either of the two may report a concern, or end the pair without giving a reason."), (PAIRS,)),
        ),
    ),
    Standard(
        6,
        _l("Support for participants and administration"),
        (
            Claim(
                _l("The year has its phases, each with its day, and who is awaited is seen at a glance."),
                (TIMELINE, OVERVIEW),
                "timeline",
                _l("No phase of this cohort has begun."),
            ),
            Claim(_l("Somebody is named in every organisation who looks after its people."), (PEOPLE, OVERVIEW)),
            Claim(_l("Every step of those who run it is in a log that cannot be changed afterwards."), (ACTIVITY,)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim as it stands: it has records (``there``), or ``missing`` says what to do."""

    words: Any
    there: bool
    missing: Any
    links: tuple[tuple[Any, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    name: Any
    claims: tuple[Shown, ...]

    @property
    def there(self) -> int:
        return sum(one.there for one in self.claims)


def pack(found: Mapping[str, Any], ids: Ids, address: Callable[[str], str] = str) -> list[Part]:
    """The evidence of a cohort; ``found`` is what ``cohort_evidence`` said. ``address`` makes a link of a path."""
    return [
        Part(
            standard.number,
            standard.name,
            tuple(
                Shown(
                    claim.words,
                    not claim.key or bool(found.get(claim.key)),
                    claim.missing,
                    tuple((page.label, address(page.path(ids))) for page in claim.pages),
                )
                for claim in standard.claims
            ),
        )
        for standard in STANDARDS
    ]
