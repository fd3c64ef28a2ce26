"""Addresses that must never be reached, and a look at what is resolved and connected to."""

import socket
from typing import Any

import httpcore
import pytest

REFUSED = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1/",
    "http://localhost:{port}/",
    "http://LOCALHOST/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::8.8.8.8]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::1]/",
    "http://[2001:db8::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://[fec0::1]/",
    "http://user@example.org/",
    "http://user:word@example.org/",
    "http://example.org@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://example.org:x/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_",
    "data:image/png;base64,AAAA",
    "//127.0.0.1/",
    "127.0.0.1",
    "http:///",
    "http://",
    "http://[::1/",
    "http://exa mple.org/",
    "http://example.org/\r\nHost: x",
    "http://-example.org/",
    "http://exam..ple.org/",
    "http://" + "a" * 5000,
    "",
]


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let every name resolve to one answer after the other (the last one stays); returns the names asked for."""
    asked: list[str] = []
    really = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host == "127.0.0.1":
            return list(really(host, port, *args, **kwargs))
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def connections(monkeypatch: pytest.MonkeyPatch, port: int = 0) -> list[str]:
    """Record where sockets would go; with ``port`` they go to that port of this machine instead."""
    went: list[str] = []
    really = httpcore.SyncBackend().connect_tcp

    def connect(self: httpcore.SyncBackend, host: str, to: int, timeout: float | None = None) -> httpcore.NetworkStream:
        went.append(host)
        if not port:
            raise httpcore.ConnectError
        return really("127.0.0.1", port, timeout)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return went
