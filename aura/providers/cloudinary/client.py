"""The few calls of Cloudinary that a storage needs, signed by us.

Pictures are of the type ``authenticated``: an address without our signature shows nothing.
Sources: Cloudinary's Upload API and Admin API references, checked against its own client 1.46.3.
"""

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from aura.providers.storing.errors import StorageAway

TIMEOUT = httpx.Timeout(20.0, connect=3.0)
TRIES = 3
PASSING = {420, 429, 500, 502, 503, 504}
KIND = "authenticated"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Account:
    """Whose pictures these are. ``api`` and ``delivery`` are addresses without a slash at the end."""

    cloud: str
    key: str
    secret: str = field(repr=False)
    api: str = "https://api.cloudinary.com"
    delivery: str = "https://res.cloudinary.com"


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture as Cloudinary lists it."""

    public_id: str
    format: str
    size: int
    created_at: datetime

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.public_id}.{self.format}"


def signed(params: dict[str, str], secret: str) -> str:
    """The signature of a request: SHA-1 over the sorted parameters and the secret."""
    line = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value)
    return hashlib.sha1((line + secret).encode(), usedforsecurity=False).hexdigest()


class Client:
    """Every method raises :class:`StorageAway`, or ``FileNotFoundError`` for what is not there."""

    def __init__(self, account: Account, *, wait: float = 0.5) -> None:
        self.account = account
        self.wait = wait
        self._http = httpx.Client(timeout=TIMEOUT, headers={"User-Agent": "Aura/1.0"}, trust_env=False)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def upload(self, public_id: str, data: bytes) -> Asset:
        """Write a picture, over another one of this id. The answer must be signed by who knows the secret."""
        files = {"file": ("stream", data, "application/octet-stream")}
        found = self._signed("upload", {"public_id": public_id, "overwrite": "1", "type": KIND}, files)
        known = signed({"public_id": public_id, "version": str(found.get("version", ""))}, self.account.secret)
        if found.get("public_id") != public_id or not hmac.compare_digest(known, str(found.get("signature", ""))):
            raise StorageAway("The answer to an upload is not signed by Cloudinary.")
        asset = _asset(found)
        if asset.size != len(data):
            raise StorageAway("Cloudinary kept another number of bytes than it was given.")
        return asset

    def destroy(self, public_id: str) -> bool:
        """Delete a picture and its copies; False where there is none."""
        found = self._signed("destroy", {"public_id": public_id, "invalidate": "1", "type": KIND})
        if found.get("result") not in {"ok", "not found"}:
            raise StorageAway("Cloudinary did not delete a picture.")
        return bool(found["result"] == "ok")

    def look(self, public_id: str) -> Asset:
        """What is known of one picture."""
        return _asset(self._admin(f"/{quote(public_id, safe='')}", {}))

    def list(self, prefix: str) -> Iterator[Asset]:
        """Every picture whose id begins with ``prefix``; 500 to a request, of which an hour has 500."""
        cursor = ""
        while True:
            params = {"prefix": prefix, "max_results": str(PAGE)} | ({"next_cursor": cursor} if cursor else {})
            page = self._admin("", params)
            yield from map(_asset, page.get("resources", []))
            cursor = page.get("next_cursor", "")
            if not cursor:
                return

    def download(self, public_id: str, format: str) -> bytes:
        """The file as it was uploaded."""
        source = quote(f"{public_id}.{format}", safe="/")
        digest = hashlib.sha1((source + self.account.secret).encode(), usedforsecurity=False).digest()
        mark = base64.urlsafe_b64encode(digest)[:8].decode()
        account = self.account
        return self._call("GET", f"{account.delivery}/{account.cloud}/image/{KIND}/s--{mark}--/v1/{source}").content

    def _signed(self, action: str, params: dict[str, str], files: Any = None) -> dict[str, Any]:
        params = params | {"timestamp": str(int(time.time()))}
        form = params | {"signature": signed(params, self.account.secret), "api_key": self.account.key}
        url = f"{self.account.api}/v1_1/{self.account.cloud}/image/{action}"
        return _json(self._call("POST", url, data=form, files=files))

    def _admin(self, rest: str, params: dict[str, str]) -> dict[str, Any]:
        url = f"{self.account.api}/v1_1/{self.account.cloud}/resources/image/{KIND}{rest}"
        return _json(self._call("GET", url, params=params, auth=(self.account.key, self.account.secret)))

    def _call(self, method: str, url: str, **more: Any) -> httpx.Response:
        """One request, again where the fault may pass: every call here may be repeated without harm."""
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._http.request(method, url, **more)
            except httpx.HTTPError as error:
                words, passes = f"Cloudinary does not answer: {type(error).__name__}.", True
            else:
                if answer.status_code == 200:
                    return answer
                if answer.status_code == 404:
                    raise FileNotFoundError("The picture is not at Cloudinary.")
                words, passes = f"Cloudinary refused: {answer.status_code}.", answer.status_code in PASSING
            if not passes or attempt == TRIES:
                break
            time.sleep(self.wait * 2**attempt * random.uniform(0.5, 1))  # noqa: S311
        raise StorageAway(words)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StorageAway("The answer is not one of Cloudinary.")
    return found


def _asset(found: dict[str, Any]) -> Asset:
    try:
        return Asset(
            str(found["public_id"]),
            str(found["format"]),
            int(found["bytes"]),
            datetime.fromisoformat(found["created_at"]),
        )
    except (KeyError, TypeError, ValueError):
        raise StorageAway("The answer is not one of Cloudinary.") from None
