"""The two web servers that are compared: the product as in production, and a bare Flask page under gunicorn."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from dev.demo_run import answers, free_ports, web_command

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a key for measuring only, forty characters"
WEBHOOK_SECRET = "whsec_for_measuring_only"
WORKERS = 2
FIRST_PORT = 8700
SECONDS_TO_START = 120
SECONDS_TO_STOP = 15


@dataclass(frozen=True, slots=True)
class Server:
    """A web server that runs on a loopback port."""

    port: int
    process: psutil.Process

    def peak_mb(self) -> float:
        """The most memory that one of its processes ever had resident, in MiB. Reads Linux's /proc."""
        peaks = []
        for worker in self.process.children(recursive=True):
            found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{worker.pid}/status").read_text())
            peaks.append(int(found[1]) / 1024 if found else 0.0)
        return max(peaks, default=0.0)


@contextmanager
def hello_server() -> Iterator[Server]:
    """``hello.py`` under two of gunicorn's sync workers."""
    (port,) = free_ports(FIRST_PORT, 1)
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"]
    with _served([*command, "benchmarks.hello:app"], port, "/") as server:
        yield server


@contextmanager
def product_server(address: str) -> Iterator[Server]:
    """The product on the database at ``address``, by the command that the demo uses."""
    (port,) = free_ports(FIRST_PORT, 1)
    settings = {"DATABASE_URL": address, "SECRET_KEY": SECRET, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET}
    with _served(web_command(port), port, "/health", **settings) as server:
        yield server


@contextmanager
def _served(command: Sequence[str], port: int, path: str, **environment: str) -> Iterator[Server]:
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, env={**os.environ, **environment}, cwd=ROOT, stdout=said, stderr=said)
        try:
            give_up = time.monotonic() + SECONDS_TO_START
            while not answers(f"http://127.0.0.1:{port}{path}"):
                if server.poll() is not None or time.monotonic() > give_up:
                    said.seek(0)
                    raise RuntimeError(f"{command[2]} did not start: {said.read().decode()[-2000:]}")
                time.sleep(0.1)
            yield Server(port, psutil.Process(server.pid))
        finally:
            _stop(psutil.Process(server.pid))


def _stop(server: psutil.Process) -> None:
    """End the server and every worker of it, by force when asking does not help."""
    family = [server, *server.children(recursive=True)]
    server.terminate()
    _gone, left = psutil.wait_procs(family, SECONDS_TO_STOP)
    for process in left:
        process.kill()
    psutil.wait_procs(left, SECONDS_TO_STOP)
