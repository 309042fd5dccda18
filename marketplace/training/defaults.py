"""The modules that come with the product: three for mentors, three for mentees, written for it in both languages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.training.quizzes import Question

READY = Path(__file__).parent / "ready.yaml"


@lru_cache(maxsize=1)
def ready_modules() -> tuple[dict[str, Any], ...]:
    """Columns of each, in their order; every question has passed the same check as one that is typed."""
    made = []
    for raw in yaml.safe_load(READY.read_text(encoding="utf-8")):
        questions = [Question.model_validate(one) for one in raw.get("questions", ())]
        made.append(
            {
                "kind": raw["kind"],
                "sides": raw["sides"],
                "required": True,
                "title_en": raw["title"]["en"],
                "title_fr": raw["title"]["fr"],
                "body_en": raw["body"]["en"].strip(),
                "body_fr": raw["body"]["fr"].strip(),
                "minutes": raw["minutes"],
                "quiz": {"questions": [one.model_dump(mode="json") for one in questions]} if questions else {},
            }
        )
    return tuple(made)
