"""The modules that come with the product: three for each side, written for it in both languages and worded for each form.

``only_for`` and ``not_for`` name the forms of a module or of one question; texts have fences (``programmes/fences.py``).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.programmes.fences import kept_for
from marketplace.programmes.modalities import Form
from marketplace.training.quizzes import Question

READY = Path(__file__).parent / "ready.yaml"


@lru_cache(maxsize=1)
def _source() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(READY.read_text(encoding="utf-8")))


def _is_for(form: Form, raw: dict[str, Any]) -> bool:
    return form in raw.get("only_for", Form) and form not in raw.get("not_for", ())


@lru_cache(maxsize=len(Form))
def ready_modules(form: Form) -> tuple[dict[str, Any], ...]:
    """Columns of each, in their order; every question has passed the same check as one that is typed."""
    made = []
    for raw in _source():
        if not _is_for(form, raw):
            continue
        questions = [
            Question.model_validate({name: value for name, value in one.items() if name not in ("only_for", "not_for")})
            for one in raw.get("questions", ())
            if _is_for(form, one)
        ]
        made.append(
            {
                "kind": raw["kind"],
                "sides": raw["sides"],
                "required": True,
                "title_en": raw["title"]["en"],
                "title_fr": raw["title"]["fr"],
                "body_en": kept_for(form, raw["body"]["en"]),
                "body_fr": kept_for(form, raw["body"]["fr"]),
                "minutes": raw["minutes"],
                "quiz": {"questions": [one.model_dump(mode="json") for one in questions]} if questions else {},
            }
        )
    return tuple(made)
