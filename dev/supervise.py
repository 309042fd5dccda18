"""Keep a few processes running together, and leave none behind."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Service:
    """A command that runs for as long as the whole does."""

    name: str
    command: Sequence[str]


@dataclass
class _Child:
    service: Service
    process: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=deque)
    start_again_at: float | None = None


class GaveUp(Exception):
    """A service died too often; the sentence says which, and its last words."""


class Supervisor:
    """Start services, restart what dies, stop everything on SIGINT, SIGTERM and SIGHUP.

    Each service is the head of its own process group, so that its own children are stopped with it, and
    writes into `<logs>/<name>.log`. A service that dies more than `deaths_allowed` times within `window`
    seconds ends the whole: GaveUp. Use as a context manager, in the main thread.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        logs: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        deaths_allowed: int = 3,
        window: float = 60,
        patience: float = 10,
    ) -> None:
        self.services = services
        self.logs = logs
        self.environment = environment
        self.say = say
        self.deaths_allowed = deaths_allowed
        self.window = window
        self.patience = patience
        self.stopping = False
        self._children: list[_Child] = []

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        self._before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        for number, before in self._before.items():
            # Under nohup SIGHUP is ignored on purpose; keep it so.
            if before is not signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)
        try:
            for service in self.services:
                (self.logs / f"{service.name}.log").unlink(missing_ok=True)
                self._children.append(_Child(service, self._spawn(service)))
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def watch(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep the services alive until told to stop (False) or until `until()` is true (True).

        Raises GaveUp.
        """
        while not self.stopping:
            for child in self._children:
                self._look_after(child)
            if until():
                return True
            time.sleep(0.1)
        return False

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.start_again_at is not None:
            if now >= child.start_again_at:
                child.start_again_at = None
                child.process = self._spawn(child.service)
            return
        status = child.process.poll()
        if status is None:
            return
        # What it started itself must not hold its port when it comes back.
        self._end_groups([child])
        name = child.service.name
        child.deaths.append(now)
        while now - child.deaths[0] > self.window:
            child.deaths.popleft()
        if len(child.deaths) > self.deaths_allowed:
            raise GaveUp(
                f"The {name} died {len(child.deaths)} times within {self.window:.0f} s. Its last words,"
                f" from {self.logs / name}.log:\n{self._last_words(name)}"
            )
        self.say(f"The {name} died ({_how(status)}); it starts again in a moment. Log: {self.logs / name}.log")
        child.start_again_at = now + min(len(child.deaths), 3)

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with (self.logs / f"{service.name}.log").open("ab") as log:
            return subprocess.Popen(
                service.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _last_words(self, name: str) -> str:
        lines = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-12:])

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _leave(self) -> None:
        self.stopping = True
        self._end_groups(self._children)
        for number, before in self._before.items():
            signal.signal(number, before)

    def _end_groups(self, children: Sequence[_Child]) -> None:
        """Ask every group to end, wait, then make it."""
        groups = {child.process.pid for child in children}
        for number, patience in ((signal.SIGTERM, self.patience), (signal.SIGKILL, 2.0)):
            for group in groups:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, number)
            give_up = time.monotonic() + patience
            while groups and time.monotonic() < give_up:
                for child in children:
                    child.process.poll()
                groups = {group for group in groups if _lives(group)}
                time.sleep(0.02)
            if not groups:
                return


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _how(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
