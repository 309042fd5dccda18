"""Figures of a round: each line is a division of all who answered in which every part has five people, as recounted by hand."""

from __future__ import annotations

import json
import random
from collections import Counter

import sqlalchemy as sa

from marketplace.programmes.modalities import Form
from marketplace.questionnaires.defaults import default_design
from marketplace.questionnaires.designs import cleaned, marks
from marketplace.questionnaires.models import Audience, Moment
from tests.factories import NOW
from tests.marketplace.events.conftest import at, cohort

__all__ = ["at", "cohort"]

DESIGN = default_design(Form.cross_company, Moment.end, Audience.mentee)
LEAN = {"trust": (0, 0, 1, 4, 9), "purpose": (6, 1, 2, 1, 6), "time": (9, 5, 1, 0, 0)}
ROUND = """
INSERT INTO questionnaire_version (org_id, id, programme_id, moment, audience, number, anonymous, promise_en, promise_fr, content,
    published_by_id, published_at) VALUES (:org, :id, :programme, 'end', 'mentee', :id, true, '', '', :content, :who, :now);
INSERT INTO questionnaire_round (org_id, id, cohort_id, version_id, anonymous, moment, audience, state, closes_on, zone, opens_at,
    closes_at, created_by_id, created_at) VALUES (:org, :id, :cohort, :id, true, 'end', 'mentee', 'closed', :now, 'UTC', :now,
    CAST(:now AS timestamptz) + interval '1 day', :who, :now)
"""


def somebody(dice, content):
    """What one person answers; now and then they leave something out."""
    raw = {
        "confidence": dice.randint(1, 5),
        "goes_on": dice.choices(("well", "partly", "badly"), (5, 3, 1))[0],
        "quality": {row: dice.choices(range(1, 6), weights)[0] for row, weights in LEAN.items()},
        "hindered": [one for one in ("time", "fit", "aims", "firm") if dice.random() < 0.5],
        "changed": [one for one in ("role", "promotion", "mandate") if dice.random() < 0.3],
        "recommend": dice.randint(3, 11),
        "aims": dice.sample(("view", "skills", "network"), 3),
    }
    return cleaned(content, {key: value for key, value in raw.items() if dice.random() > 0.06 or key == "goes_on"})


def by_hand(content, people, least):
    """Every line that may be shown: (question, part) to a set of (answers, how many)."""
    found = {("", ""): {(("",), len(people))}} if len(people) >= least else {}

    def first(line, said, schemes):
        for scheme in schemes if len(people) >= least else ():
            counts = Counter(next((part for part in scheme if value in part), None) for value in said)
            if None not in counts and all(counts[part] >= least for part in scheme):
                found[line] = {(tuple(part), counts[part]) for part in scheme}
                return

    for one in (question for section in content.sections for question in section.questions):
        given = [person.get(one.key) for person in people]
        steps, fifth = [str(n) for n in range(1, one.steps + 1)], max(1, 2 * one.steps // 5)
        low, mid, high = steps[:fifth], [*steps[fifth : one.steps - fifth], ""], steps[one.steps - fifth :]
        each = [(step,) for step in steps]
        scale = [[*each, ("",)], each, [tuple(low), tuple(mid), tuple(high)]]
        scale += [[tuple(low + mid), tuple(high)], [tuple(low), tuple(mid + high)]]
        keys = [option.key for option in one.options]
        if one.kind == "scale":
            first((one.key, ""), [str(value or "") for value in given], scale)
        elif one.kind == "matrix":
            for row in one.rows:
                first((one.key, row.key), [str((value or {}).get(row.key, "")) for value in given], scale)
        elif one.kind == "many":
            for key in keys:
                first((one.key, key), [key if key in (value or []) else "" for value in given], [[(key,), ("",)]])
        elif one.kind in ("one", "ranking"):
            said = [value[0] if isinstance(value, list) else value or "" for value in given]
            often = sorted(keys, key=lambda key: (-said.count(key), keys.index(key)))
            tops = [(often[:k], often[k:]) for k in range(len(keys) - 1, 0, -1)]
            some = [[*((key,) for key in top), (*rest, "")] for top, rest in tops]
            first((one.key, ""), said, [[*((key,) for key in keys), ("",)], [(key,) for key in keys], *some])
    return found


def test_what_is_drawn_of_a_round_is_what_a_slow_recount_allows(_admin, cast, cohort):
    dice, seen, ranking = random.Random(8), Counter(), default_design(Form.board, Moment.start, Audience.mentee)
    with _admin.connect() as admin:
        admin.exec_driver_sql("SET session_replication_role = replica")
        for number, size in enumerate([3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15, 18, 22, 26, 30, 36, 45, 60, 90, 140], 1):
            content = ranking if number % 4 == 0 else DESIGN
            least = 7 if number == 9 else 5
            admin.execute(sa.text("DELETE FROM evaluation_setting"))
            admin.execute(
                sa.text("INSERT INTO evaluation_setting VALUES (:org, :least)"), {"org": cohort.org_id, "least": least}
            )
            at_hand = {"org": cohort.org_id, "id": number, "programme": cohort.programme_id, "cohort": number}
            more = {"who": cast.ned.person_id, "now": NOW, "content": json.dumps(content.model_dump(mode="json"))}
            for statement in ROUND.split(";"):
                admin.execute(sa.text(statement), at_hand | more)
            people = [somebody(dice, content) for _one in range(size)]
            rows = [
                at_hand | {"id": number * 1000 + n, "round": number, "marks": marks(content, one)}
                for n, one in enumerate(people)
            ]
            admin.execute(
                sa.text(
                    "INSERT INTO round_answer (org_id, id, round_id, version_id, marks) "
                    "VALUES (:org, :id, :round, :round, :marks)"
                ),
                rows,
            )
            admin.execute(sa.text("SELECT draw_round(:org, :id)"), at_hand)
            drawn: dict[tuple[str, str], set[tuple[tuple[str, ...], int]]] = {}
            for row in admin.execute(sa.text("SELECT * FROM round_figure WHERE round_id = :id"), at_hand):
                drawn.setdefault((row.question, row.part), set()).add((tuple(row.answers), row.people))
            assert {k: {(frozenset(a), n) for a, n in v} for k, v in drawn.items()} == {
                k: {(frozenset(a), n) for a, n in v} for k, v in by_hand(content, people, least).items()
            }, (number, size)
            for line in drawn.values():
                assert (
                    sum(count for _answers, count in line) == size and min(count for _answers, count in line) >= least
                )
            seen.update({len(line) for line in drawn.values()})
        admin.rollback()
    assert set(seen) >= {1, 2, 3, 6}, "from withheld to step by step"
