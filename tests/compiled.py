"""Templates that a process of a run has compiled are not compiled again by the others.

Whoever tests in the run, each web server and each worker that it starts would compile the same five hundred. They are kept for
one run only: what a filter makes of a constant is compiled with the template, and the filter may be another tomorrow.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER = "TEST_COMPILED_TEMPLATES"
"""The variable that tells a process where they are."""


def share_compiled_templates() -> None:
    """Applications that this process makes from now on keep theirs in the run's folder, where there is one."""
    if folder := os.environ.get(FOLDER):
        Path(folder).mkdir(exist_ok=True)
        Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(folder)}
