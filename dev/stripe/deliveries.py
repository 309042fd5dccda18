"""Webhooks: events leave in their order, signed, and again after a while when they were not taken; faults on request."""

import hashlib
import hmac
import json
import threading
import time
import traceback
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from dev.stripe.store import Store, Thing

TRIES = 16
LONGEST_PAUSE = 60.0


def signature(body: str, secret: str, at: int) -> str:
    """The Stripe-Signature header: HMAC-SHA256 over time, a dot and the body (docs.stripe.com/webhooks, manual verification)."""
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


@dataclass
class Faults:
    """How many of the next events are lost, sent twice or held back, and how many of the next API calls find nobody (-1: all)."""

    lose: int = 0
    duplicate: int = 0
    hold: int = 0
    down: int = 0

    def take(self, name: str) -> bool:
        """Whether this fault is on; a counted one has one less from now on."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0


@dataclass
class _Parcel:
    account: str
    event: str
    due: float
    number: int
    tries: int = 0
    held: bool = field(default=False)


class Courier:
    """Carries events to one address, in a thread of its own.

    What is under way is kept with the other things, so that a restart goes on with it. `pause` is the seconds before the second
    try; each further pause is twice as long.
    """

    def __init__(self, store: Store, address: str, secret: str, *, pause: float = 1.0) -> None:
        self.store = store
        self.address = address
        self.secret = secret
        self.pause = pause
        self.faults = Faults()
        self._parcels: list[_Parcel] = []
        self._number = 0
        self._carrying = False
        self._stopping = False
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._carry, name="courier", daemon=True)

    def start(self) -> None:
        """Take up what was under way, and begin."""
        with self.store.lock:
            left = [
                (books.account, one["event"])
                for books in self.store.accounts()
                for one in books.all("_delivery")
                if one["state"] in ("waiting", "held")
            ]
        for account, event in left:
            self._queue(account, event)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the delivery it is at."""
        with self._moved:
            self._stopping = True
            self._moved.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def send(self, events: list[tuple[str, str]]) -> None:
        """Take events over; the caller holds the store's lock."""
        for account, event in events:
            if not self._where(account)[0]:
                self._note(account, event, "unsent")
            elif self.faults.take("lose"):
                self._note(account, event, "lost")
            else:
                held = self.faults.take("hold")
                self._note(account, event, "held" if held else "waiting")
                for _ in range(2 if self.faults.take("duplicate") else 1):
                    self._queue(account, event, held=held)
                if not held:
                    self._release(but=event)

    def again(self, account: str, event: str) -> None:
        """Send an event (once more), also one that was lost."""
        with self.store.lock:
            self._note(account, event, "waiting")
            self.store.save()
        self._queue(account, event)

    def hurry(self) -> None:
        """Let everything that waits or is held go now."""
        self._release()
        with self._moved:
            for parcel in self._parcels:
                parcel.due = 0
            self._moved.notify_all()

    def wait(self, seconds: float) -> bool:
        """Block until nothing is under way but what is held; False when that took longer than `seconds`."""
        with self._moved:
            return self._moved.wait_for(
                lambda: not self._carrying and all(parcel.held for parcel in self._parcels), seconds
            )

    def forget(self) -> None:
        """Drop everything that is under way, and all faults."""
        with self._moved:
            self._parcels.clear()
            self.faults = Faults()
            self._moved.notify_all()

    def _queue(self, account: str, event: str, *, held: bool = False) -> None:
        with self._moved:
            self._number += 1
            self._parcels.append(_Parcel(account, event, time.monotonic(), self._number, held=held))
            self._moved.notify_all()

    def _release(self, *, but: str = "") -> None:
        # What is held goes after the event that came next: the two change places.
        with self._moved:
            for parcel in self._parcels:
                if parcel.held and parcel.event != but:
                    parcel.held = False
                    self._number += 1
                    parcel.number = self._number
            self._moved.notify_all()

    def _note(self, account: str, event: str, state: str, *, tries: int = 0, answer: str = "") -> None:
        self.store.books(account).put(
            {
                "object": "_delivery",
                "id": f"_delivery_{event}",
                "event": event,
                "state": state,
                "tries": tries,
                "answer": answer,
            }
        )

    def _carry(self) -> None:
        while True:
            with self._moved:
                parcel = self._next()
                if parcel is None:
                    return
                self._parcels.remove(parcel)
                self._carrying = True
            try:
                self._deliver(parcel)
            except Exception:
                traceback.print_exc()
            with self._moved:
                self._carrying = False
                self._moved.notify_all()

    def _next(self) -> _Parcel | None:
        while not self._stopping:
            free = [parcel for parcel in self._parcels if not parcel.held]
            if free:
                first = min(free, key=lambda parcel: (parcel.due, parcel.number))
                now = time.monotonic()
                ready = [parcel for parcel in free if parcel.due <= now]
                if ready:
                    return min(ready, key=lambda parcel: parcel.number)
                self._moved.wait(first.due - now)
            else:
                self._moved.wait()
        return None

    def _deliver(self, parcel: _Parcel) -> None:
        with self.store.lock:
            event = self.store.books(parcel.account).find(parcel.event)
            # An account's own endpoint is told nothing of accounts.
            own = self.store.books(parcel.account).find("_endpoint") is not None
            body = json.dumps({k: v for k, v in event.items() if k != "account" or not own}, indent=2) if event else ""
        if event is None:
            return
        parcel.tries += 1
        taken, answer = self._post(body, *self._where(parcel.account))
        if not taken and parcel.tries < TRIES:
            parcel.due = time.monotonic() + min(self.pause * 2 ** (parcel.tries - 1), LONGEST_PAUSE)
            with self._moved:
                self._parcels.append(parcel)
        with self.store.lock:
            # In between somebody may have cleared everything.
            if self.store.books(parcel.account).find(parcel.event) is event:
                state = "delivered" if taken else "failed" if parcel.tries == TRIES else "waiting"
                self._note(parcel.account, parcel.event, state, tries=parcel.tries, answer=answer)
                if taken:
                    self._no_longer_pending(parcel.account, event)
                self.store.save()

    def _no_longer_pending(self, account: str, event: Thing) -> None:
        event["pending_webhooks"] = 0
        self.store.books(account).put(event)

    def _where(self, account: str) -> tuple[str, str]:
        """Address and secret: the account's own, or the platform's."""
        own = self.store.books(account).find("_endpoint")
        return (own["address"], own["secret"]) if own and own["address"] else (self.address, self.secret)

    def _post(self, body: str, address: str, secret: str) -> tuple[bool, str]:
        asked = urllib.request.Request(
            address,
            body.encode(),
            {
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature(body, secret, int(time.time())),
                "User-Agent": "Stripe/1.0 (stand-in)",
            },
        )
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return 200 <= answer.status < 300, str(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return False, str(refused.code)
        except OSError as problem:
            reason: Any = getattr(problem, "reason", problem)
            return False, str(reason)
