"""The controlled words: complete in both languages, findable however they are typed."""

import pytest

from marketplace.vocabulary import (
    CADENCES,
    CONFLICT_KINDS,
    DECLINE_REASONS,
    FORMS,
    FUNCTIONS,
    INDUSTRIES,
    LANGUAGES,
    SENIORITIES,
    SKILLS,
    Vocabulary,
    fold,
)
from marketplace.vocabulary.folding import words

EVERY = [
    CADENCES,
    CONFLICT_KINDS,
    DECLINE_REASONS,
    FORMS,
    FUNCTIONS,
    INDUSTRIES,
    LANGUAGES,
    SENIORITIES,
    SKILLS,
]


@pytest.mark.parametrize("vocabulary", EVERY, ids=lambda v: v.name)
def test_every_term_has_a_plain_slug_and_both_labels(vocabulary: Vocabulary) -> None:
    for term in vocabulary:
        assert term.slug.replace("_", "").isalnum()
        assert term.slug == term.slug.lower()
        assert term.en.strip() == term.en != ""
        assert term.fr.strip() == term.fr != ""
        assert "'" not in term.fr
        assert vocabulary.get(term.slug) is term
        assert term.slug in vocabulary


@pytest.mark.parametrize("vocabulary", EVERY, ids=lambda v: v.name)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_no_two_terms_read_the_same(vocabulary: Vocabulary, locale: str) -> None:
    labels = [fold(label) for _, label in vocabulary.choices(locale)]
    assert len(labels) == len(set(labels)) == len(vocabulary)


@pytest.mark.parametrize("vocabulary", EVERY, ids=lambda v: v.name)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_term_is_first_when_its_own_label_is_typed(vocabulary: Vocabulary, locale: str) -> None:
    for slug, label in vocabulary.choices(locale):
        found = [term.slug for term in vocabulary.search(label, locale)]
        assert slug in found[:2], (label, found)


def test_the_sizes_that_the_product_counts_on() -> None:
    assert len(SKILLS) >= 120
    assert len(INDUSTRIES) >= 24
    assert [term.slug for term in FORMS] == [
        "informal",
        "organised",
        "external",
        "peer",
        "reverse",
        "cross_company",
        "board",
    ]
    assert SENIORITIES.slugs[0] == "early_career"
    assert SENIORITIES.slugs[-1] == "board"
    assert "no" in LANGUAGES
    assert LANGUAGES.get("no").own_name == "Norsk"


@pytest.mark.parametrize(
    ("text", "locale", "slug"),
    [
        ("MATERNITÉ", "fr", "returning_from_leave"),
        ("maternite", "fr", "returning_from_leave"),
        ("l'imposteur", "fr", "confidence"),
        ("mixite", "fr", "gender_balance"),
        ("parite", "fr", "gender_balance"),
        ("oeuvre", "fr", "strategy_execution"),
        ("r&d", "en", "research_development"),
        ("board first", "en", "first_board_seat"),
        ("NED", "en", "first_board_seat"),
        ("neg", "en", "negotiation"),
    ],
)
def test_skills_are_found_by_synonym_accent_and_order(text: str, locale: str, slug: str) -> None:
    assert slug in [term.slug for term in SKILLS.search(text, locale, 5)]


def test_the_other_language_is_understood_but_comes_after() -> None:
    found = [term.slug for term in SKILLS.search("décarbonation", "en")]
    assert found == ["decarbonisation"]
    assert [term.slug for term in LANGUAGES.search("deutsch", "fr")] == ["de"]
    assert [term.slug for term in LANGUAGES.search("中文", "en")] == ["zh"]


def test_a_search_is_limited_and_may_find_nothing() -> None:
    assert len(SKILLS.search("a", "en", 3)) == 3
    assert SKILLS.search("", "en") == SKILLS.search(" -'% ", "en") == []
    assert SKILLS.search("zzyzx", "fr") == []


def test_an_unknown_slug_is_refused() -> None:
    assert "unheard_of" not in SKILLS
    with pytest.raises(KeyError):
        SKILLS.get("unheard_of")
    with pytest.raises(KeyError):
        SKILLS.label("unheard_of", "fr")


def test_lists_are_in_the_reader_s_alphabet_and_ranks_keep_their_order() -> None:
    french = [label for _, label in INDUSTRIES.choices("fr")]
    assert french == sorted(french, key=fold)
    assert [slug for slug, _ in SENIORITIES.choices("fr")] == list(SENIORITIES.slugs)
    assert sum(len(terms) for _, terms in SKILLS.grouped_choices("en")) == len(SKILLS)


def test_folding() -> None:
    assert fold("Œuvre à l’Été, Straße, Łódź") == "oeuvre a l’ete, strasse, lodz"
    assert words("l’été au bureau d'études") == ["l", "ete", "au", "bureau", "d", "etudes"]
