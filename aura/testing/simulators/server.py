"""What every simulator stands on: an HTTP server that records each request and plays faults from a script.

A simulator subclasses :class:`Simulator` and answers in :meth:`Simulator.answer`. What the real service would not
understand goes into ``complaints``; leaving the ``with`` block then raises, so that a test cannot pass by accident.
"""

import gzip
import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; ``body`` is unpacked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """The body as JSON, or None where it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Answer:
    """``delay`` is waited before the answer, ``drip`` between each 64 bytes of it; ``cut`` closes the socket midway."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    cut: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, **more: Any) -> "Answer":
        headers = {"Content-Type": "application/json; charset=utf-8"} | dict(more.pop("headers", {}))
        return cls(status, json.dumps(value).encode(), headers, **more)


CLOSED = Answer(0)
"""The socket is closed without a word."""

Fault = Answer | Callable[[Asked], Answer | None]


class Hold:
    """Answers that are made and then kept back until :meth:`let_go`: whoever asked for them may be killed meanwhile.

    The service has done its work (and is paid for it); only its words are not on their way yet.
    """

    def __init__(self, simulator: "Simulator", part: str, when: Callable[[Asked], bool], longest: float = 60.0) -> None:
        self._simulator, self._part, self._when, self._longest = simulator, part, when, longest
        self._arrived, self._free = threading.Semaphore(0), threading.Event()

    def __call__(self, asked: Asked) -> Answer | None:
        if not self._when(asked):
            self._simulator.fault(self._part, self)
            return None
        answer = self._simulator.answer(asked)
        self._arrived.release()
        self._free.wait(self._longest)
        return answer

    def arrived(self, seconds: float = 0.001) -> bool:
        """Whether one more request than at the last True has come, waiting ``seconds`` for it."""
        return self._arrived.acquire(timeout=seconds)

    def let_go(self) -> None:
        """Give every answer that is kept back, and those to come at once."""
        self._free.set()


class Simulator:
    """``with Simulator() as service: service.url`` … ``faults`` are played first, one for each matching request."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Asked] = []
        self.complaints: list[str] = []
        self._faults: deque[tuple[str, Fault]] = deque()
        self.lock = threading.RLock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.simulator = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, asked: Asked) -> Answer:
        """What the service says. Called for each request that no fault takes, from many threads at once."""
        raise NotImplementedError

    def fault(self, part: str, *faults: Fault) -> None:
        """Play ``faults``, in this order, to the next requests whose ``METHOD /path`` contains ``part``."""
        with self.lock:
            self._faults.extend((part, fault) for fault in faults)

    def hold(self, part: str, times: int = 1, when: Callable[[Asked], bool] = lambda asked: True) -> Hold:
        """Keep back the answers to the next ``times`` requests whose ``METHOD /path`` contains ``part``, and that

        ``when`` says yes to.
        """
        held = Hold(self, part, when)
        self.fault(part, *[held] * times)
        return held

    def complain(self, words: str) -> None:
        """Note something that the real service would not have understood."""
        with self.lock:
            self.complaints.append(words)

    def asked(self, part: str = "") -> list[Asked]:
        """The requests so far whose ``METHOD /path`` contains ``part``."""
        with self.lock:
            return [one for one in self.requests if part in f"{one.method} {one.path}"]

    def respond(self, asked: Asked) -> Answer:
        """The next fault that fits, or the service's answer."""
        with self.lock:
            self.requests.append(asked)
            fault = self._next_fault(f"{asked.method} {asked.path}")
        answer = fault(asked) if callable(fault) else fault
        return answer if answer is not None else self.answer(asked)

    def _next_fault(self, what: str) -> Fault | None:
        for place, (part, fault) in enumerate(self._faults):
            if part in what:
                del self._faults[place]
                return fault
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None and self.complaints:
            raise AssertionError("The service was asked what it does not understand:\n" + "\n".join(self.complaints))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    simulator: Simulator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            parts.path,
            {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
            time.time(),
        )
        try:
            self._send(self.server.simulator.respond(asked))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                # A client that was killed while it sent: no service has been asked by that.
                raise ConnectionResetError
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay)
        if not answer.status:
            self._hang_up()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.cut:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self._hang_up()
        elif answer.drip:
            for place in range(0, len(answer.body), 64):
                self.wfile.write(answer.body[place : place + 64])
                self.wfile.flush()
                time.sleep(answer.drip)
        else:
            self.wfile.write(answer.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
