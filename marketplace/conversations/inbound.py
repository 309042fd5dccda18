"""A mail that came in: which conversation it answers, and what of it is new.

The letter that is answered bears a line ("Write your answer above this line"), which every mail program quotes. What stands
above it is the answer, less the program's own introduction of the quote. Where the line is missing, the quote at the end is
cut at its introduction or its ``>``. Signatures stay: what a person typed is never guessed away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser

ANSWER_MARK = "-~-~-"
TOKEN = re.compile(r"reply\+([a-z2-7]{32})@", re.IGNORECASE)
ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")

INTRODUCTION = re.compile(
    r"^\s*(?:>\s*)*(?:(?:on|le|am|el|il|op)\b(?=.{0,300}\d).{0,300}:\s*|-{2,}\s*(?:original message|message d.origine"
    r"|forwarded message)\s*-{2,}|_{20,}|-{20,})\s*$",
    re.IGNORECASE,
)
NEAR = 15
"""Lines between an introduction and the mark: what a letter says before it, and what a program adds."""

HEADER_LINE = re.compile(r"^\s*[*>]*\s*(?:from|de|von|sent|envoyé|date|to|à|subject|objet|cc)\s*:\*?\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """``token`` names the conversation and its writer; ``sent_as`` the mail, so that one delivered twice is one message."""

    token: str
    words: str
    left_out: int
    sent_as: str


def read_mail(content: bytes, recipient: str = "") -> Answer | None:
    """What a mail (RFC 5322) answers; None where no person wrote it. An unknown address gives an empty token."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    if _is_automatic(message):
        return None
    words, left_out = _words(message)
    return Answer(
        _token(message, recipient), words, left_out, str(message["Message-ID"] or "").strip() or content.hex()[:200]
    )


def _is_automatic(message: EmailMessage) -> bool:
    """Robots' mail (RFC 3834), delivery reports (RFC 3464) and lists: answering those makes loops."""
    if str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no":
        return True
    if str(message.get("Precedence", "")).strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    if any(name in message for name in ("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe")):
        return True
    if message.get_content_type() == "multipart/report" or str(message.get("Return-Path", "")).strip() == "<>":
        return True
    senders = [address.lower() for _name, address in getaddresses([str(message.get("From", ""))])]
    return not senders or any(re.match(r"(mailer-daemon|postmaster|no-?reply)@", sender) for sender in senders)


def _token(message: EmailMessage, recipient: str) -> str:
    named = [recipient, *(str(value) for name in ADDRESSED for value in message.get_all(name, []))]
    found = next((match for text in named if (match := TOKEN.search(text))), None)
    return found[1].lower() if found else ""


def _words(message: EmailMessage) -> tuple[str, int]:
    body = message.get_body(("plain", "html"))
    text = ""
    if body is not None:
        try:
            text = str(body.get_content())
        except (LookupError, UnicodeError):
            text = body.get_payload(decode=True).decode("utf-8", "replace")  # type: ignore[union-attr]
        if body.get_content_type() == "text/html":
            text = _plain(text)
    left_out = sum(1 for part in message.iter_attachments() if part.get_filename() or part.is_attachment())
    return own_words(text), left_out


def own_words(text: str) -> str:
    """What its writer added to the letter they answer."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    marked = next((at for at, line in enumerate(lines) if ANSWER_MARK in line), None)
    if marked is not None:
        # The letter's own first lines may stand above the mark, and the introduction of the quote above them.
        near = range(max(marked - NEAR, 0), marked)
        lines = lines[: next((at for at in near if _introduces(lines, at)), marked)]
    else:
        lines = lines[: next((at for at in range(len(lines)) if _begins_quote(lines, at)), len(lines))]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    if lines and _introduces(lines, len(lines) - 1):
        lines.pop()
    return "\n".join(line.rstrip() for line in lines).strip()


def _introduces(lines: list[str], at: int) -> bool:
    """Whether a quote's introduction begins here: a line or two ("On Friday … wrote:"), a rule, or a mail's headers."""
    following = next((one for one in lines[at + 1 : at + 3] if one.strip()), "")
    return bool(
        INTRODUCTION.match(lines[at])
        or (len(lines[at]) > 20 and INTRODUCTION.match(f"{lines[at]} {following.strip()}"))
        or (HEADER_LINE.match(lines[at]) and HEADER_LINE.match(following))
    )


def _begins_quote(lines: list[str], at: int) -> bool:
    """The same where nothing else says that a quote is there: its lines must look like one."""
    following = [one for one in lines[at + 1 : at + 6] if one.strip()][:2]
    looks = not following or any(one.lstrip().startswith(">") or HEADER_LINE.match(one) for one in following)
    return _introduces(lines, at) and looks


class _Reader(HTMLParser):
    """The words of an HTML mail, without what it quotes."""

    BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"})
    SILENT = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        del attributes
        if tag in self.SILENT:
            self.silent += 1
        elif tag in self.BREAKS:
            self.parts.append("\n" if tag != "blockquote" else "\n> ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in {"p", "div", "blockquote"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _plain(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts))
