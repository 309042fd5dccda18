"""A load generator that costs little: plain sockets, one process, so that the servers have the machine."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle


@dataclass(slots=True)
class Load:
    """What a server answered: milliseconds of each good answer, the number of others, and how long it all took."""

    seconds: float
    times: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def p95_ms(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)] if self.times else float("inf")


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    sent_at: float
    answer: bytearray
    wanted: int = -1


def drive(port: int, pages: Sequence[tuple[str, str]], *, seconds: float, connections: int = 8) -> Load:
    """Ask for (path, cookie) pairs in turn over so many connections, the next as soon as one is answered.

    Only answers with status 200 count. A server that closes after each answer is connected to anew.
    """
    requests = cycle(
        [
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n".encode()
            for path, cookie in pages
        ]
    )
    load = Load(seconds)
    with selectors.DefaultSelector() as selector:

        def ask(connected: socket.socket | None) -> None:
            now = time.perf_counter()
            connected = connected or socket.create_connection(("127.0.0.1", port), 10)
            connected.sendall(next(requests))
            selector.register(connected, selectors.EVENT_READ, Connection(connected, now, bytearray()))

        for _ in range(connections):
            ask(None)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for key, _events in selector.select(1):
                state: Connection = key.data
                data = state.socket.recv(262_144)
                state.answer += data
                if data and not _complete(state):
                    continue
                selector.unregister(state.socket)
                if state.answer.startswith(b"HTTP/1.1 200"):
                    load.times.append((time.perf_counter() - state.sent_at) * 1000)
                else:
                    load.failed += 1
                if not data or b"connection: close" in bytes(state.answer[:500]).lower():
                    state.socket.close()
                    ask(None)
                else:
                    ask(state.socket)
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return load


def _complete(state: Connection) -> bool:
    """Whether the answer is all there, by its length or its last chunk."""
    if state.wanted < 0:
        head_end = state.answer.find(b"\r\n\r\n")
        if head_end < 0:
            return False
        head = bytes(state.answer[:head_end]).lower()
        if b"transfer-encoding: chunked" in head:
            return state.answer.endswith(b"0\r\n\r\n")
        length = head.split(b"content-length:")[1].split(b"\r\n")[0] if b"content-length:" in head else b"0"
        state.wanted = head_end + 4 + int(length)
    return len(state.answer) >= state.wanted
