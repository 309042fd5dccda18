"""Questions of a quiz as checked values, and how answers to them are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from marketplace.programmes.modalities import Words

OPTIONS_MOST = 6
QUESTIONS_MOST = 30


class Option(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: Words
    right: bool = False


class Question(BaseModel):
    """One question. ``many``: every right option is to be chosen, and no other; otherwise exactly one is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: Words
    many: bool = False
    options: tuple[Option, ...] = Field(min_length=2, max_length=OPTIONS_MOST)
    explanation: Words = Words()

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        right = sum(option.right for option in self.options)
        if not right:
            raise ValueError("no option is right")
        if not self.many and right > 1:
            raise ValueError("one option is right where one is chosen")
        if not self.words or not all(option.words for option in self.options):
            raise ValueError("a question and its options have words")
        return self

    def is_right(self, chosen: Sequence[int]) -> bool:
        return set(chosen) == {number for number, option in enumerate(self.options) if option.right}


def percent_right(questions: Sequence[Question], answers: Mapping[int, Sequence[int]]) -> int:
    """How many of ``questions`` are answered rightly, in whole per cent, rounded down; each counts the same."""
    if not questions:
        return 0
    right = sum(question.is_right(answers.get(number, ())) for number, question in enumerate(questions))
    return right * 100 // len(questions)
