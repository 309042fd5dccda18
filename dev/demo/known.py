"""The four people whom one can sign in as in the demo, one for each kind of user."""

from dataclasses import dataclass

from dev.demo.content import table, typeset
from dev.demo.people import Page
from marketplace.vocabulary.folding import words

PASSWORD = "a walk over the water"  # noqa: S105 - printed for everybody; the demo's data are invented


@dataclass(frozen=True, slots=True)
class Known:
    """``who`` names the kind of user; ``where`` is the page that has something to do on it."""

    who: str
    slug: str
    role: str
    first: str
    last: str
    gender: str
    locale: str
    languages: tuple[str, ...]
    function: str
    seniority: str
    title: str
    where: str
    skills: tuple[str, ...] = ()
    page: Page | None = None

    @property
    def email(self) -> str:
        name = ".".join("-".join(words(part)) for part in (self.first, self.last))
        return f"{name}@{self.slug}.example"


EXECUTIVE_PAGE = Page(
    title="Chief operating officer",
    headline=typeset(table("known")["headline"], "en"),
    story=typeset(table("known")["story"], "en"),
    function="operations",
    seniority="executive",
    industries=["logistics", "retail"],
    skills=["inherited_team", "leading_change", "warehousing_transport", "first_board_seat", "returning_from_leave"],
    own_words=["night shifts"],
    languages=["en", "fr"],
    place="Lyon",
    remote=True,
    in_person=True,
    forms=["cross_company", "organised", "board"],
    board_mandates="Non-executive director of a family firm in packaging",
    cadence="monthly",
    capacity=4,
)

KNOWN = (
    Known(
        who="mentee",
        slug="lumen-energie",
        role="member",
        first="Sonia",
        last="Marchebout",
        gender="f",
        locale="en",
        languages=("fr", "en"),
        function="operations",
        seniority="team_lead",
        title="Head of a maintenance planning team",
        where="/lumen-energie/requests/",
        skills=("inherited_team", "delegation", "executive_presence", "promotion_preparation"),
    ),
    Known(
        who="executive mentor",
        slug="nordal",
        role="member",
        first="Hélène",
        last="Brassac",
        gender="f",
        locale="en",
        languages=("en", "fr"),
        function="operations",
        seniority="executive",
        title="Chief operating officer",
        where="/nordal/requests/",
        page=EXECUTIVE_PAGE,
    ),
    Known(
        who="HR partner",
        slug="helvia-care",
        role="hr_partner",
        first="Maud",
        last="Thoreval",
        gender="f",
        locale="fr",
        languages=("fr", "en", "de"),
        function="human_resources",
        seniority="department_head",
        title="Directrice du développement des talents",
        where="/helvia-care/requests/approvals",
    ),
    Known(
        who="network administrator",
        slug="chevetre",
        role="network_admin",
        first="Étienne",
        last="Quintaret",
        gender="m",
        locale="en",
        languages=("fr", "en"),
        function="general_management",
        seniority="department_head",
        title="Director of the network",
        where="/chevetre/firms/",
    ),
)
