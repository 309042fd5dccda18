"""A load generator that costs little: plain sockets, one process, so that the servers have the machine."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 60  # seconds without any answer


@dataclass(slots=True)
class Load:
    """What a server answered: milliseconds of each good answer, the number of others, and the seconds it all took."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failed: int = 0
    complaint: str = ""
    """How the first answer began that was not good; a connection that was closed without one says nothing."""
    generator: float = 0.0
    """The generator's own share of one processor, of which the servers were deprived."""

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def share_of_times(self, share: float) -> float:
        """The time in milliseconds that this share of the good answers did not exceed."""
        return sorted(self.times)[int(len(self.times) * share)] if self.times else float("inf")


def get(path: str, cookie: str = "") -> bytes:
    """A page as a browser asks for it, compression included."""
    return _request(f"GET {path}", cookie)


def post(path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """A form as a browser sends it."""
    body = urlencode(fields)
    form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return _request(f"POST {path}", cookie, form) + body.encode()


def _request(start: str, cookie: str, further: str = "") -> bytes:
    headers = "Host: 127.0.0.1\r\nAccept: text/html\r\nAccept-Language: en\r\nAccept-Encoding: gzip, deflate, br\r\n"
    if cookie:
        headers += f"Cookie: {cookie}\r\n"
    return f"{start} HTTP/1.1\r\n{headers}{further}\r\n".encode()


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    sent_at: float
    answer: bytearray
    wanted: int = -1


def drive(
    port: int, requests: Iterable[bytes], *, status: int = 200, seconds: float | None = None, connections: int = 8
) -> Load:
    """Send the requests over so many connections, on each the next as soon as the one before is answered.

    Until they are spent or the time is over; what is under way is waited for. Answers of another status have failed.
    A server that closes after each answer is connected to anew. Raises ``TimeoutError`` when nothing answers any more.
    """
    load, waiting = Load(), iter(requests)
    good = b"HTTP/1.1 %d " % status
    began, processor = time.perf_counter(), time.process_time()
    end = began + seconds if seconds else float("inf")
    with selectors.DefaultSelector() as selector:

        def ask(connected: socket.socket | None) -> None:
            now = time.perf_counter()
            request = next(waiting, None) if now < end else None
            if request is None:
                if connected:
                    connected.close()
                return
            connected = connected or socket.create_connection(("127.0.0.1", port), PATIENCE)
            connected.sendall(request)
            selector.register(connected, selectors.EVENT_READ, Connection(connected, now, bytearray()))

        for _ in range(connections):
            ask(None)
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"No answer for {PATIENCE} s.")
            for key, _events in ready:
                state: Connection = key.data
                data = state.socket.recv(262_144)
                state.answer += data
                if data and not _complete(state):
                    continue
                selector.unregister(state.socket)
                if state.answer.startswith(good) and _complete(state):
                    load.times.append((time.perf_counter() - state.sent_at) * 1000)
                else:
                    load.failed += 1
                    load.complaint = load.complaint or bytes(state.answer[:300]).decode(errors="replace")
                if not data or b"connection: close" in bytes(state.answer[:1000]).lower():
                    state.socket.close()
                    ask(None)
                else:
                    ask(state.socket)
    load.seconds = time.perf_counter() - began
    load.generator = (time.process_time() - processor) / load.seconds
    return load


def _complete(state: Connection) -> bool:
    """Whether the answer is all there, by its length or its last chunk."""
    if state.wanted < 0:
        head_end = state.answer.find(b"\r\n\r\n")
        if head_end < 0:
            return False
        head = bytes(state.answer[:head_end]).lower()
        if b"transfer-encoding: chunked" in head:
            return state.answer.endswith(b"\r\n0\r\n\r\n")
        length = head.split(b"content-length:")[1].split(b"\r\n")[0] if b"content-length:" in head else b"0"
        state.wanted = head_end + 4 + int(length)
    return len(state.answer) >= state.wanted
