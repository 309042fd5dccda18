"""What assessments and time checks say, as checked values: kept as JSON, read by one model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from marketplace.programmes.modalities import Choices
from marketplace.readiness.competencies import COMPETENCIES, ROLES, Level

MOST_COMMITMENTS = 8


class Levels(Choices):
    """A level, and words that show it, for each competency that has been answered so far."""

    levels: dict[str, Level] = Field(default_factory=dict)
    evidence: dict[str, str] = Field(default_factory=dict)

    @field_validator("levels", "evidence")
    @classmethod
    def _known(cls, value: dict[str, object]) -> dict[str, object]:
        if unknown := set(value) - set(COMPETENCIES):
            raise ValueError(f"no competency: {', '.join(sorted(unknown))}")
        return value

    @property
    def missing(self) -> list[str]:
        return [slug for slug in COMPETENCIES if slug not in self.levels]


class Commitment(Choices):
    """A mandate that is held or thought of; ``days`` a year, the rule of thumb for its role unless somebody knows better."""

    title: Annotated[str, Field(max_length=120)] = ""
    role: str
    days: Annotated[int, Field(ge=0, le=366)]

    @field_validator("role")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ROLES:
            raise ValueError(f"no role: {value}")
        return value


class Commitments(Choices):
    rows: Annotated[tuple[Commitment, ...], Field(max_length=MOST_COMMITMENTS)] = ()

    @property
    def days(self) -> int:
        return sum(one.days for one in self.rows)
