"""A board programme of the network: the known executive is a candidate, assessed at the start, with a path and target boards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import DAY, Mentor, World
from marketplace.programmes.modalities import Form
from marketplace.programmes.templates_ready import ready_templates
from marketplace.readiness.competencies import COMPETENCIES

HERS = (3, 2, 3, 1, 1, 3, 2, 1, 3, 1)
MENTORS = (3, 1, 3, 2, 1, 3, 1, 1, 3, 3)
SAID = {
    "finance": (
        "I have answered for the costs of four warehouses, and for the bank’s covenants in one bad year.",
        "She found the working capital in our accounts within ten minutes.",
    ),
    "governance_law": (
        "I know the code from reading it. I have never sat through a contested vote.",
        "More than she thinks: she asked who owns the decision before she asked what it was.",
    ),
    "dynamics": (
        "On the family board I mostly listened.",
        "She turned a quarrel into a question. That is most of the job.",
    ),
}
BOARDS = (
    (
        "A family firm in packaging", "machinery_metals", "middle", "approached",
        "A family firm that wants to close two sites and keep its people. I have done that once, not well, and once well.",
    ),
    (
        "", "health_care", "association", "idea",
        "A hospital group: its suppliers are where ours were ten years ago.",
    ),
)  # fmt: skip
MODULES = (
    (
        ("A profit and loss account is not cash", "Un résultat n’est pas de la trésorerie"), "text", ["finance"], 12,
        ("Three questions that a board asks of a set of accounts.", "Trois questions qu’un conseil pose à des comptes."),
    ),
    (
        ("What you sign for", "Ce que vous signez"), "text", ["governance_law"], 15,
        ("A director’s duties, and the cases behind them.", "Les devoirs d’un administrateur, et leurs affaires."),
    ),
    (
        ("Who assures whom", "Qui assure qui"), "text", ["audit_risk", "sustainability"], 10,
        ("Three lines, two committees, one question.", "Trois lignes, deux comités, une question."),
    ),
)  # fmt: skip


def play_readiness(world: World, rows: Rows) -> None:
    """Add the programme, its cohort, the pair and what they said. Nothing where no mentor suits."""
    candidate = world.known["executive mentor"]
    mentor = _mentor(world)
    if mentor is None:
        return
    beside = next(one for one in rows.of("cohort") if one["form"] == "cross_company")
    made = world.now - 150 * DAY
    cohort = _cohort(world, rows, beside, made, (candidate.org.id, mentor.member.org.id))
    at = {"cohort_id": cohort["id"], "org_id": cohort["org_id"]}
    since = world.now - 70 * DAY
    enrolments = {}
    for member, side in ((candidate, "mentee"), (mentor.member, "mentor")):
        enrolments[side] = world.ids.at(since)
        rows.add(
            "enrolment",
            **dict(rows.of("enrolment")[0])
            | at
            | {"id": enrolments[side], "firm_id": member.org.id, "person_id": member.person_id, "side": side}
            | {"state": "enrolled", "way_in": "application", "nominated_by_id": None, "consented_at": since}
            | {"enrolled_at": since, "ended_at": None, "due_at": None, "reason": "", "answer": "", "trained_at": None}
            | {"state_at": since, "created_at": since, "updated_at": since},
        )
    pair = _pair(world, rows, cohort, mentor)
    key = {"cohort_org_id": cohort["org_id"], "enrolment_id": enrolments["mentee"]}
    _assess(world, rows, key, pair)
    _plan(world, rows, {"org_id": candidate.org.id, **key, "person_id": candidate.person_id})
    _modules(world, rows, at)
    _meetings(world, rows, at, cohort, candidate.person_id)


def _mentor(world: World) -> Mentor | None:
    """An executive of another firm of the network whom she sees, with room."""
    candidate, network = world.known["executive mentor"], world.orgs["chevetre"]
    fit = (
        one
        for one in world.mentors
        if one.member is not candidate
        and one.room > 0
        and one.page.seniority == "executive"
        and one.member.org is not candidate.org
        and one.member.org.memberships.get(network.id) == "active"
        and world.sees(candidate.org, candidate.person_id, one)
    )
    return next(fit, None)


def _cohort(
    world: World, rows: Rows, beside: Mapping[str, Any], made: datetime, firms: tuple[int, int]
) -> Mapping[str, Any]:
    runner, org_id = beside["created_by_id"], beside["org_id"]
    choices = ready_templates()[Form.board].modalities
    named = {"name_en": "Towards a board", "name_fr": "Vers un conseil", "choices": choices.model_dump(mode="json")}
    programme_id, cohort_id = world.ids.at(made), world.ids.at(made)
    key = {"org_id": org_id, "programme_id": programme_id}
    rows.add(
        "programme",
        **dict(rows.of("programme")[0])
        | {
            "org_id": org_id,
            "id": programme_id,
            "form": "board",
            "state": "open",
            "template": "board",
            "created_at": made,
        }
        | named
        | {"updated_at": made, "created_by_id": runner},
    )
    rows.add("programme_version", **key, **named, version=1, saved_by_id=runner, saved_at=made)
    party = dict(rows.of("programme_party")[0])
    for firm_id in firms:
        rows.add("programme_party", **party | key | {"firm_id": firm_id, "asked_at": made, "answered_at": made + DAY})
    launch_on = (world.now - 45 * DAY).date()
    cohort = {
        **beside,
        "id": cohort_id,
        "programme_id": programme_id,
        "ordinal": 1,
        "is_pilot": True,
        "form": "board",
        "state": "open",
        "choices": named["choices"],
        "launch_on": launch_on,
        "created_at": made,
        "updated_at": made,
    }
    rows.add("cohort", **cohort)
    today = world.now.date()
    for timing in choices.timeline:
        day = launch_on + timedelta(days=timing.day)
        rows.add(
            "cohort_phase",
            org_id=org_id,
            cohort_id=cohort_id,
            phase=timing.phase.value,
            starts_on=day,
            by_hand=False,
            opened_at=world.now - (today - day) if day <= today else None,
            closed_at=None,
            skipped_at=None,
        )
    return cohort


def _pair(world: World, rows: Rows, cohort: Mapping[str, Any], mentor: Mentor) -> Mapping[str, Any]:
    candidate, since = world.known["executive mentor"], world.now - 40 * DAY
    asked = {
        **rows.of("mentoring_request")[0],
        "org_id": candidate.org.id,
        "id": world.ids.at(since),
        "mentee_id": candidate.affiliation_id,
        "mentee_person_id": candidate.person_id,
        "mentor_org_id": mentor.member.org.id,
        "mentor_id": mentor.profile_id,
        "mentor_person_id": mentor.member.person_id,
        "state": "confirmed",
        "form": "board",
        "cadence": "quarterly",
        "holds_place": True,
        "sent_at": since - 3 * DAY,
        "due_at": None,
        "reminded_at": None,
        "accepted_at": since - DAY,
        "closed_at": since,
        "resent_from_id": None,
        "created_at": since - 4 * DAY,
        "updated_at": since,
        "cohort_org_id": cohort["org_id"],
        "cohort_id": cohort["id"],
    }
    rows.add("mentoring_request", **asked)
    mentor.held += 1
    pair = {
        **rows.of("mentorship")[0],
        "org_id": candidate.org.id,
        "id": world.ids.at(since),
        "request_id": asked["id"],
        **{name: asked[name] for name in ("mentee_person_id", "mentor_org_id", "mentor_id", "mentor_person_id")},
        "mentee_employer_id": candidate.org.id,
        "mentor_employer_id": mentor.member.org.id,
        "form": "board",
        "cadence": "quarterly",
        "state": "running",
        "started_at": since,
        "ended_at": None,
        "ends_on": (since + 540 * DAY).date(),
    }
    rows.add("mentorship", **pair)
    return pair


def _assess(world: World, rows: Rows, key: Mapping[str, int], pair: Mapping[str, Any]) -> None:
    """Both have given theirs for the start, she first."""
    two = (pair["mentee_person_id"], pair["mentor_person_id"])
    for number, (author, levels) in enumerate(zip(two, (HERS, MENTORS), strict=True)):
        at = world.now - (30 - 6 * number) * DAY
        rows.add(
            "readiness_assessment",
            org_id=pair["org_id"],
            id=world.ids.at(at),
            **key,
            mentorship_id=pair["id"],
            mentee_person_id=two[0],
            mentor_person_id=two[1],
            author_person_id=author,
            moment="start",
            levels=dict(zip(COMPETENCIES, levels, strict=True)),
            evidence={slug: said[number] for slug, said in SAID.items()},
            shown_to=[two[1 - number]],
            created_at=at,
            saved_at=at,
            given_at=at,
        )


def _plan(world: World, rows: Rows, own: Mapping[str, int]) -> None:
    at = world.now - 20 * DAY
    rows.add(
        "readiness_plan",
        **own,
        id=world.ids.at(at),
        target_role="audit_member",
        days_available=45,
        commitments={"rows": [{"title": "Packaging, family firm", "role": "non_executive", "days": 14}]},
        shows_boards=True,
        updated_at=at,
    )
    for name in ("audit_risk.0", "governance_law.0"):
        rows.add(
            "readiness_reading",
            **own,
            id=world.ids.at(at),
            key=name,
            competency=name.partition(".")[0],
            title="",
            created_at=at,
            done_at=at if name.startswith("audit") else None,
            removed_at=None,
        )
    for name, sector, size, state, why in BOARDS:
        rows.add(
            "target_board",
            **own,
            id=world.ids.at(at),
            name=name,
            sector=sector,
            size=size,
            country="France",
            why=why,
            state=state,
            created_at=at,
            updated_at=at,
            removed_at=None,
        )


def _modules(world: World, rows: Rows, at: dict[str, Any]) -> None:
    made = world.now - 60 * DAY
    for place, (title, kind, competencies, minutes, body) in enumerate(MODULES, 1):
        rows.add(
            "training_module",
            **dict(rows.of("training_module")[0])
            | at
            | {"id": world.ids.at(made), "kind": kind, "place": place, "sides": ["mentee"], "required": False}
            | {"title_en": title[0], "title_fr": title[1], "body_en": body[0], "body_fr": body[1], "minutes": minutes}
            | {"quiz": {}, "created_at": made, "competencies": competencies},
        )


def _meetings(world: World, rows: Rows, at: dict[str, Any], cohort: Mapping[str, Any], candidate: int) -> None:
    """A workshop she was at, and a mock board meeting she is asked to."""
    planned = (
        ("workshop", -18, ("A board in two hours", "Un conseil en deux heures")),
        ("mock_board", 24, ("The board of an invented company", "Le conseil d’une société inventée")),
    )
    for kind, days, title in planned:
        starts_at = (world.now + days * DAY).replace(hour=16, minute=0, second=0, microsecond=0)
        made = world.now - 50 * DAY
        event_id, over = world.ids.at(made), days < 0
        rows.add(
            "event",
            **dict(rows.of("event")[0])
            | at
            | {"id": event_id, "kind": kind, "title_en": title[0], "title_fr": title[1], "words_en": "", "words_fr": ""}
            | {"starts_at": starts_at, "minutes": 120, "capacity": None, "sides": ["mentee"], "created_at": made}
            | {"host_id": cohort["created_by_id"], "uid": f"event-{event_id}@passerelle", "published_at": made}
            | {"reminded_at": starts_at - DAY if over else None},
        )
        rows.add(
            "event_guest",
            **dict(rows.of("event_guest")[0])
            | {"org_id": at["org_id"], "id": world.ids.at(made), "event_id": event_id, "person_id": candidate}
            | {"invited_at": made, "answer": "yes" if over else None, "answered_at": made if over else None}
            | {"seat": over, "waiting_at": None, "attended_at": starts_at if over else None}
            | {"attended_by": "host" if over else None},
        )
