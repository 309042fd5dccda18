"""A process that has the product loaded already, and becomes ``passerelle …`` when it is told to.

To load the product takes longer than all that most tests want of it. Whoever starts is a process of its own, with an environment
of its own, and makes its application itself.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO

from tests.compiled import share_compiled_templates

HOUSE = Path(__file__).resolve().parents[2]


class Ready:
    """The one side: starts and ends what the test needs."""

    def __init__(self, orders: IO[str], numbers: IO[str]) -> None:
        self._orders, self._numbers = orders, numbers

    @contextmanager
    def become(self, arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
        """``passerelle`` with these arguments, until the block ends; what it says is in ``log``."""
        order = {"arguments": arguments, "environment": environment, "log": str(log)}
        self._orders.write(f"{json.dumps(order)}\n")
        self._orders.flush()
        number = int(self._numbers.readline())
        try:
            yield
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                if ended(number, sign):
                    break


@contextmanager
def ready() -> Iterator[Ready]:
    command = [sys.executable, "-m", "tests.browser.ready"]
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        yield Ready(process.stdin, process.stdout)


def ended(number: int, sign: signal.Signals, seconds: float = 15) -> bool:
    """Whether the process ended soon after the signal."""
    give_up = time.monotonic() + seconds
    try:
        os.killpg(number, sign)
        while time.monotonic() < give_up:
            os.kill(number, 0)
            time.sleep(0.02)
    except ProcessLookupError:
        return True
    return False


def wait_for_orders() -> None:
    """The other side. It ends with its orders."""
    gc.disable()
    share_compiled_templates()
    import_module("marketplace.app")
    from marketplace import cli

    gc.freeze()
    gc.enable()
    # Nobody here asks how they ended: the system may forget them at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        number = os.fork()
        if number:
            os.setpgid(number, number)
            print(number, flush=True)
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        os.environ.clear()
        os.environ.update(order["environment"])
        written = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for given, own in ((nothing, 0), (written, 1), (written, 2)):
            os.dup2(given, own)
        sys.argv = ["passerelle", *order["arguments"]]
        cli.main()
        sys.exit()


if __name__ == "__main__":
    wait_for_orders()
