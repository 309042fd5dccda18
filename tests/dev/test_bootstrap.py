"""Making the environment: done once, again when the lock changes, and clear when it cannot be done."""

import importlib.util
import os
import shutil
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from dev import bootstrap, chromium


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a lock and no environment; nothing is really installed."""
    (tmp_path / "requirements").mkdir()
    for name in ("VENV", "LOCK", "BUILD_LOCK", "STAMP", "ROOT"):
        place = getattr(bootstrap, name).relative_to(bootstrap.ROOT)
        monkeypatch.setattr(bootstrap, name, tmp_path / place)
    for file in (bootstrap.LOCK, bootstrap.BUILD_LOCK, tmp_path / "pyproject.toml"):
        file.write_text(f"{file.name}==1 \\\n    --hash=sha256:0\n")
    return tmp_path


@pytest.fixture
def installed(house: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip would have been told to install, in an environment that is already there."""
    (house / ".venv").mkdir()
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "has_pip", lambda: True)
    monkeypatch.setattr(bootstrap, "pip_install", lambda *arguments: told.append(arguments))
    monkeypatch.setattr(bootstrap, "compile_packages", lambda: None)
    return told


@pytest.mark.usefixtures("house")
def test_the_second_run_installs_nothing(installed: list[tuple[str, ...]]) -> None:
    bootstrap.install_packages()
    assert [arguments[-1] for arguments in installed] == [str(bootstrap.BUILD_LOCK), str(bootstrap.LOCK), "."]
    assert all("--require-hashes" in arguments for arguments in installed[:-1])
    bootstrap.install_packages()
    assert len(installed) == 3


@pytest.mark.parametrize("changed", ["requirements/lock.txt", "requirements/build.txt", "pyproject.toml"])
def test_a_changed_lock_installs_again(house: Path, installed: list[tuple[str, ...]], changed: str) -> None:
    bootstrap.install_packages()
    (house / changed).write_text("other==2\n")
    bootstrap.install_packages()
    assert len(installed) == 6


@pytest.mark.usefixtures("house")
def test_an_install_that_failed_is_tried_again(
    installed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> None:
        raise SystemExit("no network")

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "pip_install", fail)
        with pytest.raises(SystemExit):
            bootstrap.install_packages()
    bootstrap.install_packages()
    assert len(installed) == 3


def test_a_catalogue_is_compiled_when_its_text_is_newer(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "VENV", Path(sys.prefix))
    folder = house / "marketplace" / "translations" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text, compiled = folder / "messages.po", folder / "messages.mo"
    for french, seconds in (("Demande", 100), ("Requête", 300)):
        text.write_text(
            f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\nmsgid "Request"\nmsgstr "{french}"\n'
        )
        os.utime(text, (seconds, seconds))
        bootstrap.compile_translations()
        assert french.encode() in compiled.read_bytes()
        os.utime(compiled, (200, 200))
    text.write_text("not a catalogue")
    os.utime(text, (150, 150))
    bootstrap.compile_translations()


@pytest.mark.usefixtures("house")
def test_a_python_without_venv_and_no_root_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks_ensurepip(name: str) -> ModuleSpec | None:
        return None if name == "ensurepip" else importlib.machinery.ModuleSpec(name, None)

    monkeypatch.setattr(importlib.util, "find_spec", lacks_ensurepip)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.make_venv()


@pytest.mark.usefixtures("house")
def test_no_pango_and_no_root_says_what_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.ctypes.util, "find_library", lambda _name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bootstrap.install_print_library()
    assert "apt-get install libpango-1.0-0" in capsys.readouterr().err


def test_no_chromium_and_no_root_says_what_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PASSERELLE_BROWSER", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    bootstrap.install_browser()
    assert "the browser tests will be skipped" in capsys.readouterr().err


def test_a_named_browser_is_the_only_one_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_BROWSER", str(tmp_path / "none"))
    assert chromium.find() is None
    (tmp_path / "none").write_text("#!/bin/sh\n")
    (tmp_path / "none").chmod(0o755)
    assert chromium.find() == tmp_path / "none"
