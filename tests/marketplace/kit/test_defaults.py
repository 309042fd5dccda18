"""The papers that are shipped: both languages say the same things, for every form of mentoring."""

from __future__ import annotations

import re

import pytest

from marketplace.kit.defaults import CONTENT, LOCALES, PAPERS, default_text, papers_for
from marketplace.programmes.modalities import Form, Modalities
from tests.factories import TIMELINE


def choices(form: Form) -> Modalities:
    return Modalities(form=form, timeline=TIMELINE, months=9, cadence="every_six_weeks")


CASES = [(paper.slug, form) for form in Form for paper in papers_for(form)]


def headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]


def test_every_paper_has_both_languages_and_nothing_else_lies_there():
    wanted = {f"{paper.slug}.{locale}.md" for paper in PAPERS for locale in LOCALES}
    assert {path.name for path in CONTENT.iterdir()} == wanted


@pytest.mark.parametrize(("slug", "form"), CASES)
def test_the_two_languages_have_the_same_parts(slug, form):
    (title_en, english), (title_fr, french) = (default_text(slug, choices(form), locale) for locale in LOCALES)
    assert title_en and title_fr
    assert headings(english) == headings(french)
    for mark in (r"^- ", r"^\d+\. ", r"^---$"):
        counts = [len(re.findall(mark, text, re.MULTILINE)) for text in (english, french)]
        assert counts[0] == counts[1], mark
    assert len(english.split("\n\n")) == len(french.split("\n\n"))
    for text in (english, french, title_en, title_fr):
        assert ":::" not in text and "{" not in text
        assert "!" not in text


@pytest.mark.parametrize("form", list(Form))
def test_a_guide_is_long_enough_to_help_and_short_enough_to_be_read(form):
    for paper in papers_for(form):
        if paper.slug.startswith("guide"):
            for locale in LOCALES:
                words = len(default_text(paper.slug, choices(form), locale)[1].split())
                assert 900 <= words <= 1500, (paper.slug, locale, words)


def test_french_is_set_as_the_french_do():
    for path in CONTENT.glob("*.fr.md"):
        text = path.read_text()
        assert not re.search(r"[^\u00a0\u202f][;?!»]|«[^\u00a0]|'", text.replace("](", "")), path.name
        assert not re.search(r"\b(tu|tes|toi)\b", text), path.name


def test_a_reverse_programme_speaks_of_the_junior_mentor_and_the_others_do_not():
    assert default_text("guide-for-mentors", choices(Form.reverse), "en")[0] == "Guide for junior mentors"
    assert "senior" in default_text("guide-for-mentees", choices(Form.reverse), "fr")[0]
    plain = default_text("guide-for-mentors", choices(Form.cross_company), "en")
    assert plain[0] == "Guide for mentors" and "junior" not in plain[1]


def test_peers_have_one_guide_for_all_and_no_other():
    slugs = [paper.slug for paper in papers_for(Form.peer)]
    assert "guide-for-peers" in slugs
    assert not {"guide-for-mentors", "guide-for-mentees"} & set(slugs)
    for slug in slugs:
        text = default_text(slug, choices(Form.peer), "en")[1]
        assert not re.search(r"\bmentees?\b", text), slug


def test_students_are_told_whom_to_turn_to_and_others_keep_secrets_of_their_firms():
    for slug in ("guide-for-mentors", "guide-for-mentees"):
        assert "school" in default_text(slug, choices(Form.external), "en")[1]
        assert "share price" in default_text("guide-for-mentors", choices(Form.board), "en")[1]
        assert "share price" not in default_text(slug, choices(Form.organised), "en")[1]


def test_the_programmes_own_length_and_rhythm_are_in_it():
    assert (
        "one meeting every six weeks, for 9 months" in default_text("guide-for-mentors", choices(Form.board), "en")[1]
    )
    french = default_text("guide-for-mentors", choices(Form.board), "fr")[1]
    assert "une rencontre toutes les six semaines, pendant 9 mois" in french


WRONG = {
    # Nobody is above the others: the words for two sides do not belong to peers.
    Form.peer: (
        r"\b(?:your|my|the|a) ment(?:or|ee)s?\b",
        r"\b(?:votre|vos|mon|ma|le|la|un|une) ment(?:or|ore|ee|orée?)s?\b",
    ),
    # A student has a school, and neither a manager nor a post.
    Form.external: (
        r"\bmy (?:employer|manager)\b|\byour (?:employer|boss)\b",
        r"\bm(?:on|a) responsable\b|\bvotre (?:employeur|responsable)\b",
    ),
    # The junior mentors: it is not they who risk less, and no promotion is theirs to promise.
    Form.reverse: (r"\bThe mentor begins\b|promise a job", r"la mentore qui commence\b|promettez jamais un poste"),
}


@pytest.mark.parametrize(("form", "locale"), [(form, locale) for form in WRONG for locale in LOCALES])
def test_no_paper_says_what_is_wrong_for_its_form(form, locale):
    for paper in papers_for(form):
        text = "\n".join(default_text(paper.slug, choices(form), locale))
        assert not re.findall(WRONG[form][LOCALES.index(locale)], text, re.IGNORECASE), paper.slug
