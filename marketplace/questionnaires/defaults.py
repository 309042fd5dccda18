"""The questionnaires that come with the product, by moment, audience and form of mentoring."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.programmes.modalities import Form, Words
from marketplace.questionnaires.designs import Design
from marketplace.questionnaires.models import Audience, Moment

TITLES = {
    Moment.start: Words(en="At the start", fr="Au début"),
    Moment.mid_point: Words(en="At mid-point", fr="À mi-parcours"),
    Moment.end: Words(en="At the end", fr="À la fin"),
    Moment.after_12_months: Words(en="Twelve months after", fr="Douze mois après"),
    Moment.after_24_months: Words(en="Twenty-four months after", fr="Vingt-quatre mois après"),
}
PROMISE = Words(
    en="Your answers are anonymous. We keep who has answered, and what was answered apart from it, without name or time. "
    "No page shows the two together: not to your firm, not to the network, not to us. "
    "That is why you can neither change nor take back what you have sent. "
    "Figures, and what people wrote, are shown only from five answers on. What you write is shown as you wrote it, so leave "
    "out what would show who you are.",
    fr="Vos réponses sont anonymes. Nous gardons qui a répondu et, à part, ce qui a été répondu, sans nom ni heure. "
    "Aucune page ne montre les deux ensemble : ni à votre entreprise, ni au réseau, ni à nous. "
    "C’est pourquoi vous ne pourrez ni modifier ni reprendre ce que vous aurez envoyé. "
    "Les chiffres et ce que chacun écrit ne sont montrés qu’à partir de cinq réponses. "
    "Ce que vous écrivez est montré tel quel : laissez de côté ce qui vous ferait reconnaître.",
)
NAMED = Words(
    en="Your answers carry your name. Those who run the programme may read them once you have sent them; nobody else does.",
    fr="Vos réponses portent votre nom. Les responsables du programme peuvent les lire une fois envoyées ; personne d’autre.",
)
ENOUGH = 5
"""Answers of which figures and words may be shown; the database holds to it by itself (``draw_round``)."""


@cache
def _source() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load((Path(__file__).parent / "defaults.yaml").read_text(encoding="utf-8")))


@cache
def default_design(form: Form, moment: Moment, audience: Audience) -> Design:
    sections = []
    for raw in _source():
        if moment not in raw["moments"] or audience not in raw["audiences"]:
            continue
        questions = []
        for one in raw["questions"]:
            own = {name: value for name, value in one.items() if name != "in"}
            questions.append(own | {"words": one.get("in", {}).get(form.value, one["words"])})
        sections.append({"title": raw["section"], "questions": questions})
    return Design.model_validate({"title": TITLES[moment].model_dump(), "sections": sections})
