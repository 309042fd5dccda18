"""The modules that are shipped: each form of mentoring gets its own words, in both languages."""

from __future__ import annotations

import re

import pytest

from marketplace.programmes.modalities import Form, Side
from marketplace.training.defaults import ready_modules
from marketplace.training.quizzes import Question


def said(form, locale):
    """Everything that the ready modules of a form say, and the questions of their quizzes."""
    words = []
    for module in ready_modules(form):
        words += [module[f"title_{locale}"], module[f"body_{locale}"]]
        for question in module["quiz"].get("questions", ()):
            read = Question.model_validate(question)
            words += [one.text(locale) for one in (read.words, read.explanation, *(x.words for x in read.options))]
    return "\n".join(words)


@pytest.mark.parametrize("form", list(Form))
def test_three_for_each_side_in_both_languages(form):
    sides = [Side.peer] if form is Form.peer else [Side.mentor, Side.mentee]
    modules = ready_modules(form)
    assert [module["sides"] for module in modules] == [[side.value] for side in sides for _each in range(3)]
    for module in modules:
        english, french = module["body_en"], module["body_fr"]
        assert len(english.split("\n\n")) == len(french.split("\n\n")), module["title_en"]
        assert len(re.findall(r"^- ", english, re.M)) == len(re.findall(r"^- ", french, re.M)), module["title_en"]
        assert len(module["quiz"].get("questions", ())) == (4 if module["kind"] == "quiz" else 0)
    for locale in ("en", "fr"):
        text = said(form, locale)
        assert ":::" not in text and "!" not in text
    assert not re.search(r"[^\u00a0\u202f][;?»]|«[^\u00a0]", said(form, "fr"))


def test_peers_hear_of_no_mentor_and_no_mentee():
    assert not re.search(r"\bmentor|\bmentee", said(Form.peer, "en"))
    assert not re.search(r"\bmentor|\bmentee", said(Form.peer, "fr"))


def test_a_junior_mentor_is_not_told_that_they_have_been_there_before():
    for locale, wrong, right in (
        ("en", r"been where they want to go|who is hiring|old colleague", "rank|senior"),
        ("fr", r"passé par là où|qui recrute|ancien collègue", "senior|plus jeune"),
    ):
        assert not re.search(wrong, said(Form.reverse, locale)) and re.search(right, said(Form.reverse, locale))
        assert re.search(wrong, said(Form.organised, locale)), "others still are"


def test_students_have_a_school_and_no_boss():
    for locale, wrong, right in (
        ("en", r"\byour employer\b(?! reads)|\bmy leadership\b|HR department|not their boss", "the school has named"),
        ("fr", r"service RH|mon leadership|êtes pas le chef", "l’école a désignée"),
    ):
        assert not re.search(wrong, said(Form.external, locale)), locale
        assert right in said(Form.external, locale)
