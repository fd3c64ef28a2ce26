"""A strict simulator of Vault's HTTP API: KV version 2, AppRole, health. What real Vault would refuse is refused.

Facts: developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 and /auth/approle.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Answer = tuple[int, dict[str, Any]]


class VaultSimulator(ThreadingHTTPServer):
    """``secrets`` maps ``mount/path`` to versions (None: deleted). ``strange`` lists requests no client should send."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secrets: dict[str, list[dict[str, Any] | None]] = {}
        self.tokens = {"root-token"}
        self.roles: dict[str, str] = {}
        self.namespace = ""
        self.sealed = False
        self.seen: list[str] = []
        self.strange: list[str] = []
        self._issued = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, **data: str) -> None:
        """Write a new version of ``mount/path``."""
        self.secrets.setdefault(path, []).append(dict(data))

    def answer(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> Answer:
        """Status and body of one request."""
        self.seen.append(f"{method} {path}")
        if path == "/v1/sys/health":
            return (503 if self.sealed else 200), {"initialized": True, "sealed": self.sealed, "standby": False}
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Request") != "true":
            self.strange.append(f"{method} {path} without X-Vault-Request")
            return 412, {"errors": ["required header X-Vault-Request is missing"]}
        if (headers.get("X-Vault-Namespace") or "").strip("/") != self.namespace:
            return 403, {"errors": ["permission denied"]}
        if (method, path) == ("POST", "/v1/auth/approle/login"):
            return self._login(body)
        if headers.get("X-Vault-Token") not in self.tokens:
            return 403, {"errors": ["permission denied"]}
        parts = path.split("/")
        if parts[1:2] == ["v1"] and parts[3:4] == ["data"] and method == "GET":
            return self._read(f"{parts[2]}/{'/'.join(parts[4:])}")
        self.strange.append(f"{method} {path}")
        return 404, {"errors": [f"no handler for route {path}"]}

    def _login(self, body: dict[str, Any]) -> Answer:
        if set(body) != {"role_id", "secret_id"}:
            self.strange.append(f"login with {sorted(body)}")
        if self.roles.get(body.get("role_id", "")) != body.get("secret_id"):
            return 400, {"errors": ["invalid role or secret ID"]}
        self._issued += 1
        token = f"hvs.issued-{self._issued}"
        self.tokens.add(token)
        return 200, {"auth": {"client_token": token, "lease_duration": 3600, "renewable": True, "policies": ["aura"]}}

    def _read(self, path: str) -> Answer:
        versions = self.secrets.get(path)
        if not versions:
            return 404, {"errors": []}
        data = versions[-1]
        now = datetime.now(UTC).isoformat()
        metadata = {
            "created_time": now,
            "deletion_time": "" if data is not None else now,
            "destroyed": False,
            "version": len(versions),
            "custom_metadata": None,
        }
        found = {"request_id": "x", "lease_duration": 0, "data": {"data": data, "metadata": metadata}}
        return (200 if data is not None else 404), found


class _Handler(BaseHTTPRequestHandler):
    server: VaultSimulator
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        given = json.loads(self.rfile.read(length)) if length else {}
        status, body = self.server.answer(method, urlsplit(self.path).path, self.headers, given)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


@contextmanager
def vault_simulator() -> Iterator[VaultSimulator]:
    """Serve until the block ends; then no request may have been one that Vault does not know."""
    server = VaultSimulator()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert server.strange == []
