"""What three pairs have written to each other: goals, messages, notes, a file. Two are of people one can sign in as."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dev.demo.content import table, typeset
from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, World

PAIRS = 3


class Conversations:
    """Adds rows to pairs that run. The mentee's own comes first, then those of the executive."""

    def __init__(self, world: World, rows: Rows) -> None:
        self.world = world
        self.rows = rows
        self.people = {member.person_id: member for member in world.members}

    def play(self) -> None:
        known = {member.person_id for member in self.world.known.values()}
        running = [row for row in self.rows.of("mentorship") if row["state"] == "running"]
        old = [row for row in running if row["started_at"] < self.world.days_ago(40)] or running
        mentee = self.world.known["mentee"].person_id
        ranked = sorted(
            old,
            key=lambda row: (
                row["mentee_person_id"] != mentee,
                not known & {row["mentee_person_id"], row["mentor_person_id"]},
            ),
        )
        # The first two in their mentee's language, the third in the other one, so that both are there to see.
        chosen = ranked[: PAIRS - 1]
        spoken = {self._locale(row) for row in chosen}
        chosen += [row for row in ranked[PAIRS - 1 :] if spoken != {self._locale(row)}][:1]
        for row in chosen:
            self._pair(row, table("pairs")[self._locale(row)])

    def _locale(self, row: Mapping[str, Any]) -> str:
        return self._member(row, "mentee").human.locale

    def _member(self, row: Mapping[str, Any], side: str) -> Member:
        return self.people[row[f"{side}_person_id"]]

    def _pair(self, row: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        self.locale = self._locale(row)
        self.key = {
            "org_id": row["org_id"],
            "mentorship_id": row["id"],
            "mentee_person_id": row["mentee_person_id"],
            "mentor_person_id": row["mentor_person_id"],
        }
        self.names = {side: self._member(row, side).human.first for side in ("mentee", "mentor")}
        for place, goal in enumerate(content["goals"]):
            self._goal(goal, place)
        read_to = newest = 0
        for author, days, words in content["messages"]:
            at = self.world.days_ago(days)
            newest = self._add(
                "pair_message",
                at,
                author_person_id=self.key[f"{author}_person_id"],
                body=self._say(words),
                via="page",
                left_out=0,
                sent_as=None,
                created_at=at,
            )
            read_to = newest if author == "mentee" else read_to
        for side in ("mentee", "mentor"):
            at = self.world.days_ago(1)
            self._add(
                "message_mark",
                at,
                person_id=self.key[f"{side}_person_id"],
                read_to=read_to,
                read_at=at,
                told_to=newest,
                told_at=at,
            )
        for note in content["notes"]:
            self._note(note)
        text = self._say(content["notes"][0]["texts"][-1]).encode()
        at = self.world.days_ago(8)
        self._add(
            "pair_file",
            at,
            author_person_id=self.key["mentor_person_id"],
            name="notes.md",
            kind="md",
            size=len(text),
            content=text,
            created_at=at,
            removed_at=None,
        )

    def _add(self, name: str, moment: datetime, /, **row: Any) -> int:
        made = self.world.ids.at(moment)
        self.rows.add(name, **self.key, id=made, **row)
        return made

    def _say(self, words: str) -> str:
        return typeset(words.format(**self.names) if "{me" in words else words, self.locale)

    def _goal(self, goal: Mapping[str, Any], place: int) -> None:
        begun = self.world.days_ago(24)
        steps, done = goal["steps"], goal.get("done", 0)
        percents = [round(100 * n / len(steps)) for n in range(1, done + 1)] if steps else goal["percents"]
        goal_id = self._add(
            "goal",
            begun,
            title=self._say(goal["title"]),
            success=self._say(goal["success"]),
            due_on=(self.world.days_ago(0) + goal["due"] * DAY).date(),
            place=place,
            percent=percents[-1],
            state="open",
            created_at=begun,
            closed_at=None,
        )
        for n, words in enumerate(steps):
            at = self.world.days_ago(20 - 5 * n) if n < done else None
            self._add(
                "goal_step",
                begun,
                goal_id=goal_id,
                words=self._say(words),
                done_at=at,
                removed_at=None,
            )
        for n, percent in enumerate([0, *percents]):
            at = begun if n == 0 else self.world.days_ago(24 - 6 * n)
            turn = "set" if n == 0 else "progress"
            self._add("goal_event", at, goal_id=goal_id, turn=turn, percent=percent, words="", at=at)
        for author, days, words in goal["comments"]:
            at = self.world.days_ago(days)
            self._add(
                "goal_comment",
                at,
                goal_id=goal_id,
                author_person_id=self.key[f"{author}_person_id"],
                body=self._say(words),
                created_at=at,
            )

    def _note(self, note: Mapping[str, Any]) -> None:
        authors = ("mentee_person_id", "mentor_person_id")
        moments = [self.world.days_ago(14 - 4 * n) for n in range(len(note["texts"]))]
        title, texts = self._say(note["title"]), [self._say(text) for text in note["texts"]]
        note_id = self._add(
            "shared_note",
            moments[0],
            title=title,
            body=texts[-1],
            version=len(texts),
            author_person_id=self.key[authors[(len(texts) - 1) % 2]],
            created_at=moments[0],
            updated_at=moments[-1],
            removed_at=None,
        )
        for n, (text, at) in enumerate(zip(texts, moments, strict=True)):
            self._add(
                "note_version",
                at,
                note_id=note_id,
                number=n + 1,
                title=title,
                body=text,
                author_person_id=self.key[authors[n % 2]],
                at=at,
            )
