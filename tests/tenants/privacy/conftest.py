"""A browser whose sign-in is fresh, and the pair of most stories: Mia asked Max, and wrote words only the two may read."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import Actor


@pytest.fixture
def fresh(sign_in) -> Callable[[Actor], FlaskClient]:
    """Signed in, and has just said so again."""

    def signed_in(actor: Actor) -> FlaskClient:
        client = sign_in(actor)
        with client.session_transaction() as cookie:
            cookie["fs_paa"] = time.time()
        return client

    return signed_in


@pytest.fixture
def downloaded(fresh, work) -> Callable[[Actor], tuple[dict, bytes]]:
    """Ask for everything, let the worker make it, download it: (data.json, the archive)."""

    def get(actor: Actor) -> tuple[dict, bytes]:
        client = fresh(actor)
        assert client.post("/account/privacy/exports").status_code == 303
        work()
        page = client.get("/account/privacy/")
        path = page.text.split('/passerelle.zip"')[0].rsplit('href="', 1)[1] + "/passerelle.zip"
        archive = client.get(path)
        assert archive.mimetype == "application/zip", archive.status
        with zipfile.ZipFile(io.BytesIO(archive.data)) as file:
            return json.loads(file.read("data.json")), archive.data

    return get
