"""Where the system's Chromium is; browser tests drive that one and never download another."""

import os
import shutil
from pathlib import Path

# The shell draws the same pages without a window's frame around them, for a fifth less of the processor.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> Path | None:
    """Return the browser named by PASSERELLE_BROWSER, else the first Chromium on PATH, else None."""
    named = os.environ.get("PASSERELLE_BROWSER")
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return Path(found)
    return None
