"""Make .venv hold exactly what the lock names; a second run is a no-op.

Runs on the system's Python, before anything is installed: standard library only.
"""

import argparse
import ctypes.util
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev import chromium

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "lock.txt"
# What builds the few packages that come as source: installed first, hashes and all.
BUILD_LOCK = ROOT / "requirements" / "build.txt"
STAMP = VENV / "passerelle-stamp"
FROM_SOURCE = ("--use-pep517", "--no-build-isolation")
# The lock names every package, by hash: nothing is left to look for. What comes is compiled at once, on every processor.
AS_LOCKED = ("--require-hashes", "--no-deps", "--no-compile")
OLDEST = (3, 11)


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def fingerprint() -> str:
    """Change whenever the environment must be made again; the folder counts because scripts name it."""
    digest = hashlib.sha256(str(ROOT).encode())
    for file in (BUILD_LOCK, LOCK, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def apt_install(*packages: str) -> bool:
    """Install Debian packages; False when that is impossible here (no root, no apt-get, no network)."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"Installing {' '.join(packages)} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages]
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if command is install and done.returncode == 0:
            return True
    sys.stderr.write(done.stderr)
    return False


def has_pip() -> bool:
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    probe = [str(python), "-c", "import pip, sys; print(sys.prefix)"]
    done = subprocess.run(probe, capture_output=True, text=True)
    return done.returncode == 0 and Path(done.stdout.strip()) == VENV


def make_venv() -> None:
    if has_pip():
        return
    if VENV.exists():
        say("The environment in .venv is broken or was moved here: making it again")
        shutil.rmtree(VENV)
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing and not apt_install("python3-venv"):
        sys.exit(
            "This Python cannot make virtual environments. As root: apt-get install python3-venv\n"
            "Then run the same command again."
        )
    say(f"Making .venv with Python {sys.version.split()[0]}")
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def pip_install(*arguments: str) -> None:
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    # A user's own pip settings (PIP_USER, PIP_TARGET) would put packages elsewhere than in .venv.
    environment = {k: v for k, v in os.environ.items() if k not in {"PIP_USER", "PIP_TARGET", "PIP_PREFIX"}}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    done = subprocess.run([*pip, *arguments], env=environment, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(
            "The packages could not be installed; pip's own words are above. Is the network or the package\n"
            "mirror reachable, and is there room on the disk? Then run the same command again."
        )


def install_packages() -> None:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and has_pip():
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    packages = sum(line[:1].isalnum() for line in LOCK.read_text().splitlines())
    say(f"Installing {packages} locked packages into .venv (the first time: some minutes)")
    pip_install("--require-hashes", "--requirement", str(BUILD_LOCK))
    pip_install(*AS_LOCKED, *FROM_SOURCE, "--requirement", str(LOCK))
    pip_install("--no-deps", *FROM_SOURCE, "--editable", ".")
    compile_packages()
    STAMP.write_text(wanted)


def compile_packages() -> None:
    """Make Python's bytecode of every package, without the packages' own tests; what cannot be compiled is left as it is."""
    command = [str(VENV / "bin" / "python"), "-m", "compileall", "-qq", "-j", "0", "-x", "site-packages/.*/tests?/"]
    subprocess.run([*command, str(VENV / "lib")], check=False)


def compile_translations() -> None:
    """Make every catalogue readable for the product where its text is newer than what was compiled."""
    for text in sorted((ROOT / "marketplace" / "translations").glob("*/LC_MESSAGES/*.po")):
        compiled = text.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= text.stat().st_mtime:
            continue
        half = text.with_suffix(".mo.part")
        pybabel = [str(VENV / "bin" / "python"), "-m", "babel.messages.frontend", "--quiet", "compile"]
        subprocess.run([*pybabel, "--input-file", str(text), "--output-file", str(half)], check=True)
        half.replace(compiled)


def install_print_library() -> None:
    """Make sure that documents can be made (WeasyPrint draws text with Pango), or say what will be missing."""
    wanted = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
    if all(map(ctypes.util.find_library, wanted)):
        return
    if not apt_install("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        say(
            "Pango is not here and could not be installed (that takes root and apt-get): PDF documents cannot be made."
            "\n  To have them: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )


def install_browser() -> None:
    """Make sure that the browser tests can run, or say why they will be skipped."""
    if chromium.find():
        return
    for package in ("chromium-headless-shell", "chromium"):
        if apt_install(package, "fonts-liberation") and chromium.find():
            return
    say(
        "No Chromium here and it could not be installed (that takes root and apt-get): the browser tests"
        " will be skipped.\n  To run them: apt-get install chromium, or PASSERELLE_BROWSER=/path/to/it"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-browser", action="store_true", help="also make sure there is a Chromium")
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    try:
        (ROOT / "var").mkdir(exist_ok=True)
        lock = (ROOT / "var" / "bootstrap.lock").open("w")
    except PermissionError as refused:
        sys.exit(f"{refused.filename} may not be written: run this as the account that owns {ROOT}.")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_packages()
        compile_translations()
        install_print_library()
        if options.with_browser:
            install_browser()


if __name__ == "__main__":
    main()
