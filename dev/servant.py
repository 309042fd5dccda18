"""Which account runs the private PostgreSQL, and where that account can reach things.

PostgreSQL refuses to run as root, so for root it runs as an account that owns nothing else; for
anybody else it runs as they are.
"""

import contextlib
import errno
import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dev.binaries import Binaries

SERVANT = "nobody"
# Where root puts what the servant cannot reach in a checkout (one below /root, say).
REACHABLE = Path("/var/lib/passerelle")
ROOM_FOR_A_NEW_ONE = 100 * 2**20  # bytes


class ClusterProblem(Exception):
    """Why the private PostgreSQL cannot be had, as a sentence that says what to do."""


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in `folder`, never as root, and with no PG… variable of the person who started it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    servant = _servant()
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=servant.pw_uid if servant else None,
        group=servant.pw_gid if servant else None,
        extra_groups=[] if servant else None,
    )


def processes_in(folder: Path) -> set[int]:
    """The servant's processes whose working folder is `folder`.

    Asked as the servant: without the capability to trace, root may not look at another's processes.
    """
    look = 'for cwd in /proc/[0-9]*/cwd; do if [ "$cwd" -ef "$0" ]; then echo "$cwd"; fi; done'
    found = run(["sh", "-c", look, str(folder)], Path("/"))
    return {int(line.split("/")[2]) for line in found.stdout.splitlines()}


def own(path: Path) -> None:
    """Give the file to the servant."""
    if servant := _servant():
        os.chown(path, servant.pw_uid, servant.pw_gid)


def make_private(folder: Path) -> None:
    """Make a folder that only the server's account may enter; refuse one that somebody else put there."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            own(folder)
        status = folder.lstat()
        servant = _servant()
        if folder.is_symlink() or status.st_uid != (servant.pw_uid if servant else os.geteuid()):
            raise ClusterProblem(
                f"{folder} belongs to {account_name(status.st_uid)}. Run this as that account, or delete the folder."
            )
        folder.chmod(0o700)
    except OSError as refused:
        raise problem(refused, folder.parent) from refused


def reachable_folder(wanted: Path) -> Path:
    """Make `wanted`, or for a root whose servant cannot enter it, a folder that stands for it elsewhere."""
    elsewhere = REACHABLE / f"{short_hash(wanted)}-{wanted.name}"
    if not elsewhere.exists():
        existed = wanted.exists()
        make_private(wanted)
        if _servant_may("-w", wanted):
            return wanted
        if not existed:
            wanted.rmdir()
    make_private(elsewhere)
    if not _servant_may("-w", elsewhere):
        raise ClusterProblem(f"The account {SERVANT} may write neither in {wanted} nor in {elsewhere}.")
    return elsewhere


def reachable_binaries(binaries: Binaries) -> Binaries:
    """Copy the wheel's programs when the servant cannot reach them; the system's it always can."""
    if _servant_may("-x", binaries.folder / "postgres"):
        return binaries
    package = binaries.folder.parent.parent
    copy = REACHABLE / f"{short_hash(package)}-postgresql-{binaries.version}"
    if not copy.exists():
        half = copy.with_name(copy.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        try:
            # The programs look for their libraries beside the package, three folders up.
            for part in (package / "pginstall", package.with_name(package.name + ".libs")):
                if part.exists():
                    shutil.copytree(part, half / part.relative_to(package.parent), symlinks=True)
            half.rename(copy)
        except OSError as refused:
            raise problem(refused, REACHABLE) from refused
    moved = copy / binaries.folder.relative_to(package.parent)
    if not _servant_may("-x", moved / "postgres"):
        raise ClusterProblem(f"The account {SERVANT} may not run {moved / 'postgres'}.")
    return Binaries(moved, binaries.origin, binaries.version)


def short_hash(path: Path) -> str:
    """Twelve characters that stand for a path in another folder's name."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def account_name(uid: int) -> str:
    """The account's name, or its number if it has none here."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"


def problem(refused: OSError, folder: Path) -> ClusterProblem:
    """Say what the system refused, and what to do about it."""
    if refused.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    return ClusterProblem(
        f"{refused.filename or folder}: {refused.strerror}. The account"
        f" {account_name(os.geteuid())} must be able to write there."
    )


def disk_full(folder: Path) -> ClusterProblem:
    """Say how much room is left where `folder` is, and how much is needed."""
    free = shutil.disk_usage(folder).free // 2**20
    return ClusterProblem(
        f"The disk that holds {folder} is full ({free} MB left). Free at least"
        f" {ROOM_FOR_A_NEW_ONE // 2**20} MB there, then run the same command again."
    )


def _servant() -> pwd.struct_passwd | None:
    return pwd.getpwnam(SERVANT) if os.geteuid() == 0 else None


def _servant_may(flag: str, path: Path) -> bool:
    return run(["test", flag, str(path)], Path("/")).returncode == 0
