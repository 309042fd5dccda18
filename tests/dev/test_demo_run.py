"""`make demo` from start to Ctrl-C, with a small product in the place of the real one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dev import demo_run

PRODUCT = """
import json, os, pathlib, sys, time
import psycopg

def connect():
    return psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""))

def main():
    match sys.argv[1:]:
        case ["database", "prepare"]:
            with connect() as connection:
                connection.execute("create table if not exists load (number int)")
        case ["demo", *options]:
            with connect() as connection:
                connection.execute("insert into load values (1)")
            if pathlib.Path("slow").exists():
                print("half loaded", flush=True)
                time.sleep(60)
            mia = {"who": "Mentee", "email": "mia@acme.example", "password": "a b", "where": "/acme/mentors"}
            pathlib.Path("var/demo-accounts.json").write_text(json.dumps([mia]))
        case ["worker"]:
            time.sleep(600)

def app(environ, start_response):
    with connect() as connection:
        loads = connection.execute("select count(*) from load").fetchone()[0]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(loads).encode()]
"""


class Demo:
    """One `python -m dev.demo_run` and what it has said so far."""

    def __init__(self, house: Path, *options: str, **environment: str) -> None:
        self.house = house
        self.port = demo_run.free_ports(18000 + os.getpid() % 1000 * 10, 1)[0]
        self.said = ""
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dev.demo_run", "--port", str(self.port), *options],
            cwd=house,
            env={**given, "PYTHONPATH": str(house), "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.said += line

    def wait_for(self, words: str, seconds: float = 120) -> None:
        give_up = time.monotonic() + seconds
        while not re.search(words, self.said):
            assert time.monotonic() < give_up, self.said
            assert self.process.poll() is None or re.search(words, self.said), self.said
            time.sleep(0.05)

    def loads(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
            return int(answer.read())

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self._reader.join(5)
        return status

    def left_behind(self) -> list[str]:
        return [
            " ".join(process.info["cmdline"] or [])
            for process in psutil.process_iter(["cwd", "cmdline"])
            if str(process.info["cwd"] or "").startswith(str(self.house))
        ]


@pytest.fixture
def house() -> Iterator[Path]:
    """A checkout of its own, in whose database and var/ nobody else is."""
    made = Path(tempfile.mkdtemp(prefix="passerelle-demo-"))
    made.chmod(0o755)
    ignored = shutil.ignore_patterns("__pycache__", "demo")
    shutil.copytree(Path(demo_run.__file__).parent, made / "dev", ignore=ignored)
    (made / "marketplace").mkdir()
    (made / "marketplace" / "__init__.py").touch()
    (made / "marketplace" / "cli.py").write_text(PRODUCT)
    (made / "marketplace" / "wsgi.py").write_text("from marketplace.cli import app\n")
    yield made
    for process in psutil.process_iter(["cwd"]):
        if str(process.info["cwd"] or "").startswith(str(made)):
            process.kill()
    shutil.rmtree(made)


@pytest.mark.slow
def test_the_demo_from_the_first_run_to_a_fresh_start(house: Path) -> None:
    first = Demo(house)
    first.wait_for("Ctrl-C stops everything")
    assert f"Passerelle   http://127.0.0.1:{first.port}" in first.said
    assert re.search(r"Mentee +mia@acme.example +a b +/acme/mentors", first.said)
    assert first.loads() == 1
    letters = re.search(r"Its letters  (\S+)", first.said)
    assert letters
    with urllib.request.urlopen(letters[1], timeout=5) as page:
        assert f'href="http://127.0.0.1:{first.port}"' in page.read().decode()
    payments = re.search(r"Payments     (\S+)", first.said)
    assert payments
    with urllib.request.urlopen(payments[1], timeout=5) as page:
        assert f'href="http://127.0.0.1:{first.port}"' in page.read().decode()
    assert first.stop() == 0
    assert first.left_behind() == []

    second = Demo(house)
    second.wait_for("Ctrl-C stops everything")
    assert "The demo's data is there" in second.said
    assert second.loads() == 1
    twice = Demo(house)
    assert twice.process.wait(120) == 1
    twice.wait_for(rf"runs already \(process {second.process.pid}\)")
    assert second.stop(signal.SIGTERM) == 0
    assert second.left_behind() == []

    afresh = Demo(house, "--reset")
    afresh.wait_for("Ctrl-C stops everything")
    assert "Loading the demo's data" in afresh.said
    assert afresh.loads() == 1
    assert afresh.stop() == 0


@pytest.mark.slow
def test_an_interrupted_load_is_done_again_from_the_start(house: Path) -> None:
    (house / "slow").touch()
    interrupted = Demo(house)
    interrupted.wait_for("half loaded")
    assert interrupted.stop() == 130
    assert interrupted.left_behind() == []
    (house / "slow").unlink()
    again = Demo(house)
    again.wait_for("Ctrl-C stops everything")
    assert again.loads() == 1
    assert again.stop() == 0


@pytest.mark.slow
def test_what_dies_comes_back(house: Path) -> None:
    demo = Demo(house)
    demo.wait_for("Ctrl-C stops everything")
    pid_file = house / "var" / "demo-cluster" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)
    demo.wait_for("The database died; it starts again")
    (worker,) = [
        p
        for p in psutil.process_iter(["cmdline"])
        if (p.info["cmdline"] or [])[-1:] == ["worker"] and p.cwd() == str(house)
    ]
    worker.kill()
    demo.wait_for(r"The worker died \(SIGKILL\)")
    give_up = time.monotonic() + 60
    while True:
        try:
            assert demo.loads() == 1
            break
        except OSError:
            assert time.monotonic() < give_up
            time.sleep(0.2)
    assert demo.stop() == 0
    assert demo.left_behind() == []


def test_a_database_that_does_not_answer_ends_it_with_a_sentence(house: Path) -> None:
    demo = Demo(house, DATABASE_URL="postgresql://me:secret@127.0.0.1:1/x")
    assert demo.process.wait(120) == 1
    demo.wait_for("does not answer")
    assert "Traceback" not in demo.said
    assert "secret" not in demo.said
