"""What the tests of the image models share."""

import io
from typing import Any

import pytest
from PIL import Image

from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator, ImageOrder, Making


def order(**more: Any) -> ImageOrder:
    """An order of one square picture."""
    values: dict[str, Any] = {"marker": "0198c1de-0000-7000-8000-000000000001", "prompt": "A red mug on linen"} | more
    return ImageOrder(**values)


def picture(width: int = 640, height: int = 800) -> bytes:
    """A JPEG to start from."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(target, "JPEG")
    return target.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    """Pixels of a picture."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.size


def ended(maker: ImageGenerator, making: Making) -> Making:
    """The making, looked at until it is over."""
    for _ in range(20):
        if making.state != "running":
            return making
        making = maker.look(making)
    raise AssertionError("It does not end.")


def refusal(maker: ImageGenerator, wanted: ImageOrder, *secrets: str) -> ProviderError:
    """What the start of an order raises; nothing of it may be carried along."""
    with pytest.raises(ProviderError) as caught:
        maker.start(wanted)
    assert caught.value.__cause__ is None
    for secret in secrets:
        assert secret not in repr(caught.value) + caught.value.message
    return caught.value
