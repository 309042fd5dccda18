"""What happens to people in the demo beside mentoring: lists brought in, an assistant, somebody who left their firm."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from dev.demo.exchanges import OPEN, Exchanges
from dev.demo.rows import Rows
from dev.demo.world import Member, Mentor, World
from marketplace.mentorships.commands.questions import ANSWER_WITHIN
from marketplace.requests.letters import request_path
from tenants.spreadsheets.reading import pack

HEADERS = {"en": ("Name", "Work e-mail", "Job title"), "fr": ("Nom complet", "Courriel professionnel", "Poste")}
FILES = {
    "en": ("people-autumn.xlsx", "people-november.csv"),
    "fr": ("effectifs-automne.xlsx", "effectifs-novembre.csv"),
}
LEFT_DAYS_AGO = 2.3


def play_changes(world: World, rows: Rows, exchanges: Exchanges) -> None:
    """Needs the requests and mentorships in ``rows``; comes before the mentors' pages are added."""
    _lists(world, rows, exchanges)
    _assistant(world, rows)
    _leaver(world, rows, exchanges)


# --- lists of people ----------------------------------------------------------------------------------------------------


def _lists(world: World, rows: Rows, exchanges: Exchanges) -> None:
    """The known HR partner brought people in some weeks ago, and has looked at a second file with three rows to mend."""
    partner = world.known["HR partner"]
    old, new = FILES[partner.human.locale]
    long_ago, lately = world.days_ago(24), world.days_ago(0.2)
    done = _import(world, rows, partner, old, long_ago, total=41, new=36, changed=4, wrong=1, state="done")
    data = {"file": old, "new": 36, "changed": 4}
    exchanges.log(partner.org, "people.imported", long_ago, partner, ("people_import", done), data)
    people = [world.stranger(partner.org) for _ in range(9)]
    table = [[human.name, human.email(partner.org.domain), human.title] for human in people]
    problems: dict[int, list[Any]] = {1: [1, "not_email", ""], 4: [1, "missing", ""], 7: [1, "twice", 3]}
    table[1][1], table[4][1], table[7][1] = table[1][1].replace("@", "."), "", table[2][1]
    body, number = pack((line, cells) for line, cells in enumerate(table, start=2))
    counts = {"total": number, "new": number - len(problems), "changed": 0, "wrong": len(problems)}
    checked = _import(world, rows, partner, new, lately, body=body, state="checked", **counts)
    for place, (human, cells) in enumerate(zip(people, table, strict=True)):
        rows.add(
            "import_row",
            org_id=partner.org.id,
            import_id=checked,
            number=place + 2,
            verdict="wrong" if place in problems else "new",
            problems=Jsonb([problems[place]] if place in problems else []),
            email=cells[1].lower(),
            name=human.name,
            job_title=human.title,
            role="",
            locale="",
            time_zone="",
            function="",
            seniority="",
            started_on=None,
            invitation_id=world.ids.at(lately),
            affiliation_id=None,
            outcome=None,
            before={},
        )


def _import(
    world: World, rows: Rows, partner: Member, file: str, at: datetime, *, state: str, body: bytes = b"", **counts: int
) -> int:
    import_id = world.ids.at(at)
    over = state == "done"
    rows.add(
        "people_import",
        org_id=partner.org.id,
        id=import_id,
        file_name=file,
        header=list(HEADERS[partner.human.locale]),
        body=body,
        rows=counts["total"],
        mapping={"full_name": 0, "email": 1, "job_title": 2},
        state=state,
        new=counts["new"],
        changed=counts["changed"],
        unchanged=0,
        wrong=counts["wrong"],
        done=counts["total"] - counts["wrong"] if over else 0,
        undo_counts={},
        created_by_id=partner.person_id,
        created_by_name=partner.name,
        created_at=at,
        started_at=at + timedelta(minutes=2) if over else None,
        finished_at=at + timedelta(minutes=3) if over else None,
        undone_at=None,
    )
    return import_id


# --- an assistant ------------------------------------------------------------------------------------------------------


def _assistant(world: World, rows: Rows) -> None:
    """A colleague looks after the known executive's diary; both have agreed."""
    executive = world.known["executive mentor"]
    mentors = {mentor.member.person_id for mentor in world.mentors}
    assistant = next(
        member
        for member in world.members
        if member.org is executive.org and member.role == "member" and member.person_id not in mentors
    )
    named, agreed = world.days_ago(61), world.days_ago(59)
    assistance_id = world.ids.at(named)
    rows.add(
        "assistance",
        org_id=executive.org.id,
        id=assistance_id,
        assistant_id=assistant.affiliation_id,
        assistant_person_id=assistant.person_id,
        executive_id=executive.affiliation_id,
        executive_person_id=executive.person_id,
        invited_by_id=executive.person_id,
        since=named.date(),
        until=None,
        assistant_accepted_at=agreed,
        executive_accepted_at=named,
        reminded_at=None,
        created_at=named,
    )


# --- somebody leaves ---------------------------------------------------------------------------------------------------


def _leaver(world: World, rows: Rows, exchanges: Exchanges) -> None:
    """A mentor has left their firm: who asked them is told kindly, and their pair is asked how it goes on."""
    mentor = _who_leaves(world, rows)
    if mentor is None:  # in a demo of forty mentors, perhaps nobody fits
        return
    member, at = mentor.member, world.days_ago(LEFT_DAYS_AGO)
    rows.change("affiliation", member.affiliation_id, ended_on=at.date(), closed_at=at)
    mentor.state, mentor.updated_at = "withdrawn", at
    partner = world.role(member.org.slug, "hr_partner")
    subject = ("affiliation", member.affiliation_id)
    exchanges.log(member.org, "affiliation.ended", at, partner, subject, {"name": member.name})
    people = {one.person_id: one for one in world.members}
    for asked in _theirs(rows, "mentoring_request", mentor):
        if asked["state"] in OPEN:
            _close(rows, exchanges, asked, people[asked["mentee_person_id"]], mentor, at)
    for pair in _theirs(rows, "mentorship", mentor):
        if pair["state"] == "running":
            _ask(world, rows, exchanges, pair, people[pair["mentee_person_id"]], member, at)


def _theirs(rows: Rows, table: str, mentor: Mentor) -> list[Mapping[str, Any]]:
    return [row for row in rows.of(table) if row["mentor_id"] == mentor.profile_id]


def _who_leaves(world: World, rows: Rows) -> Mentor | None:
    """The first mentor with a running pair and somebody who has asked, and waits; none of the four has to do with it."""
    known = {member.person_id for member in world.known.values()}

    def suits(mentor: Mentor) -> bool:
        asked, pairs = _theirs(rows, "mentoring_request", mentor), _theirs(rows, "mentorship", mentor)
        around = {row["mentee_person_id"] for row in (*asked, *pairs)} | {mentor.member.person_id}
        waiting = [row for row in asked if row["state"] in OPEN]
        # Nobody has begun to write to somebody who had left.
        long_here = all(row["created_at"] < world.days_ago(LEFT_DAYS_AGO + 1) for row in asked)
        plain = mentor.member.role == "member" and mentor.state == "published" and not around & known
        return plain and bool(waiting) and long_here and any(row["state"] == "running" for row in pairs)

    return next((mentor for mentor in world.mentors if suits(mentor)), None)


def _close(
    rows: Rows, exchanges: Exchanges, asked: Mapping[str, Any], mentee: Member, mentor: Mentor, at: datetime
) -> None:
    if asked["holds_place"]:
        mentor.held -= 1
    rows.change(
        "mentoring_request",
        asked["id"],
        state="closed",
        holds_place=False,
        due_at=None,
        closed_at=at,
        updated_at=at,
    )
    member, path = mentor.member, request_path(mentee.org.slug, asked["id"])
    names = {"mentee": mentee.name, "mentor": member.name}
    exchanges.log(mentee.org, "request.closed", at, None, ("request", asked["id"]), names)
    data = {"other_name": member.name, "other_firm": member.org.name}
    exchanges.news("request_closed", mentee, at, data, path)


def _ask(
    world: World,
    rows: Rows,
    exchanges: Exchanges,
    pair: Mapping[str, Any],
    mentee: Member,
    leaver: Member,
    at: datetime,
) -> None:
    rows.change("mentorship", pair["id"], mentor_employer_id=None)
    rows.add(
        "mentorship_question",
        org_id=pair["org_id"],
        id=world.ids.at(at),
        mentorship_id=pair["id"],
        why="employer_changed",
        asked_at=at,
        due_at=at + ANSWER_WITHIN,
        settled_at=None,
        outcome=None,
    )
    exchanges.log(mentee.org, "mentorship.question_asked", at, None, ("mentorship", pair["id"]))
    data = {"other_name": leaver.name, "why": "employer_changed", "due_at": (at + ANSWER_WITHIN).isoformat()}
    exchanges.news("mentorship_question", mentee, at, data, f"/{mentee.org.slug}/mentorships/{pair['id']}")
