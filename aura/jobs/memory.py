"""Gives freed memory back to the system: a worker that lives for weeks keeps the peak of its largest job otherwise."""

import ctypes
import time
from functools import cache
from typing import Any

EVERY = 2.0
"""Seconds between two times; one takes milliseconds."""
_last = 0.0


@cache
def _trim() -> Any:
    """glibc's malloc_trim(3); None with another C library."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


def give_back() -> bool:
    """Give back what is free, at most every other second; True where it was tried."""
    global _last
    trim = _trim()
    if trim is None or time.monotonic() < _last + EVERY:
        return False
    _last = time.monotonic()
    trim(0)
    return True
