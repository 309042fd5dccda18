"""A questionnaire as a checked value, what of it somebody is asked, and what they answered as marks that can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from marketplace.programmes.modalities import Words

WORDS_MOST = 2000
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Part):
    key: Key
    words: Words


class When(Part):
    """Asked only of those who chose one of ``any_of`` at an earlier question."""

    question: Key
    any_of: tuple[str, ...] = Field(min_length=1)


class Question(Part):
    """``scale``: 1 to ``steps``, from ``low`` to ``high``; ``matrix``: the same for each of ``rows``.

    ``ranking``: every option has a place.
    """

    key: Key
    kind: Literal["scale", "one", "many", "ranking", "words", "matrix"]
    words: Words
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    steps: int = Field(5, ge=2, le=11)
    low: Words = Words()
    high: Words = Words()
    required: bool = False
    when: When | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        needs_options = self.kind in ("one", "many", "ranking")
        if needs_options != (len(self.options) > 1) or (self.kind == "matrix") != bool(self.rows):
            raise ValueError(f"{self.key}: options and rows are those of its kind")
        for named in (self.options, self.rows):
            if len({one.key for one in named}) != len(named):
                raise ValueError(f"{self.key}: two have the same key")
        return self

    def values(self) -> frozenset[str]:
        """What a later question may ask for."""
        if self.kind == "scale":
            return frozenset(str(step) for step in range(1, self.steps + 1))
        return frozenset(one.key for one in self.options) if self.kind in ("one", "many") else frozenset()


class Section(Part):
    title: Words
    questions: tuple[Question, ...] = Field(min_length=1)


class Design(Part):
    title: Words
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _branches_point_back(self) -> Self:
        """A condition looks at an earlier section, so that every page can be drawn from what is known by then."""
        before: dict[str, Question] = {}
        keys: set[str] = set()
        for section in self.sections:
            for one in section.questions:
                if one.key in keys:
                    raise ValueError(f"{one.key} is asked twice")
                keys.add(one.key)
                if one.when and not (
                    one.when.question in before and set(one.when.any_of) <= before[one.when.question].values()
                ):
                    raise ValueError(f"{one.key} depends on what no earlier section asks")
            before |= {one.key: one for one in section.questions}
        return self


Answers = dict[str, Any]


def is_asked(one: Question, answers: Mapping[str, Any]) -> bool:
    if one.when is None:
        return True
    given = answers.get(one.when.question)
    return bool({str(value) for value in (given if isinstance(given, list) else [given])} & set(one.when.any_of))


def asked(design: Design, page: int, answers: Mapping[str, Any]) -> list[Question]:
    """The questions of one page that are asked of somebody who answered so far what they did."""
    return [one for one in design.sections[page].questions if is_asked(one, answers)]


def cleaned(design: Design, raw: Any) -> Answers:
    """Only what is an answer to what is asked; anything else in ``raw`` is left out."""
    raw, kept = raw if isinstance(raw, dict) else {}, Answers()
    for page in range(len(design.sections)):
        for one in asked(design, page, kept):
            if (value := _valid(one, raw.get(one.key))) is not None:
                kept[one.key] = value
    return kept


def _valid(one: Question, value: Any) -> Any:
    steps, keys = range(1, one.steps + 1), [option.key for option in one.options]
    if one.kind == "scale":
        return value if type(value) is int and value in steps else None
    if one.kind == "one":
        return value if value in keys else None
    if one.kind == "words":
        return value.strip()[:WORDS_MOST] if isinstance(value, str) and value.strip() else None
    if one.kind == "matrix":
        rows = {row.key for row in one.rows}
        found = (
            {key: step for key, step in value.items() if key in rows and type(step) is int and step in steps}
            if isinstance(value, dict)
            else {}
        )
        return found or None
    chosen = [key for key in value if key in keys] if isinstance(value, list) else []
    if one.kind == "ranking":
        return chosen if sorted(chosen) == sorted(keys) else None
    return sorted(set(chosen), key=keys.index) or None


def marks(design: Design, answers: Mapping[str, Any]) -> list[str]:
    """``question:option`` for each choice, ``question:row:step`` of a matrix, ``question:option:place`` of a ranking."""
    found: list[str] = []
    for one in (question for section in design.sections for question in section.questions if question.key in answers):
        value = answers[one.key]
        if one.kind in ("scale", "one"):
            found.append(f"{one.key}:{value}")
        elif one.kind == "many":
            found += [f"{one.key}:{key}" for key in value]
        elif one.kind == "matrix":
            found += [f"{one.key}:{row}:{step}" for row, step in value.items()]
        elif one.kind == "ranking":
            found += [f"{one.key}:{key}:{place}" for place, key in enumerate(value, 1)]
    return found


def words_of(design: Design, answers: Mapping[str, Any]) -> dict[str, str]:
    kinds = {one.key: one.kind for section in design.sections for one in section.questions}
    return {key: value for key, value in answers.items() if kinds[key] == "words"}
