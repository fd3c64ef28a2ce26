"""A small web server on 127.0.0.1 that counts who called and answers as a test tells it to."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Posted:
    """A POST request as it arrived; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class CountingServer(ThreadingHTTPServer):
    """``answers`` maps a path to what writes the answer; ``seen`` holds the path and Host of every request.

    ``posted`` holds the POST requests among them, whole.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str]] = []
        self.posted: list[Posted] = []
        self.answers: dict[str, Callable[[Handler], None]] = {}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Counts a request, then lets the test answer it."""

    server: CountingServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request."""
        self.server.seen.append((self.path, self.headers.get("Host", "")))
        self.server.answers[self.path.partition("?")[0]](self)

    def do_POST(self) -> None:
        """Keep the request, then answer it."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.posted.append(Posted(self.path, headers, body))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


def status(code: int, body: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    """Answer with a status, headers (``_`` for ``-``) and a body."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return answer


def endless(handler: Handler) -> None:
    """Send bytes without an announced end, until the client goes away."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        return


def dripping(handler: Handler) -> None:
    """Send a byte of the body each 20 ms."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.close_connection = True
    try:
        for _ in range(1000):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return


@contextmanager
def running() -> Iterator[CountingServer]:
    """Serve until the block ends."""
    server = CountingServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
