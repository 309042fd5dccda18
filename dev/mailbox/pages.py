"""The page side: the letters of a folder, newest first."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, abort, render_template, request, url_for
from markupsafe import Markup, escape

NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9]{9}")
ADDRESS_IN_TEXT = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
PAGE_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# The letter is foreign: it gets no script and no way out but a link that the reader clicks.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:;"
    " sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Letter:
    """One kept letter."""

    name: str
    message: EmailMessage

    @property
    def received(self) -> datetime:
        return datetime.strptime(self.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

    @property
    def recipients(self) -> str:
        return str(self.message["X-Envelope-To"] or self.message["To"] or "")

    @property
    def text(self) -> str | None:
        return self._body("plain")

    @property
    def html(self) -> str | None:
        return self._body("html")

    @property
    def attachments(self) -> list[EmailMessage]:
        return [part for part in self.message.walk() if part.get_filename() or part["Content-ID"]]

    def _body(self, kind: str) -> str | None:
        part = self.message.get_body((kind,))
        return part.get_content() if part else None


def read(folder: Path, name: str) -> Letter:
    """Return the letter; raise FileNotFoundError when there is none of this name."""
    if not NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return Letter(name, message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=policy.default))


def names(folder: Path) -> list[str]:
    """The kept letters' names, newest first."""
    return sorted((file.stem for file in folder.glob("*.eml") if NAME.fullmatch(file.stem)), reverse=True)


def with_links(text: str) -> Markup:
    """Escape plain text and make its web addresses clickable."""
    parts, last = [], 0
    for found in ADDRESS_IN_TEXT.finditer(text):
        parts += [escape(text[last : found.start()]), _link(found.group())]
        last = found.end()
    return Markup().join([*parts, escape(text[last:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>').format(address)


def create_app(folder: Path, *, product_address: str = "") -> Flask:
    """The mailbox's own small site; `product_address` is where its header leads back to."""
    app = Flask(__name__)

    def letter_or_404(name: str) -> Letter:
        try:
            return read(folder, name)
        except FileNotFoundError:
            abort(404)

    @app.get("/")
    def index() -> str:
        wanted = request.args.get("to", "").strip().lower()
        # A large demo may hold thousands of letters: read only as many as the page shows.
        letters = (read(folder, name) for name in names(folder)[:1000])
        shown = [letter for letter in letters if wanted in letter.recipients.lower()]
        return render_template(
            "index.html", letters=shown[:200], wanted=wanted, newest=newest(), product=product_address
        )

    @app.get("/newest")
    def newest() -> str:
        return next(iter(names(folder)), "")

    @app.get("/letters/<name>")
    def letter(name: str) -> str:
        found = letter_or_404(name)
        view = request.args.get("view", "html" if found.html else "text")
        text = with_links(found.text or "")
        return render_template("letter.html", letter=found, view=view, text=text, product=product_address)

    @app.get("/letters/<name>/html")
    def html(name: str) -> Response:
        content = letter_or_404(name).html or ""
        parts = quote(url_for("letter", name=name) + "/parts/")
        content = re.sub(r"cid:([^\"'\s>)]+)", lambda found: request.host_url.rstrip("/") + parts + found[1], content)
        response = Response('<base target="_blank">' + content, mimetype="text/html")
        response.headers["Content-Security-Policy"] = LETTER_POLICY
        return response

    @app.get("/letters/<name>/source")
    def source(name: str) -> Response:
        return Response(letter_or_404(name).message.as_bytes(), mimetype="text/plain")

    @app.get("/letters/<name>/parts/<part>")
    def attachment(name: str, part: str) -> Response:
        for found in letter_or_404(name).attachments:
            if part in (found.get_filename(), (found["Content-ID"] or "").strip("<>")):
                response = Response(found.get_payload(decode=True), mimetype=found.get_content_type())
                response.headers["Content-Disposition"] = "attachment"
                response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
                return response
        abort(404)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
