"""What the tests of a mentor's page share: the form as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest


class _Form(HTMLParser):
    """Collects what a browser would send for the form with this id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.data = form_id, False, {}
        self.select: str | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "form":
            self.inside = a.get("id") == self.form_id
        if not self.inside:
            return
        if tag == "input" and a.get("name"):
            ticked = a.get("type") not in {"checkbox", "radio"} or "checked" in a
            if ticked:
                self.data.setdefault(a["name"], []).append(a.get("value") or "")
        elif tag == "select":
            self.select = a.get("name")
        elif tag == "option" and self.select and ("selected" in a or self.select not in self.data):
            self.data[self.select] = [a.get("value") or ""]
        elif tag == "textarea":
            self.textarea = a.get("name")
            self.data.setdefault(self.textarea, [""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            words = self.data[self.textarea]
            words[0] = words[0].replace("\r\n", "\n").removeprefix("\n")
            self.textarea = None
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.textarea:
            self.data[self.textarea][0] += data


def read_form(html: str, form_id: str) -> dict[str, Any]:
    """The fields of a form as ``client.post(data=…)`` takes them."""
    parser = _Form(form_id)
    parser.feed(html)
    return parser.data


@pytest.fixture
def sign_in(sign_in):
    """The same browser, in English whoever signs in."""

    def signed_in(actor):
        client = sign_in(actor)
        client.set_cookie("language", "en")
        return client

    return signed_in


@pytest.fixture
def written(sign_in):
    """Open the page in a window: (client, the form as it would be sent)."""

    def open_window(actor, path="profile", form_id="profile"):
        client = sign_in(actor)
        page = client.get(f"/{actor.slug}/{path}/")
        assert page.status_code == 200
        return client, read_form(page.text, form_id)

    return open_window
