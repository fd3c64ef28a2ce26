"""A web server on 127.0.0.1 that keeps what is posted to it, such as errors and spans."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(ThreadingHTTPServer):
    """``posts`` holds path and unpacked body of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[tuple[str, bytes]] = []

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def wait(self, count: int = 1, seconds: float = 5.0) -> list[tuple[str, bytes]]:
        """The posts, once there are ``count``."""
        limit = time.monotonic() + seconds
        while len(self.posts) < count and time.monotonic() < limit:
            time.sleep(0.02)
        assert len(self.posts) >= count, f"{len(self.posts)} of {count} posts came"
        return self.posts


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep the body and say yes."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.posts.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Serve until the block ends."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
