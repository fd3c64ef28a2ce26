"""Our client of Cloudinary keeps to its wire, and trusts no answer that is not signed."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import cloudinary
import cloudinary.api
import cloudinary.uploader
import cloudinary.utils
import pytest
from cloudinary.api_client import call_api
from PIL import Image

from aura.providers.cloudinary.client import Account, Client, signed
from aura.providers.storing.errors import StorageAway
from aura.testing.simulators.cloudinary import CloudinarySimulator, refused
from aura.testing.simulators.server import CLOSED, Answer, Asked


def jpeg(size: int = 40) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 90).save(out, "JPEG")
    return out.getvalue()


Maker = Callable[..., Client]


@pytest.fixture
def client() -> Iterator[Maker]:
    """Makes clients of a simulator, and closes them."""
    with ExitStack() as stack:

        def make(service: CloudinarySimulator, **other: str) -> Client:
            places = {"cloud": service.cloud, "key": service.key, "secret": service.secret}
            account = Account(**{**places, "api": service.url, "delivery": service.url, **other})
            return stack.enter_context(closing(Client(account, wait=0)))

        yield make


def test_a_request_is_signed_as_documented() -> None:
    assert (
        signed({"timestamp": "1719304891", "public_id": "aura/x"}, "sec") == "4601c7d0c82392a11ea090d40d43f342263fbbea"
    )


def test_a_picture_goes_in_and_comes_out_byte_by_byte(client: Maker) -> None:
    data = jpeg()
    with CloudinarySimulator() as service:
        ours = client(service)
        asset = ours.upload("pictures/w/aa/sha.small", data)
        assert (asset.name, asset.size) == ("pictures/w/aa/sha.small.jpg", len(data))
        assert ours.download("pictures/w/aa/sha.small", "jpg") == data
        assert ours.look("pictures/w/aa/sha.small") == asset
        assert ours.destroy("pictures/w/aa/sha.small")
        assert not ours.destroy("pictures/w/aa/sha.small")
        with pytest.raises(FileNotFoundError):
            ours.download("pictures/w/aa/sha.small", "jpg")


def test_the_list_goes_on_behind_its_first_page(client: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.providers.cloudinary.client.PAGE", 2)
    with CloudinarySimulator() as service:
        ours = client(service)
        for place in range(5):
            ours.upload(f"pictures/a/{place}", jpeg())
        ours.upload("other/1", jpeg())
        assert [asset.public_id for asset in ours.list("pictures/a/")] == [f"pictures/a/{n}" for n in range(5)]


def test_a_wrong_secret_is_refused_everywhere(client: Maker) -> None:
    with CloudinarySimulator() as service:
        client(service).upload("p/x", jpeg())
        wrong = client(service, secret="wrong")
        for call in (
            lambda: wrong.upload("p/y", jpeg()),
            lambda: wrong.destroy("p/x"),
            lambda: wrong.look("p/x"),
            lambda: list(wrong.list("p/")),
            lambda: wrong.download("p/x", "jpg"),
        ):
            with pytest.raises(StorageAway, match="401"):
                call()


def test_an_answer_that_somebody_else_made_is_not_believed(client: Maker) -> None:
    def forged(asked: Asked) -> Answer:
        found = {"public_id": "p/x", "version": 1, "signature": "0" * 40, "format": "jpg", "bytes": 1}
        return Answer.json(found | {"created_at": "2026-01-01T00:00:00Z"})

    with CloudinarySimulator() as service:
        service.fault("upload", forged)
        with pytest.raises(StorageAway, match="not signed"):
            client(service).upload("p/x", jpeg())


@pytest.mark.parametrize("fault", [CLOSED, refused(420, "Rate limited"), refused(500, "General error")])
def test_what_may_pass_is_tried_again(client: Maker, fault: Answer) -> None:
    with CloudinarySimulator() as service:
        service.fault("upload", fault, fault)
        assert client(service).upload("p/x", jpeg()).public_id == "p/x"
        assert len(service.asked("upload")) == 3


def test_what_does_not_pass_is_not_tried_again(client: Maker) -> None:
    with CloudinarySimulator() as service:
        with pytest.raises(StorageAway, match="400"):
            client(service).upload("p/x", b"PK not a picture")
        assert len(service.asked("upload")) == 1


@pytest.mark.parametrize("answer", [Answer(200, b"<html>"), Answer.json([]), Answer.json({"public_id": "p/x"})])
def test_a_strange_answer_is_an_error_not_a_crash(client: Maker, answer: Answer) -> None:
    with CloudinarySimulator() as service:
        service.fault("resources", answer)
        with pytest.raises(StorageAway):
            client(service).look("p/x")


def test_the_real_client_and_ours_understand_each_other(client: Maker) -> None:
    data = jpeg()
    with CloudinarySimulator() as service:
        config: dict[str, Any] = {
            "cloud_name": service.cloud,
            "api_key": service.key,
            "api_secret": service.secret,
            "upload_prefix": service.url,
        }
        cloudinary.config(**config)
        theirs = cloudinary.uploader.upload(io.BytesIO(data), public_id="p/a.b", type="authenticated", overwrite=True)
        assert cloudinary.utils.verify_api_response_signature("p/a.b", theirs["version"], theirs["signature"])
        ours = client(service)
        assert ours.download("p/a.b", "jpg") == data
        ours.upload("p/c", data)
        listed = cloudinary.api.resources(type="authenticated", prefix="p/", max_results=10)
        assert [one["public_id"] for one in listed["resources"]] == ["p/a.b", "p/c"]
        url, _ = cloudinary.utils.cloudinary_url("p/c", format="jpg", type="authenticated", sign_url=True, secure=True)
        ours.download("p/c", "jpg")
        assert url.endswith(service.asked("GET /demo/image")[-1].path)
        assert cloudinary.uploader.destroy("p/c", type="authenticated", invalidate=True)["result"] == "ok"
    for pool in (cloudinary.uploader._http, call_api._http):
        pool.clear()
