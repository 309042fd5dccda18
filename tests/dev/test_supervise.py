"""Processes kept together: restarted when they die, ended with everything they started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dev import demo_run
from dev.supervise import GaveUp, Service, Supervisor

SLEEPS = "import time; time.sleep(60)"
# A service as servers are: it starts a worker of its own and does not mind being asked politely.
FAMILY = f"""
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", {SLEEPS!r}])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""
WHOLE = """
import os, pathlib, sys
from dev.supervise import Service, Supervisor
folder = pathlib.Path(sys.argv[1])
service = Service("family", [sys.executable, "-c", sys.argv[2], str(folder / "child")])
with Supervisor([service], logs=folder, environment=os.environ, say=print, patience=0.5) as together:
    print("ready", flush=True)
    together.watch()
"""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def gone(process: int) -> bool:
    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def supervisor(folder: Path, *services: Service, said: list[str] | None = None) -> Supervisor:
    say = (said if said is not None else []).append
    return Supervisor(services, logs=folder, environment=os.environ, say=say, patience=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_that_was_started(tmp_path: Path, number: signal.Signals) -> None:
    whole = subprocess.Popen(python(WHOLE, str(tmp_path), FAMILY), stdout=subprocess.PIPE, text=True)
    try:
        assert whole.stdout
        assert whole.stdout.readline() == "ready\n"
        child = tmp_path / "child"
        wait_for(lambda: read(child))
        whole.send_signal(number)
        assert whole.wait(30) == 0
        wait_for(lambda: gone(int(child.read_text())))
    finally:
        whole.kill()


def test_what_dies_is_said_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    mark = tmp_path / "mark"
    dies_once = "import pathlib, sys, time; p = pathlib.Path(sys.argv[1]); n = p.exists(); p.touch(); n or exit(3); "
    service = Service("worker", python(dies_once + "p.write_text('again'); time.sleep(60)", str(mark)))
    with supervisor(tmp_path, service, said=said) as together:
        give_up = time.monotonic() + 60
        together.watch(until=lambda: (mark.exists() and bool(mark.read_text())) or time.monotonic() > give_up)
    assert mark.read_text() == "again"
    assert said == [f"The worker died (status 3); it starts again in a moment. Log: {tmp_path}/worker.log"]


def test_what_a_dead_service_had_started_is_ended_before_it_starts_again(tmp_path: Path) -> None:
    child = tmp_path / "child"
    dies = FAMILY.replace("time.sleep(60)\n", "sys.exit(3)\n")
    with supervisor(tmp_path, Service("server", python(dies, str(child)))) as together:
        give_up = time.monotonic() + 60
        together.watch(until=lambda: read(child) != "" or time.monotonic() > give_up)
        first = read(child)
        together.watch(until=lambda: read(child) not in ("", first) or time.monotonic() > give_up)
        assert gone(int(first))


def test_what_keeps_dying_ends_the_whole_with_its_last_words(tmp_path: Path) -> None:
    well = Service("well", python(SLEEPS))
    broken = Service("broken", python("raise SystemExit('no such table')"))
    with (
        pytest.raises(GaveUp, match="no such table"),
        Supervisor([well, broken], logs=tmp_path, environment=os.environ, say=print, deaths_allowed=0) as together,
    ):
        together.watch()
    assert [child for child in psutil.Process().children() if "time.sleep(60)" in str(child.cmdline())] == []


def test_a_service_that_cannot_be_started_leaves_the_others_stopped(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError),
        supervisor(tmp_path, Service("well", python(SLEEPS)), Service("none", ["/nowhere/to/be/found"])),
    ):
        pass
    assert [child for child in psutil.Process().children() if "time.sleep(60)" in str(child.cmdline())] == []


def test_a_taken_port_is_said_with_another_to_take() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(demo_run.Refused, match=rf"Port {port} is taken .* make demo PORT=\d+"):
            demo_run.require_free_port(port)
        assert port not in demo_run.free_ports(port, 2)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://me:secret@127.0.0.1:1/x", r"postgresql://me:\*\*\*@127.0.0.1:1/x does not answer"),
        ("postgresql+psycopg://me:secret@/x?host=/nowhere", r"does not answer"),
        ("where?", "DATABASE_URL is no address"),
    ],
)
def test_a_database_that_does_not_answer_is_said_without_its_password(address: str, words: str) -> None:
    with pytest.raises(demo_run.Refused, match=words) as refused:
        demo_run.require_reachable(address)
    assert "secret" not in str(refused.value)


def test_the_secret_is_kept_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first = demo_run.kept_secret(tmp_path / "demo.env")
    assert len(first) == 64
    assert demo_run.kept_secret(tmp_path / "demo.env") == first
    assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600


def test_the_welcome_is_a_table_of_people_to_sign_in_as() -> None:
    people = [{"who": "Mentee", "email": "mia@acme.example", "password": "a b", "where": "/acme/mentors"}]
    lines = demo_run.welcome("http://127.0.0.1:8000", "http://127.0.0.1:8026", people).splitlines()
    assert "  Passerelle   http://127.0.0.1:8000" in lines
    assert "  Mentee       mia@acme.example   a b        /acme/mentors" in lines
