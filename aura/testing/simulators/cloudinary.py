"""Cloudinary's Upload API, Admin API and delivery, as strict as the real ones: every signature is checked."""

import base64
import hashlib
import io
import re
import time
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import unquote

from PIL import Image, UnidentifiedImageError

from aura.testing.simulators.server import Answer, Asked, Simulator

UNSIGNED = {"file", "signature", "api_key", "resource_type", "cloud_name"}
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
MOST = 10_000_000
KINDS = {"upload", "private", "authenticated"}


class CloudinarySimulator(Simulator):
    """``stored`` holds (bytes, format, created) by (type, public id)."""

    def __init__(self, cloud: str = "demo", key: str = "key", secret: str = "s3cret") -> None:  # noqa: S107
        super().__init__()
        self.cloud, self.key, self.secret = cloud, key, secret
        self.stored: dict[tuple[str, str], tuple[bytes, str, int]] = {}

    @property
    def setting(self) -> str:
        """``CLOUDINARY_URL`` that leads here."""
        return f"cloudinary://{self.key}:{self.secret}@{self.cloud}?upload_prefix={self.url}&delivery={self.url}"

    def answer(self, asked: Asked) -> Answer:
        if found := re.fullmatch(rf"/v1_1/{self.cloud}/image/(upload|destroy)", asked.path):
            return self._signed(found[1], asked)
        if found := re.fullmatch(rf"/v1_1/{self.cloud}/resources/image/(\w+)(?:/([^/]+))?", asked.path):
            return self._admin(asked, found[1], unquote(found[2] or ""))
        if found := re.fullmatch(rf"/{self.cloud}/image/(\w+)/(?:s--([\w-]{{8}})--/)?v\d+/(.+)\.(\w+)", asked.path):
            return self._delivered(*found.groups())
        self.complain(f"There is no {asked.method} {asked.path}")
        return refused(404, "Not found")

    def _signed(self, action: str, asked: Asked) -> Answer:
        form = _form(asked)
        params = {name: value.decode() for name, value in form.items() if name not in UNSIGNED}
        given = form.get("signature", b"").decode()
        if form.get("api_key", b"").decode() != self.key:
            return refused(401, "Unknown API key")
        if given != self.signature(params):
            return refused(401, "Invalid Signature. String to sign - hidden")
        if abs(time.time() - int(params.get("timestamp", "0"))) > 3600:
            return refused(400, "Stale request")
        if params.get("type", "upload") not in KINDS:
            return refused(400, "Invalid type")
        place = (params.get("type", "upload"), params.get("public_id", ""))
        if action == "destroy":
            with self.lock:
                gone = self.stored.pop(place, None)
            return Answer.json({"result": "ok" if gone else "not found"})
        return self._upload(place, form.get("file", b""), params)

    def _upload(self, place: tuple[str, str], data: bytes, params: dict[str, str]) -> Answer:
        if len(data) > MOST:
            return refused(400, "File size too large.")
        try:
            with Image.open(io.BytesIO(data)) as picture:
                width, height, format = *picture.size, FORMATS[picture.format or ""]
        except (UnidentifiedImageError, KeyError):
            return refused(400, "Invalid image file")
        with self.lock:
            existing = place in self.stored and params.get("overwrite", "1") in {"0", "false"}
            if not existing:
                self.stored[place] = (data, format, int(time.time()))
        return Answer.json(
            self.resource(place)
            | {"width": width, "height": height, "signature": self.mark(place[1])}
            | ({"existing": True} if existing else {})
        )

    def _admin(self, asked: Asked, kind: str, public_id: str) -> Answer:
        token = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {token}":
            return refused(401, "Invalid credentials")
        if public_id:
            there = (kind, public_id) in self.stored
            return Answer.json(self.resource((kind, public_id))) if there else refused(404, "Resource not found")
        most, start = int(asked.query.get("max_results", "10")), int(asked.query.get("next_cursor", "0"))
        if not 1 <= most <= 500:
            return refused(400, "max_results must be between 1 and 500")
        places = sorted(p for p in self.stored if p[0] == kind and p[1].startswith(asked.query.get("prefix", "")))
        page = {"resources": [self.resource(place) for place in places[start : start + most]]}
        return Answer.json(page | ({"next_cursor": str(start + most)} if start + most < len(places) else {}))

    def _delivered(self, kind: str, mark: str | None, public_id: str, format: str) -> Answer:
        public_id, found = unquote(public_id), self.stored.get((kind, unquote(public_id)))
        digest = hashlib.sha1(f"{public_id}.{format}{self.secret}".encode(), usedforsecurity=False).digest()
        if kind != "upload" and mark != base64.urlsafe_b64encode(digest)[:8].decode():
            return refused(401, "Invalid signature")
        if found is None or found[1] != format:
            return refused(404, "Resource not found")
        return Answer(200, found[0], {"Content-Type": f"image/{format}"})

    def resource(self, place: tuple[str, str]) -> dict[str, Any]:
        """A picture as the APIs describe it."""
        data, format, created = self.stored[place]
        return {
            "asset_id": hashlib.md5(place[1].encode(), usedforsecurity=False).hexdigest(),
            "public_id": place[1],
            "version": created,
            "format": format,
            "resource_type": "image",
            "type": place[0],
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created)),
            "bytes": len(data),
            "etag": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        }

    def mark(self, public_id: str) -> str:
        """The signature of an answer."""
        version = next(created for (_, name), (_, _, created) in self.stored.items() if name == public_id)
        return self.signature({"public_id": public_id, "version": str(version)})

    def signature(self, params: dict[str, str]) -> str:
        """SHA-1 over the sorted parameters and the secret."""
        line = "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name])
        return hashlib.sha1((line + self.secret).encode(), usedforsecurity=False).hexdigest()


def refused(status: int, words: str) -> Answer:
    """An error as Cloudinary says it."""
    return Answer.json({"error": {"message": words}}, status, headers={"X-Cld-Error": words})


def _form(asked: Asked) -> dict[str, bytes]:
    """The fields of a form, in either encoding."""
    kind = asked.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs = (pair.partition("=") for pair in asked.body.decode().split("&"))
        return {unquote(name): unquote(value.replace("+", " ")).encode() for name, _, value in pairs}
    whole: Message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body)
    parts = whole.get_payload()
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) or b""  # type: ignore[union-attr, misc]
        for part in (parts if isinstance(parts, list) else [])
    }
