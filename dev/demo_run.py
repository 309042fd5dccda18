"""What `make demo` runs once the environment is there: database, data, web server, worker, mailbox, payments.

    python -m dev.demo_run [--reset] [--port 8000]

Everything it keeps is in var/. Ctrl-C stops every process that it started.
"""

import argparse
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dev.cluster import DEMO_FOLDER, Cluster
from dev.servant import ClusterProblem
from dev.supervise import STOP_SIGNALS, GaveUp, Service, Supervisor
from tenants.walls import plain_address

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
MAIL = VAR / "demo-mail"
PAYMENTS = VAR / "demo-payments.sqlite"
LOGS = VAR / "demo-logs"
ACCOUNTS = VAR / "demo-accounts.json"
SECRETS = VAR / "demo.env"
PASSERELLE = str(Path(sys.executable).with_name("passerelle"))

FIRST_MAILBOX_PORT = 8025
SECONDS_TO_START = 120


class Refused(Exception):
    """Why the demo cannot run, as a sentence that says what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.demo_run", description="Run the product on demo data.")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data first")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    options = parser.parse_args()
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        VAR.mkdir(exist_ok=True)
        with _only_one():
            require_free_port(options.port)
            with _database(reset=options.reset) as (address, cluster):
                _run(address, cluster, port=options.port, reset=options.reset)
        say("Stopped. The data stays for the next time.")
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except (Refused, ClusterProblem, GaveUp) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"\n{problem.filename or 'The system'}: {problem.strerror}", file=sys.stderr)
        return 1
    return 0


def say(words: str) -> None:
    print(f"· {words}", flush=True)


def _run(address: str, cluster: Cluster | None, *, port: int, reset: bool) -> None:
    smtp_port, page_port, payments_port = free_ports(FIRST_MAILBOX_PORT, 3)
    home = f"http://127.0.0.1:{port}"
    mailbox = f"http://127.0.0.1:{page_port}"
    payments = "" if os.environ.get("STRIPE_SECRET_KEY") else f"http://127.0.0.1:{payments_port}"
    environment = {
        **os.environ,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or kept_secret(SECRETS),
        "DATABASE_URL": address,
        "JOURNAL_KEYS": os.environ.get("JOURNAL_KEYS") or kept_secret(SECRETS, "JOURNAL_KEYS"),
        "PAYMENT_KEYS": os.environ.get("PAYMENT_KEYS") or kept_secret(SECRETS, "PAYMENT_KEYS"),
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(smtp_port),
        "BASE_URL": home,
        "PYTHONUNBUFFERED": "1",
    }
    if payments:
        environment |= {
            "STRIPE_SECRET_KEY": "sk_test_demo",
            "STRIPE_API_BASE": payments,
            "STRIPE_WEBHOOK_SECRET": f"whsec_{kept_secret(SECRETS, 'PAYMENTS_SECRET')}",
        }
    say("Preparing the database: roles and migrations")
    _step([PASSERELLE, "database", "prepare"], environment)
    _load(address, cluster, environment, reset=reset)
    services = [
        Service("web server", web_command(port)),
        Service("worker", [PASSERELLE, "worker"]),
        Service("mailbox", mailbox_command(smtp_port, page_port, home)),
    ]
    if payments:
        services.append(Service("payments", payments_command(payments_port, home)))
    say("Starting the web server, the worker, the mailbox" + (" and the stand-in for payments" if payments else ""))
    with Supervisor(services, logs=LOGS, environment=environment, say=say) as together:
        give_up = time.monotonic() + SECONDS_TO_START

        def ready() -> bool:
            pages = [f"{home}/health", f"{mailbox}/newest", *([f"{payments}/"] if payments else [])]
            return all(answers(page) for page in pages)

        if together.watch(until=lambda: ready() or time.monotonic() > give_up):
            if not ready():
                raise Refused(f"The web server did not become healthy in {SECONDS_TO_START} s: see {LOGS}.")
            print(welcome(home, mailbox, accounts(ACCOUNTS), payments), flush=True)
        while together.watch(until=Every(2, lambda: cluster is not None and not cluster.running)):
            say("The database died; it starts again")
            assert cluster is not None  # noqa: S101 - what the line above waited for
            cluster.revive()
        say("Stopping")
    _ignore_signals()


def web_command(port: int) -> list[str]:
    """The web server as in production, with the two workers that a small machine carries."""
    return [
        *(sys.executable, "-m", "granian", "marketplace.wsgi:app", "--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "2"),
        *("--respawn-failed-workers", "--no-ws"),
    ]


def mailbox_command(smtp_port: int, page_port: int, home: str) -> list[str]:
    """The local mailbox as a process of its own."""
    return [
        *(sys.executable, "-m", "dev.mailbox", "--smtp-port", str(smtp_port), "--port", str(page_port)),
        *("--folder", str(MAIL), "--product", home),
    ]


def payments_command(port: int, home: str) -> list[str]:
    """What stands in for Stripe, as a process of its own; the secret of its events is in the environment."""
    return [
        *(sys.executable, "-m", "dev.stripe", "--port", str(port), "--state", str(PAYMENTS)),
        *("--webhook", f"{home}/stripe/webhook", "--product", home, "--draft-seconds", "0"),
    ]


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    with (VAR / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refused(
                f"The demo of this folder runs already (process {lock.read().strip()}). Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _database(*, reset: bool) -> Iterator[tuple[str, Cluster | None]]:
    given = os.environ.get("DATABASE_URL")
    if given:
        say("Using the database of DATABASE_URL")
        require_reachable(given)
        yield given, None
        return
    say("Starting a private PostgreSQL")
    cluster = Cluster(DEMO_FOLDER)
    marker = _marker(cluster, "")
    if reset or (marker.exists() and marker.read_text() != "loaded"):
        cluster.remove()
        cluster = Cluster(DEMO_FOLDER)
    with cluster:
        yield cluster.url, cluster


def _load(address: str, cluster: Cluster | None, environment: Mapping[str, str], *, reset: bool) -> None:
    """Load the demo's data once per database; a load that was interrupted is done again from the start."""
    marker = _marker(cluster, address)
    state = marker.read_text() if marker.exists() else ""
    if state == "loaded" and not reset:
        say("The demo's data is there (RESET=1 makes it afresh)")
        return
    say("Loading the demo's data")
    marker.write_text("loading")
    shutil.rmtree(MAIL, ignore_errors=True)
    PAYMENTS.unlink(missing_ok=True)
    again = ["--reset"] if cluster is None and (reset or state == "loading") else []
    _step([PASSERELLE, "demo", *again], environment)
    marker.write_text("loaded")


def _marker(cluster: Cluster | None, address: str) -> Path:
    if cluster:
        return cluster.folder / "demo"
    return VAR / f"demo-loaded-{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _step(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run one command to its end; an interruption ends it too."""
    with subprocess.Popen(command, env=dict(environment), cwd=ROOT) as process:
        try:
            status = process.wait()
        except BaseException:
            process.terminate()
            raise
    if status != 0:
        raise Refused(f"“{Path(command[0]).name} {' '.join(command[1:])}” ended with status {status}; see above.")


def require_free_port(port: int) -> None:
    """Raise Refused when nothing can listen on this loopback port."""
    try:
        _bind(port)
    except PermissionError:
        raise Refused(f"Port {port} needs special rights. Choose another: make demo PORT=8001") from None
    except OSError:
        raise Refused(
            f"Port {port} is taken by another programme. Stop that one, or choose another port:"
            f" make demo PORT={free_ports(port + 1, 1)[0]}"
        ) from None


def free_ports(first: int, count: int) -> list[int]:
    """The next `count` loopback ports from `first` on that nothing listens on."""
    free: list[int] = []
    for port in range(first, 65536):
        with contextlib.suppress(OSError):
            _bind(port)
            free.append(port)
        if len(free) == count:
            return free
    raise Refused(f"No port is free from {first} on.")


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def require_reachable(address: str) -> None:
    """Raise Refused when the operator's database does not answer; passwords are not repeated."""
    try:
        url = make_url(address)
        psycopg.connect(plain_address(address), connect_timeout=5).close()
    except ArgumentError:
        raise Refused("DATABASE_URL is no address: postgresql://person:password@host:5432/database") from None
    except psycopg.OperationalError as error:
        raise Refused(
            f"The database {url.render_as_string()} does not answer: {str(error).splitlines()[0]}\n"
            "Start it or correct DATABASE_URL; without DATABASE_URL the demo runs a database of its own."
        ) from None


def kept_secret(file: Path, name: str = "SECRET_KEY") -> str:
    """Return the secret kept in `file` under `name`, made at the first call; only its owner may read it."""
    if file.exists():
        for line in file.read_text().splitlines():
            found, _, value = line.partition("=")
            if found == name and value:
                return value
    secret = secrets.token_hex(32) if name == "SECRET_KEY" else base64.b64encode(secrets.token_bytes(32)).decode()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as kept:
        kept.write(f"{name}={secret}\n")
    return secret


def answers(address: str) -> bool:
    """Whether a page of our own is there and well."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Every:
    """Asks a question at most every so many seconds; in between the answer is no."""

    def __init__(self, seconds: float, question: Callable[[], bool]) -> None:
        self.seconds = seconds
        self.question = question
        self.next = 0.0

    def __call__(self) -> bool:
        if time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + self.seconds
        return self.question()


def accounts(file: Path) -> list[dict[str, str]]:
    """The people one can sign in as: who, email, password, where."""
    return json.loads(file.read_text()) if file.exists() else []


def welcome(home: str, mailbox: str, people: Sequence[Mapping[str, str]], payments: str = "") -> str:
    """What the terminal shows at the end: addresses, and a table of the people to sign in as."""
    lines = ["", f"  Passerelle   {home}", f"  Its letters  {mailbox}"]
    lines += [f"  Payments     {payments}  (pretended; card 4242 4242 4242 4242)", ""] if payments else [""]
    if people:
        columns = {"who": "Sign in as", "email": "E-mail", "password": "Password", "where": "Then see"}
        rows = [columns, *people]
        widths = {key: max(len(str(row.get(key, ""))) for row in rows) for key in columns}
        for row in rows:
            lines.append("  " + "   ".join(str(row.get(key, "")).ljust(widths[key]) for key in columns).rstrip())
            if row is columns:
                lines.append("  " + "   ".join("─" * width for width in widths.values()))
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _ignore_signals()
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    """From here on everything is being stopped; a second Ctrl-C must not leave half of it behind."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
