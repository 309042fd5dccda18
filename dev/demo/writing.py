"""What invented people write: mentors' pages, and the messages of a request. Deterministic for a given seed, and cheap:
fragments are read and settled once, so that a page is a handful of draws and one join.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from dev.demo.content import LOCALES, Text, texts
from marketplace.vocabulary import SKILLS

T = TypeVar("T")

LONGEST_HEADLINE = 160
BULLETS = 3
SHORT = 540
"""A story of fewer characters (some 90 words) is given one more paragraph."""

SECOND_SENTENCE = 0.45
"""How often a headline has a second sentence the first time round; later it always has one."""

# What stands in a story, in order. A, B: the mentor's first and second group of skills. The result has 80 to 220 words.
SHAPES: tuple[tuple[str, ...], ...] = (
    ("opening", "middle A", "closing"),
    ("opening+industry", "list A", "practice", "closing"),
    ("middle A", "practice", "closing"),
    ("opening+industry", "middle A", "practice"),
    ("opening", "practice", "list AB", "closing"),
    ("middle A", "list AB", "practice", "closing"),
    ("opening", "middle A", "middle B", "closing"),
    ("practice", "opening+industry", "closing"),
    ("opening+industry", "middle B", "closing"),
    ("practice", "middle A", "list B"),
)
SHAPES_FOR_THE_YOUNG: tuple[tuple[str, ...], ...] = (
    ("opening", "practice", "closing"),
    ("opening", "list AB", "practice", "closing"),
    ("practice", "opening", "closing"),
)


class Deck(Generic[T]):
    """Deals every card once before any comes again, so that neighbours differ."""

    def __init__(self, cards: Sequence[T], rng: Random) -> None:
        self.cards = list(cards)
        self.rng = rng
        self.rounds = 0
        self._left = 0

    def deal(self) -> T:
        if not self._left:
            last = self.cards[0]
            self.rng.shuffle(self.cards)
            if self.cards[-1] is last and len(self.cards) > 1:
                self.cards[0], self.cards[-1] = self.cards[-1], self.cards[0]
            self._left = len(self.cards)
            self.rounds += 1
        self._left -= 1
        return self.cards[self._left]


@dataclass(frozen=True, slots=True)
class Author:
    """What the words depend on: language, speaker, trade, and the groups of what they know, most important first."""

    locale: str
    gender: str
    function: str
    industry: str
    groups: tuple[str, ...]
    young: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """The three parts of a mentee's message."""

    goal: str
    why_you: str
    what_i_bring: str

    def words(self) -> str:
        return f"{self.goal} {self.why_you} {self.what_i_bring}"


GROUP_OF = {term.slug: term.group for term in SKILLS}
"""The tag of the fragments about a skill."""


class Writer:
    """Writes for any number of people, dealing from shuffled decks."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed} writing")
        self._decks: dict[tuple[str, ...], Deck[Text]] = {}
        self._bullets: dict[tuple[str, str], Deck[tuple[str, ...]]] = {}
        self._tails = {locale: texts("headlines", "second", locale) for locale in LOCALES}
        for locale in LOCALES:
            for kind, slots in {
                "headlines": ("first",),
                "stories": ("openings", "industries", "middles", "practices", "closings", "list_intros"),
            }.items():
                for slot in slots:
                    for tag, fragments in texts(kind, slot, locale).items():
                        self._decks[slot, tag, locale] = Deck(fragments, self.rng)
            for tag, bullets in texts("stories", "bullets", locale).items():
                self._bullets[tag, locale] = Deck(_threes([bullet.m for bullet in bullets]), self.rng)

    # --- a mentor's page ---

    def headline(self, author: Author) -> str:
        """One or two sentences in the author's own voice, at most ``LONGEST_HEADLINE`` characters."""
        rng = self.rng
        tag = "reverse" if author.young else ("any" if rng.random() < 0.25 else author.function)
        deck = self._decks["first", tag, author.locale]
        first = deck.deal().by(author.gender)
        if deck.rounds == 1 and rng.random() > SECOND_SENTENCE:
            return first
        tails = self._tails[author.locale][author.groups[0]]
        headline = f"{first} {tails[int(rng.random() * len(tails))].by(author.gender)}"
        return headline if len(headline) <= LONGEST_HEADLINE else first

    def story(self, author: Author) -> str:
        """The author's story as Markdown: two to four paragraphs, one of them perhaps a short list."""
        shapes = SHAPES_FOR_THE_YOUNG if author.young else SHAPES
        shape = shapes[int(self.rng.random() * len(shapes))]
        parts = [self._part(part, author) for part in shape]
        if sum(map(len, parts)) < SHORT:
            parts.insert(-1, self._part("practice", author))
        return "\n\n".join(parts)

    def _part(self, part: str, author: Author) -> str:
        if part.startswith("opening"):
            tag = "reverse" if author.young else author.function
            opening = self._deal("openings", tag, author)
            if part == "opening":
                return opening
            return f"{opening} {self._deal('industries', author.industry, author)}"
        if part.startswith("middle"):
            return self._deal("middles", author.groups[part == "middle B"], author)
        if part.startswith("list"):
            intro = self._deal("list_intros", "any", author)
            items = self._bullets[author.groups[part == "list B"], author.locale].deal()
            if part == "list AB":
                items = (*items[:2], self._bullets[author.groups[1], author.locale].deal()[0])
            return f"{intro}\n\n{_markdown_list(items, author.locale)}"
        return self._deal(f"{part}s", "any", author)

    def _deal(self, slot: str, tag: str, author: Author) -> str:
        return self._decks[slot, tag, author.locale].deal().by(author.gender)


class Correspondent:
    """Writes what mentees and mentors say to each other in a request."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed} correspondence")
        self._used: dict[int, int] = {}

    def request(self, mentee: Author, page: str, goal: str = "") -> Request | None:
        """A request about the mentee's first group of skills to somebody whose page reads ``page``.

        ``goal`` stands instead of a goal drawn. None when nothing written for that group suits the mentee's trade.
        """
        if not goal:
            goals = texts("requests", "goals", mentee.locale)[mentee.groups[0]]
            fitting = [text for text in goals if not text.needs or _fits(text.needs, mentee)]
            if not fitting:
                return None
            goal = self._pick(fitting).by(mentee.gender)
        return Request(
            goal,
            self._about("why_you", mentee, page),
            self._pick(texts("requests", "brings", mentee.locale)["any"]).by(mentee.gender),
        )

    def exchange(self, mentor: Author, mentee: Author, request: Request) -> tuple[str, str]:
        """A question of the mentor's, and the mentee's answer."""
        question, answer = self._exchange(mentee.groups[0], mentor.locale, request)
        return question.by(mentor.gender), answer.by(mentee.gender)

    def acceptance(self, mentor: Author, group: str, request: Request) -> str:
        tagged = texts("requests", "acceptances", mentor.locale)
        return self._prefer(tagged, group, request.words()).by(mentor.gender)

    def decline(self, mentor: Author, reason: str, group: str) -> str:
        """Kind words for a refusal whose reason is one of the vocabulary's."""
        lines = texts("requests", "declines", mentor.locale)[reason]
        return self._pick([line for line in lines if not line.needs or group in line.needs]).by(mentor.gender)

    def line(self, slot: str, author: Author, tag: str = "any") -> str:
        """One line of a slot that depends on nobody else: seeking, withdrawals, contacts, refusals, concerns."""
        return self._pick(texts("requests", slot, author.locale)[tag]).by(author.gender)

    def experience(self, mentee: Author) -> str:
        return self._pick(texts("requests", "experience", mentee.locale)[mentee.function]).by(mentee.gender)

    def _about(self, slot: str, author: Author, page: str) -> str:
        return self._prefer(texts("requests", slot, author.locale), author.groups[0], page).by(author.gender)

    def _exchange(self, group: str, locale: str, request: Request) -> tuple[Text, Text]:
        chosen = self._prefer(texts("requests", "exchanges", locale), group, request.words())
        men, women = chosen.m.split(" || "), chosen.f.split(" || ")
        return Text(men[0], women[0]), Text(men[1], women[1])

    def _prefer(self, tagged: Mapping[str, Sequence[Text]], group: str, words: str) -> Text:
        """A line whose condition ``words`` meet; else one of the group without a condition, or one that suits all."""
        folded = words.casefold()
        fitting = [
            line for line in tagged[group] if line.needs and any(need.casefold() in folded for need in line.needs)
        ]
        if fitting and self.rng.random() < 0.75:
            return self._pick(fitting)
        return self._pick(
            [
                line
                for line in (*tagged[group], *tagged["any"])
                if not line.needs or any(need.casefold() in folded for need in line.needs)
            ]
        )

    def _pick(self, lines: Sequence[Text]) -> Text:
        """One of those used least so far."""
        least = min(self._used.get(id(line), 0) for line in lines)
        freshest = [line for line in lines if self._used.get(id(line), 0) == least]
        chosen = freshest[int(self.rng.random() * len(freshest))]
        self._used[id(chosen)] = least + 1
        return chosen


def _fits(needs: Sequence[str], author: Author) -> bool:
    for need in needs:
        gender, plus, function = need.partition("+")
        if (gender == author.gender and function == author.function) if plus else need == author.function:
            return True
    return False


def _threes(items: Sequence[str]) -> list[tuple[str, ...]]:
    """The items three by three, each of them first once."""
    ring = [*items, *items]
    return [tuple(ring[start : start + BULLETS]) for start in range(len(items))]


def _markdown_list(items: Sequence[str], locale: str) -> str:
    if locale == "fr":
        return "- " + "\N{NARROW NO-BREAK SPACE};\n- ".join(items) + "."
    return "- " + "\n- ".join(items)
