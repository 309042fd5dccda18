"""Invented people: who they are, whom they work for, what they can help with. Deterministic for a given seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dev.demo.content import gendered, table, typeset
from dev.demo.writing import GROUP_OF, Author, Writer
from marketplace.vocabulary import INDUSTRIES, LANGUAGES
from marketplace.vocabulary.folding import words

CADENCES = (
    *("monthly",) * 9,
    *("every_six_weeks",) * 4,
    *("fortnightly",) * 2,
    "every_three_weeks",
    "every_two_months",
    "quarterly",
    "as_needed",
)
CAPACITIES = (1, 1, 1, 2, 2, 2, 2, 3, 3, 4)
MENTOR_LEVELS = (
    ("department_head",) * 42 + ("executive",) * 34 + ("board",) * 14 + ("experienced",) * 5 + ("team_lead",) * 5
)
MENTEE_LEVELS = ("early_career",) * 8 + ("experienced",) * 42 + ("team_lead",) * 36 + ("department_head",) * 14
YOUNG = frozenset({"early_career", "experienced", "team_lead"})
"""Those who mentor upwards, when they mentor."""

TITLE_LEVELS = {"department_head": "head", "executive": "executive", "board": "board"}
FEWEST_SKILLS = 4
FRENCH_FIRM_WRITES_ENGLISH = 0.18
MIXED_NAME = 0.12
"""How often a given name and a family name come from different places."""


@dataclass(frozen=True, slots=True)
class Network:
    slug: str
    name: str
    locale: str
    accent: str
    time_zone: str
    city: str
    domain: str


@dataclass(frozen=True, slots=True)
class Firm:
    slug: str
    name: str
    industry: str
    city: str
    accent: str
    locale: str
    time_zone: str
    weight: int
    networks: tuple[str, ...]
    origins: tuple[str, ...]

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Firm":
        """A firm from its line in firms.yaml."""
        slug, name, industry, city, accent, locale, time_zone, weight, networks, origins = row
        of_networks, of_names = tuple(networks.split()), tuple(origins.split())
        return cls(slug, name, industry, city, accent, locale, time_zone, weight, of_networks, of_names)

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"


@dataclass(frozen=True, slots=True)
class Human:
    """One person at one firm. ``gender`` is known here alone: the product does not ask for it."""

    first: str
    last: str
    gender: str
    locale: str
    languages: tuple[str, ...]
    function: str
    seniority: str
    title: str
    industry: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def email(self, domain: str) -> str:
        """Not unique by itself: two people of a firm may share a name."""
        return f"{'-'.join(words(self.first))}.{'-'.join(words(self.last))}@{domain}"

    def author(self, groups: tuple[str, ...]) -> Author:
        return Author(self.locale, self.gender, self.function, self.industry, groups, self.seniority in YOUNG)


@dataclass(slots=True)
class Page:
    """What a mentor's page says, under the names of the product's own columns; who loads it sets the last three."""

    title: str
    headline: str
    story: str
    function: str | None
    seniority: str | None
    industries: list[str]
    skills: list[str]
    own_words: list[str]
    languages: list[str]
    place: str
    remote: bool
    in_person: bool
    forms: list[str]
    board_mandates: str
    cadence: str
    capacity: int
    audience: str = "networks"
    network_ids: list[int] = field(default_factory=list)
    id: int = 0


def networks() -> list[Network]:
    return [Network(**row) for row in table("firms")["networks"]]


def firms() -> list[Firm]:
    return [Firm.of(row) for row in table("firms")["firms"]]


class Trades:
    """Which functions an industry has, and how common they are."""

    def __init__(self) -> None:
        people = table("people")
        self._everywhere: dict[str, int] = people["everywhere"]
        self._making: dict[str, int] = people["making"]
        self._moving: dict[str, int] = people["moving"]
        self._makers = set(people["makers"])
        self._movers = set(people["movers"])
        self._drawn: dict[str, tuple[str, ...]] = {}

    def of(self, industry: str) -> tuple[str, ...]:
        """The industry's functions, each as often as it is common."""
        if industry not in self._drawn:
            weights = dict(self._everywhere)
            if INDUSTRIES.get(industry).group in self._makers:
                weights |= self._making
            elif industry in self._movers:
                weights |= self._moving
            self._drawn[industry] = tuple(f for f, weight in weights.items() for _ in range(weight))
        return self._drawn[industry]


class Population:
    """Draws people and their pages. Two populations of one seed draw the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed} people")
        self.writer = Writer(seed)
        self.trades = Trades()
        self._names: dict[str, Any] = {
            origin: {
                "f": names["f"].split(),
                "m": names["m"].split(),
                "last": [name.replace("van-der-", "van der ") for name in names["last"].split()],
                "languages": names["languages"],
            }
            for origin, names in table("names").items()
        }
        self._origins = tuple(self._names)
        people = table("people")
        self._skills: dict[str, list[str]] = people["skills"]
        self._common: list[str] = people["common"]
        self._boards: list[str] = people["boards"]
        self._reverse: list[str] = people["reverse"]
        self._young_trades: list[str] = people["young_mentors"]
        self._own_words = {
            locale: [typeset(word, locale) for word in known] for locale, known in people["own_words"].items()
        }
        self._mandates = {
            (locale, gender): [typeset(gendered(text, gender), locale) for text in known]
            for locale, known in people["mandates"].items()
            for gender in "mf"
        }
        self._titles = self._read_titles()
        self._languages = tuple(LANGUAGES.slugs)

    @staticmethod
    def _read_titles() -> dict[tuple[str, str, str, str], list[str]]:
        titles: dict[tuple[str, str, str, str], list[str]] = {}
        for function, levels in table("titles").items():
            for level, pairs in levels.items():
                for gender in "mf":
                    titles[function, level, "en", gender] = [typeset(en, "en") for en, _ in pairs]
                    titles[function, level, "fr", gender] = [typeset(gendered(fr, gender), "fr") for _, fr in pairs]
        return titles

    def _pick(self, items: Any) -> Any:
        return items[int(self.rng.random() * len(items))]

    def human(self, firm: Firm, *, mentor: bool, function: str = "", seniority: str = "", gender: str = "") -> Human:
        """Somebody who works for ``firm``; what is not asked for is drawn."""
        rng, pick = self.rng, self._pick
        gender = gender or ("f" if rng.random() < 0.54 else "m")
        origin = pick(firm.origins) if rng.random() < 0.86 else pick(self._origins)
        names = self._names[origin]
        family = names if rng.random() > MIXED_NAME else self._names[pick(firm.origins)]
        seniority = seniority or pick(MENTOR_LEVELS if mentor else MENTEE_LEVELS)
        if not function:
            young_mentor = mentor and seniority in YOUNG
            function = pick(self._young_trades if young_mentor else self.trades.of(firm.industry))
        locale = firm.locale
        if locale == "fr" and rng.random() < FRENCH_FIRM_WRITES_ENGLISH:
            locale = "en"
        spoken = dict.fromkeys((locale, firm.locale, *names["languages"]))
        if rng.random() < 0.7:
            spoken["en"] = None
        if rng.random() < 0.12:
            spoken[pick(self._languages)] = None
        titles = self._titles[function, TITLE_LEVELS.get(seniority, "lead"), locale, gender]
        return Human(
            first=pick(names[gender]),
            last=pick(family["last"]),
            gender=gender,
            locale=locale,
            languages=tuple(spoken),
            function=function,
            seniority=seniority,
            title=pick(titles),
            industry=firm.industry,
        )

    def skills(self, human: Human) -> list[str]:
        """Four to seven skills, the most typical of the trade first, from at least two groups."""
        rng = self.rng
        if human.seniority in YOUNG:
            own, others = self._reverse, self._skills[human.function]
        else:
            own = self._skills[human.function]
            others = self._boards if human.seniority == "board" else self._common
        start = int(rng.random() * min(4, len(own) - 2))
        chosen = dict.fromkeys(own[start : start + 2 + int(rng.random() * 2)])
        for _ in range(2 + int(rng.random() * 3)):
            chosen[self._pick(others)] = None
        if human.seniority == "executive" and rng.random() < 0.3:
            chosen[self._pick(self._boards)] = None
        first = GROUP_OF[next(iter(chosen))]
        while len(chosen) < FEWEST_SKILLS or all(GROUP_OF[skill] == first for skill in chosen):
            chosen[self._pick(self._common)] = None
        return list(chosen)

    def page(self, human: Human, firm: Firm) -> Page:
        """The mentor's page of ``human``, complete."""
        rng, pick = self.rng, self._pick
        skills = self.skills(human)
        author = human.author(two_groups(skills))
        industries = [firm.industry]
        if rng.random() < 0.35 and (other := pick(INDUSTRIES.slugs)) != firm.industry:
            industries.append(other)
        forms = ["cross_company"] if rng.random() < 0.93 else ["informal"]
        if author.young:
            forms.append("reverse")
        for form, chance in (
            ("organised", 0.4),
            ("informal", 0.25),
            ("peer", 0.15),
            ("external", 0.14),
            ("reverse", 0.06),
        ):
            if rng.random() < chance and form not in forms:
                forms.append(form)
        if human.seniority == "board" or any(skill in self._boards for skill in skills):
            forms.append("board")
        mandates = ""
        if human.seniority == "board" or (human.seniority == "executive" and rng.random() < 0.25):
            known = self._mandates[human.locale, human.gender]
            at = int(rng.random() * len(known))
            chosen = [known[at]] if rng.random() < 0.6 else [known[at], known[at - 1]]
            mandates = "\n".join(chosen)
        remote = rng.random() < 0.88
        return Page(
            title=human.title,
            headline=self.writer.headline(author),
            story=self.writer.story(author),
            function=human.function,
            seniority=human.seniority,
            industries=industries,
            skills=skills,
            own_words=[pick(self._own_words[human.locale])] if rng.random() < 0.3 else [],
            languages=list(human.languages),
            place=firm.city,
            remote=remote,
            in_person=not remote or rng.random() < 0.6,
            forms=forms,
            board_mandates=mandates,
            cadence=pick(CADENCES),
            capacity=pick(CAPACITIES),
        )


def two_groups(skills: list[str]) -> tuple[str, ...]:
    """The groups of the first skill, and of the first one that belongs to another."""
    groups = list(dict.fromkeys(GROUP_OF[skill] for skill in skills))
    return tuple(groups[:2])
