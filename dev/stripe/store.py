"""What the stand-in knows: things by account, in memory and in SQLite, each change with its event."""

import contextlib
import copy
import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from typing import Any

from dev.stripe.errors import missing

Thing = dict[str, Any]

LETTERS = string.ascii_letters + string.digits
PLATFORM = "acct_platform"
DRAFT_SECONDS = 3600


def public(thing: Any) -> Any:
    """A copy as others may see it: without the stand-in's own notes, whose names begin with an underscore."""
    if isinstance(thing, dict):
        return {name: public(value) for name, value in thing.items() if not name.startswith("_")}
    return [public(one) for one in thing] if isinstance(thing, list) else thing


def identifier(prefix: str, length: int = 24) -> str:
    """A new identifier such as `sub_…`."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


class Store:
    """All accounts' things. Whoever reads or writes holds `lock`, and calls `save` before letting go.

    `file` is an SQLite file, or "memory". The first secret key that comes along owns the platform's account.
    """

    def __init__(self, file: str = "memory") -> None:
        self.lock = threading.RLock()
        self.home = ""
        self.version = ""
        self.draft_seconds = DRAFT_SECONDS
        self.moment: int | None = None
        self.offset = 0
        self.request: Thing = {"id": None, "idempotency_key": None}
        self.waiting: list[tuple[str, str]] = []
        self._accounts: dict[str, Books] = {}
        self._changed: dict[tuple[str, str], Thing | None] = {}
        self._database = sqlite3.connect(":memory:" if file == "memory" else file, check_same_thread=False)
        self._database.execute(
            "create table if not exists thing"
            " (position integer primary key, account text, id text, body text, unique (account, id))"
        )
        for account, body in self._database.execute("select account, body from thing order by position"):
            self.books(account).take(json.loads(body))
        if clock := self.books(PLATFORM).find("_world"):
            self.offset = clock["offset"]

    def books(self, account: str) -> "Books":
        """One account's things."""
        return self._accounts.setdefault(account, Books(self, account))

    def accounts(self) -> list["Books"]:
        """Every account's things, the platform's first."""
        return list(self._accounts.values())

    def note(self, account: str, key: str, thing: Thing | None) -> None:
        """Remember that a thing was written (or, with None, that it is gone)."""
        self._changed[account, key] = thing

    def save(self) -> list[tuple[str, str]]:
        """Write what changed; return (account, event) of the events that have come since."""
        for (account, key), thing in self._changed.items():
            if thing is None:
                self._database.execute("delete from thing where account = ? and id = ?", (account, key))
            else:
                self._database.execute(
                    "insert into thing (account, id, body) values (?, ?, ?)"
                    " on conflict (account, id) do update set body = excluded.body",
                    (account, key, json.dumps(thing)),
                )
        self._database.commit()
        self._changed.clear()
        events, self.waiting = self.waiting, []
        return events

    def shift(self, seconds: int) -> None:
        """Let the clock of everything that has no test clock be this much later, for good."""
        self.offset += seconds
        self.books(PLATFORM).put({"object": "_world", "id": "_world", "offset": self.offset})

    def clear(self) -> None:
        """Forget everything."""
        self._accounts.clear()
        self._changed.clear()
        self.waiting.clear()
        self.offset = 0
        self._database.execute("delete from thing")
        self._database.commit()


class Books:
    """One account's things, by kind and in the order they came."""

    def __init__(self, store: Store, account: str) -> None:
        self.store = store
        self.account = account
        self._kinds: dict[str, dict[str, Thing]] = {}
        self._all: dict[str, Thing] = {}

    def take(self, thing: Thing) -> None:
        """Put a thing on its shelf without a note that it is to be written."""
        self._kinds.setdefault(thing["object"], {})[thing["id"]] = thing
        self._all[thing["id"]] = thing

    def put(self, thing: Thing) -> Thing:
        """Keep a thing, new or changed."""
        self.take(thing)
        self.store.note(self.account, thing["id"], thing)
        return thing

    def add(self, thing: Thing, event: str = "") -> Thing:
        """Keep a new thing and tell of it."""
        self.put(thing)
        if event:
            self.emit(event, thing)
        return thing

    def remove(self, thing: Thing) -> None:
        """Forget a thing."""
        self._kinds[thing["object"]].pop(thing["id"], None)
        self._all.pop(thing["id"], None)
        self.store.note(self.account, thing["id"], None)

    def find(self, key: str | None) -> Thing | None:
        """The thing, or None."""
        return self._all.get(key or "")

    def get(self, kind: str, key: str, param: str = "id") -> Thing:
        """The thing; `missing` when there is none of this kind and identifier."""
        found = self._kinds.get(kind, {}).get(key)
        if found is None:
            raise missing(kind, key, param)
        return found

    def all(self, kind: str, **having: Any) -> list[Thing]:
        """Things of a kind whose fields have these values (None: any), oldest first."""
        wanted = {name: value for name, value in having.items() if value is not None}
        things = list(self._kinds.get(kind, {}).values())
        return [one for one in things if all(one.get(name) == value for name, value in wanted.items())]

    def now(self, clock: str | None = None) -> int:
        """Seconds since 1970 by this test clock, or by the world's."""
        if clock:
            return int(self.get("test_helpers.test_clock", clock)["frozen_time"])
        if self.store.moment is not None:
            return self.store.moment
        return int(time.time()) + self.store.offset

    @contextlib.contextmanager
    def changing(self, thing: Thing, event: str = "") -> Iterator[Thing]:
        """Keep what the block changes, and tell of it with what was there before."""
        before = copy.deepcopy(thing)
        yield thing
        changed = {name for name in {*before, *thing} if before.get(name) != thing.get(name)}
        if not changed:
            return
        self.put(thing)
        seen = {name: before.get(name) for name in sorted(changed) if not name.startswith("_")}
        if event and seen:
            self.emit(event, thing, seen)

    def emit(self, kind: str, thing: Thing, before: Thing | None = None) -> Thing:
        """An event with the thing as it stands now; it is delivered once the request is over."""
        data: Thing = {"object": public(thing)}
        if before is not None:
            data["previous_attributes"] = public(before)
        clock = thing.get("test_clock") or thing.get("_test_clock")
        event: Thing = {
            "id": identifier("evt_"),
            "object": "event",
            "api_version": self.store.version,
            "created": self.now(clock),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": dict(self.store.request),
            "type": kind,
        }
        if self.account != PLATFORM:
            event["account"] = self.account
        self.put(event)
        self.store.waiting.append((self.account, event["id"]))
        return event
