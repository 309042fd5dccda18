"""A training as its reader sees it: what to do next, how far they are, what came of a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from marketplace.training.models import QuizAnswer, TrainingModule
from marketplace.training.queries import ModuleSeen
from marketplace.training.quizzes import Question
from tenants.shared.prose import prose_html


@dataclass(frozen=True, slots=True)
class Way:
    """``next``: the first required module that is not done, else the first optional one."""

    modules: Sequence[ModuleSeen]
    next: ModuleSeen | None
    done: int
    asked: int

    @property
    def complete(self) -> bool:
        return self.asked > 0 and self.done == self.asked


def way_through(modules: Sequence[ModuleSeen]) -> Way:
    required = [one for one in modules if one.module.required]
    open_ = sorted((one for one in modules if one.done_at is None), key=lambda one: not one.module.required)
    return Way(modules, open_[0] if open_ else None, sum(one.done_at is not None for one in required), len(required))


@dataclass(frozen=True, slots=True)
class OptionFace:
    number: int
    words: str
    chosen: bool
    right: bool


@dataclass(frozen=True, slots=True)
class QuestionFace:
    """``right`` is None before an attempt; explanations come with the first one."""

    number: int
    words: str
    many: bool
    options: tuple[OptionFace, ...]
    right: bool | None
    explanation: str


def question_faces(
    module: TrainingModule, locale: str, attempt: QuizAnswer | None, typed: dict[int, list[int]] | None = None
) -> list[QuestionFace]:
    return [
        _question(number, question, locale, attempt, (typed or {}).get(number, []))
        for number, question in enumerate(module.questions)
    ]


def _question(
    number: int, question: Question, locale: str, attempt: QuizAnswer | None, typed: Sequence[int]
) -> QuestionFace:
    chosen = list(attempt.answers.get(str(number), [])) if attempt else list(typed)
    return QuestionFace(
        number=number,
        words=question.words.text(locale),
        many=question.many,
        options=tuple(
            OptionFace(place, option.words.text(locale), place in chosen, option.right)
            for place, option in enumerate(question.options)
        ),
        right=question.is_right(chosen) if attempt else None,
        explanation=question.explanation.text(locale) if attempt else "",
    )


def body_of(module: TrainingModule, locale: str) -> Markup:
    return prose_html(module.body(locale), below=1)
