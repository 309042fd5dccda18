"""The demo's hand-written content: complete in both languages, well set, and never twice in a row."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from dev.demo.content import LOCALES, gendered, table, text_of, texts, typeset
from dev.demo.people import Population, firms, networks
from dev.demo.writing import GROUP_OF, Author, Correspondent, Deck, Writer
from marketplace.requests.forms import BRING_LEAST, GOAL_LEAST, WHY_LEAST
from marketplace.vocabulary import DECLINE_REASONS, FUNCTIONS, INDUSTRIES, LANGUAGES, SKILLS

GROUPS = {group.slug for group in SKILLS.groups}
SLOTS = {
    "headlines": {"first": 120, "second": 40},
    "stories": {"openings": 40, "industries": 40, "middles": 40, "practices": 40, "closings": 40, "bullets": 40},
    "requests": {"goals": 40, "why_you": 40, "brings": 40, "exchanges": 40, "acceptances": 40, "declines": 40},
}
EVERY_SLOT = [(kind, slot, least) for kind, slots in SLOTS.items() for slot, least in slots.items()]


def every_line(locale: str) -> list[str]:
    slots = [*((kind, slot) for kind, slot, _ in EVERY_SLOT), ("requests", "seeking"), ("requests", "experience")]
    return [
        words
        for kind, slot in slots
        for lines in texts(kind, slot, locale).values()
        for line in lines
        for words in {line.m, line.f}
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "slot", "least"), EVERY_SLOT)
def test_there_are_enough_fragments_and_none_twice(kind: str, slot: str, least: int, locale: str) -> None:
    lines = [line.m for lines in texts(kind, slot, locale).values() for line in lines]
    assert len(lines) >= least
    assert [line for line, times in Counter(lines).items() if times > 1] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_trade_industry_group_and_reason_has_words(locale: str) -> None:
    functions = {term.slug for term in FUNCTIONS}
    assert functions | {"any", "reverse"} == set(texts("headlines", "first", locale))
    assert functions | {"reverse"} == set(texts("stories", "openings", locale))
    assert functions == set(texts("requests", "experience", locale)) == set(table("titles"))
    assert {term.slug for term in INDUSTRIES} == set(texts("stories", "industries", locale))
    for kind, slot in (("headlines", "second"), ("stories", "middles"), ("stories", "bullets"), ("requests", "goals")):
        assert set(texts(kind, slot, locale)) == GROUPS
    assert set(texts("requests", "declines", locale)) == {term.slug for term in DECLINE_REASONS}


@pytest.mark.parametrize("locale", LOCALES)
def test_typography_and_tone(locale: str) -> None:
    for line in every_line(locale):
        assert not set(line) & set("!{}'\"<>*_"), line
        assert "  " not in line, line
        assert line == line.strip(), line
        if locale == "fr":
            assert not re.search(r"\w[;:?»]|« ", line.replace("||", "")), line


def test_markers_follow_the_speaker() -> None:
    assert gendered("Je suis {venu|venue} {seul|seule}.", "f") == "Je suis venue seule."
    assert gendered("Je suis {venu|venue} {seul|seule}.", "m") == "Je suis venu seul."
    assert typeset("l'été : « oui » ?", "fr") == "l’été\u202f: «\u202foui\u202f»\u202f?"
    assert typeset('a "word" isn\'t', "en") == "a “word” isn’t"
    assert text_of("data|sales :: {Il|Elle} vend.", "fr").needs == ("data", "sales")


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_line_needs_can_be_met(locale: str) -> None:
    functions = {term.slug for term in FUNCTIONS}
    for goal in (goal for goals in texts("requests", "goals", locale).values() for goal in goals):
        assert {need.removeprefix("f+").removeprefix("m+") for need in goal.needs} <= functions
    for lines in texts("requests", "declines", locale).values():
        assert all(set(line.needs) <= GROUPS for line in lines)
    mentors = "\n".join(
        line.m
        for kind, slot in (("headlines", "first"), ("stories", "openings"), ("stories", "middles"))
        for lines in texts(kind, slot, locale).values()
        for line in lines
    ).casefold()
    mentees = "\n".join(
        line.m
        for slot in ("goals", "why_you", "brings")
        for lines in texts("requests", slot, locale).values()
        for line in lines
    ).casefold()
    for slot, written in (("why_you", mentors), ("exchanges", mentees), ("acceptances", mentees)):
        for lines in texts("requests", slot, locale).values():
            for line in lines:
                assert not line.needs or any(need.casefold() in written for need in line.needs), line


@pytest.mark.parametrize("locale", LOCALES)
def test_requests_are_as_long_as_the_form_asks(locale: str) -> None:
    for slot, least in (("goals", GOAL_LEAST), ("why_you", WHY_LEAST), ("brings", BRING_LEAST)):
        for lines in texts("requests", slot, locale).values():
            for line in lines:
                assert len(line.m) >= least, line.m
                assert len(set(line.m.lower().split())) >= least // 10, line.m


def test_people_know_only_what_the_vocabulary_holds() -> None:
    people = table("people")
    listed = [*people["common"], *people["boards"], *people["reverse"]]
    assert {skill for skills in people["skills"].values() for skill in skills} | set(listed) <= set(GROUP_OF)
    assert set(people["skills"]) == {term.slug for term in FUNCTIONS}
    assert {language for names in table("names").values() for language in names["languages"]} <= set(LANGUAGES.slugs)
    assert {level for levels in table("titles").values() for level in levels} == {"lead", "head", "executive", "board"}


def test_three_networks_and_forty_firms_are_well_formed() -> None:
    known = firms()
    assert (len(known), len(networks())) == (40, 3)
    slugs = {firm.slug for firm in known} | {network.slug for network in networks()}
    assert len(slugs) == 43
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", firm.accent) for firm in known)
    assert {firm.industry for firm in known} <= set(INDUSTRIES.slugs)
    assert {origin for firm in known for origin in firm.origins} <= set(table("names"))
    facts = table("firms")
    mentioned = {slug for one, other, *_ in facts["conflicts"] for slug in (one, other)}
    assert mentioned | set(facts["private"]) | set(facts["approving"]) | set(facts["empty"]) <= slugs


@pytest.fixture(scope="module")
def pages() -> list[tuple]:
    population = Population(1)
    ring = [firm for firm in firms() for _ in range(firm.weight)]
    found = []
    for number in range(500):
        firm = ring[number * 7 % len(ring)]
        human = population.human(firm, mentor=True)
        found.append((human, population.page(human, firm)))
    return found


def test_five_hundred_pages_differ(pages: list[tuple]) -> None:
    assert len({page.headline for _, page in pages}) >= 475
    assert len({page.story for _, page in pages}) == 500
    for (_, one), (_, other) in pairwise(pages):
        assert one.headline.split(". ")[0] != other.headline.split(". ")[0]
        assert one.story.split("\n\n")[0] != other.story.split("\n\n")[0]
    in_english = sum(human.locale == "en" for human, _ in pages)
    assert 225 <= in_english <= 325


def test_stories_have_80_to_220_words_and_headlines_fit_a_card(pages: list[tuple]) -> None:
    for _, page in pages:
        assert 80 <= len(page.story.split()) <= 220, page.story
        assert len(page.headline) <= 160
        assert 4 <= len(page.skills) <= 8
        assert len({GROUP_OF[skill] for skill in page.skills}) > 1


def test_the_same_seed_makes_the_same_people() -> None:
    def some(seed: int) -> list[tuple]:
        population = Population(seed)
        firm = firms()[0]
        people = [population.human(firm, mentor=True) for _ in range(20)]
        return [(human, population.page(human, firm)) for human in people]

    assert some(3) == some(3)
    assert some(3) != some(4)


def test_names_give_plain_addresses() -> None:
    population = Population(2)
    for firm in firms():
        human = population.human(firm, mentor=False)
        assert re.fullmatch(r"[a-z-]+\.[a-z-]+@[a-z-]+\.example", human.email(firm.domain)), human


def test_a_deck_deals_everything_before_it_repeats() -> None:
    writer = Writer(1)
    deck = Deck("abcd", writer.rng)
    dealt = "".join(deck.deal() for _ in range(400))
    assert all(sorted(dealt[at : at + 4]) == list("abcd") for at in range(0, 400, 4))
    assert all(one != other for one, other in pairwise(dealt))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("gender", ["m", "f"])
def test_a_correspondence_holds_together(locale: str, gender: str) -> None:
    pen = Correspondent(1)
    for function in FUNCTIONS.slugs:
        for group in sorted(GROUPS):
            mentee = Author(locale, gender, function, "energy", (group, "career"))
            page = " ".join(line.m for line in texts("stories", "middles", locale)[group])
            request = pen.request(mentee, page)
            if request is None:
                continue
            goals = texts("requests", "goals", locale)[group]
            goal = next(goal for goal in goals if request.goal == goal.by(gender))
            assert not goal.needs or any(need.rpartition("+")[2] == function for need in goal.needs)
            question, answer = pen.exchange(mentee, mentee, request)
            assert question.endswith(("?", "? "))
            assert answer.endswith(".")
            assert pen.acceptance(mentee, group, request)
            for reason in DECLINE_REASONS.slugs:
                assert pen.decline(mentee, reason, group)
