"""The SMTP side: accept, refuse or be down, as told."""

import asyncio
import contextlib
import threading
import time
import weakref
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

REPLIES = {
    451: "451 4.3.0 Try again later",
    452: "452 4.3.1 Insufficient system storage",
    550: "550 5.1.1 No such mailbox",
}


class Mailbox:
    """An SMTP server on a loopback port (0: any free one), in a thread of its own.

    Every letter received is appended to `letters`, and kept as .eml in `folder` if one is given. The
    recipients and the sender that the envelope named stand in the headers X-Envelope-To and X-Envelope-From.
    Use as a context manager.
    Raises OSError when the port is taken.
    """

    def __init__(self, folder: Path | None = None, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self.letters: list[EmailMessage] = []
        self._answers: dict[str, int] = {}
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailbox", daemon=True)
        self._server: asyncio.Server | None = None
        self._speakers: weakref.WeakSet[SMTP] = weakref.WeakSet()

    def __enter__(self) -> Self:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        try:
            self._do(self._listen())
        except OSError:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._end()

    def answer(self, address: str, code: int) -> None:
        """From now on answer RCPT TO this address with 451 or 550; 250 accepts again."""
        self._answers[address.lower()] = code

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections inside the block; afterwards listen on the same port again."""
        self._do(self._close())
        try:
            yield
        finally:
            self._do(self._listen())

    def wait_for(self, count: int, *, seconds: float = 5) -> list[EmailMessage]:
        """Return the letters once there are `count`; raise TimeoutError after `seconds`."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.letters) >= count, seconds):
                raise TimeoutError(f"{len(self.letters)} letters of {count} after {seconds} s")
            return list(self.letters)

    def to(self, address: str) -> list[EmailMessage]:
        """The letters whose envelope named this address, oldest first."""
        return [letter for letter in self.letters if address.lower() in letter["X-Envelope-To"].lower().split(", ")]

    def clear(self) -> None:
        """Forget every letter and every answer; files stay."""
        with self._arrived:
            self.letters.clear()
        self._answers.clear()

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code = self._answers.get(address.lower(), 250)
        if code != 250:
            return REPLIES[code]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = message_from_bytes(content, policy=policy.default)
        del letter["X-Envelope-To"]
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        del letter["X-Envelope-From"]
        letter["X-Envelope-From"] = envelope.mail_from or ""
        try:
            self._keep(letter)
        except OSError:
            return REPLIES[452]
        with self._arrived:
            self.letters.append(letter)
            self._arrived.notify_all()
        return "250 OK"

    def _keep(self, letter: EmailMessage) -> None:
        if self.folder is None:
            return
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{time.time_ns() % 10**9:09}"
        half = self.folder / f"{name}.part"
        half.write_bytes(letter.as_bytes())
        half.rename(self.folder / f"{name}.eml")

    async def _listen(self) -> None:
        def speak() -> SMTP:
            speaker = SMTP(self, hostname="mailbox.example", enable_SMTPUTF8=True, loop=self._loop)
            self._speakers.add(speaker)
            return speaker

        self._server = await self._loop.create_server(speak, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for speaker in self._speakers:
            if isinstance(speaker.transport, asyncio.WriteTransport):
                speaker.transport.abort()
        # Lets the broken connections end their own work before the loop may stop.
        await asyncio.sleep(0)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=5)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
