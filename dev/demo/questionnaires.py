"""A cohort that was asked at its start and its end, with results; and one that is being asked at mid-point."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

import psycopg

from dev.demo.rows import Rows
from dev.demo.world import DAY, World
from marketplace.programmes.modalities import Form
from marketplace.questionnaires.defaults import PROMISE, default_design
from marketplace.questionnaires.designs import Answers, Design, cleaned, marks, words_of
from marketplace.questionnaires.jobs import turn_rounds_of_organisation
from marketplace.questionnaires.models import Audience, Moment

NETWORK = "chevetre"
WORTH = {Moment.start: (2, 3, 4, 3, 1), Moment.mid_point: (1, 2, 4, 5, 2), Moment.end: (0, 1, 5, 8, 5)}
"""How often each step of a scale is chosen."""
WROTE = (
    "A first half day on what we want from each other would have saved us two months.",
    "Moins de courriels, plus de rencontres entre nous.",
    "My mentor asked the questions nobody in my firm asks me.",
    "Tell our managers what it is for, before we ask for the time.",
    "Un deuxième point à mi-parcours, avec les autres binômes.",
    "The guide is good. I found it in month four.",
)


def play_questionnaires(world: World, rows: Rows, seed: int) -> None:
    """Answers lie in the box; the worker closes what is over when it starts, and draws the results."""
    dice = Random(f"{seed} questionnaires")
    network = world.orgs[NETWORK].id
    cohorts = [one for one in rows.of("cohort") if one["org_id"] == network]
    ended = next(one for one in reversed(cohorts) if one["state"] == "closed" and one["form"] == Form.cross_company)
    for moment, ends in ((Moment.start, 480), (Moment.end, 60)):
        _round(world, rows, dice, ended, moment, Audience.mentee, ends=-ends * DAY)
    # The cohort of which most take part now, so that somebody is asked.
    running = max(
        (one for one in cohorts if one["state"] == "open"),
        key=lambda one: len(_asked(rows, one, Audience.mentee)),
        default=None,
    )
    if running is not None:
        _round(world, rows, dice, running, Moment.mid_point, Audience.mentee, ends=9 * DAY)


def close_first_rounds(connection: psycopg.Connection, world: World) -> None:
    """The worker does it when it starts, as it would within ten minutes."""
    turn_rounds_of_organisation.configure(connection=connection).defer(org_id=world.orgs[NETWORK].id)


def _asked(rows: Rows, cohort: Mapping[str, Any], audience: Audience) -> dict[int, int]:
    """Who takes part on a side, and for which firm."""
    return {
        one["person_id"]: one["firm_id"]
        for one in rows.of("enrolment")
        if one["cohort_id"] == cohort["id"] and one["side"] == audience.value and one["firm_id"]
        if one["state"] in ("enrolled", "completed")
    }


def _round(
    world: World,
    rows: Rows,
    dice: Random,
    cohort: Mapping[str, Any],
    moment: Moment,
    audience: Audience,
    *,
    ends: timedelta,
) -> None:
    """A round that ends so long from now, of three weeks; two in three have answered."""
    closes_on = (world.now + ends).date()
    closes_at = world.now + ends
    opens_at = closes_at - 21 * DAY
    design = default_design(Form(cohort["form"]), moment, audience)
    version_id, round_id = world.ids.at(opens_at - DAY), world.ids.at(opens_at - DAY)
    key, whom = {"org_id": cohort["org_id"]}, {"moment": moment.value, "audience": audience.value}
    rows.add(
        "questionnaire_version",
        **key,
        id=version_id,
        programme_id=cohort["programme_id"],
        **whom,
        number=1,
        anonymous=True,
        promise_en=PROMISE.en,
        promise_fr=PROMISE.fr,
        content=design.model_dump(mode="json"),
        published_by_id=cohort["created_by_id"],
        published_at=opens_at - DAY,
    )
    rows.add(
        "questionnaire_round",
        **key,
        id=round_id,
        cohort_id=cohort["id"],
        version_id=version_id,
        anonymous=True,
        **whom,
        state="open",
        closes_on=closes_on,
        zone="Europe/Paris",
        opens_at=opens_at,
        closes_at=closes_at,
        remind_at=None,
        created_by_id=cohort["created_by_id"],
        created_at=opens_at - DAY,
    )
    wrote = dice.sample(WROTE, len(WROTE))
    for number, (person_id, firm_id) in enumerate(_asked(rows, cohort, audience).items()):
        answered = number % 3 != 0
        rows.add("round_invitation", **key, round_id=round_id, person_id=person_id, firm_id=firm_id, answered=answered)
        if answered:
            said = _answers(dice, design, moment, wrote)
            rows.add(
                "round_box",
                **key,
                id=dice.getrandbits(62),
                round_id=round_id,
                version_id=version_id,
                marks=marks(design, said),
                words=words_of(design, said),
            )


def _answers(dice: Random, design: Design, moment: Moment, wrote: list[str]) -> Answers:
    raw: Answers = {}
    for one in (question for section in design.sections for question in section.questions):
        steps = range(1, one.steps + 1)
        weights = WORTH[moment] if one.steps == len(WORTH[moment]) else [*range(1, one.steps), one.steps // 2]
        keys = [option.key for option in one.options]
        if one.kind == "scale":
            raw[one.key] = dice.choices(steps, weights)[0]
        elif one.kind == "matrix":
            raw[one.key] = {row.key: dice.choices(steps, weights)[0] for row in one.rows}
        elif one.kind == "one":
            raw[one.key] = dice.choices(keys, range(2 * len(keys), len(keys), -1))[0]
        elif one.kind == "many":
            raw[one.key] = [key for key in keys if dice.random() < 0.35]
        elif one.kind == "ranking":
            raw[one.key] = dice.sample(keys, len(keys))
        elif wrote and dice.random() < 0.3:
            raw[one.key] = wrote.pop()
    return cleaned(design, raw)
