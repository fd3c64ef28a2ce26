"""A generated picture says inside that and how it was made (G4)."""

import io
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aura.providers.containers import PNG_XMP, read_xmp
from aura.providers.provenance import MOST_TEXT, Provenance, embed, read

NOON = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)
MADE = Provenance("replicate", "black-forest-labs/flux-schnell", "A café <at> dusk & “rain”", 42, NOON, "Aura 1.0")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# What XML can hold.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&'\"]]>\0".replace("\0", "")),
    max_size=300,
)
made = st.builds(
    Provenance,
    provider=st.text(string.ascii_lowercase, min_size=1, max_size=20),
    model=texts,
    prompt=texts,
    seed=st.none() | st.integers(-(2**63), 2**63),
    made_at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    software=texts,
    placeholder=st.booleans(),
    edited=st.booleans(),
)


def encoded(kind: str, mode: str = "RGB", **options: object) -> bytes:
    grid = np.linspace(0, 255, 61 * 47 * len(mode)).reshape(47, 61, len(mode)).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grid, mode).save(out, kind, **options)
    return out.getvalue()


UPRIGHT = Image.Exif()
UPRIGHT[0x0112] = 1
FILES = {
    "jpeg": ("image/jpeg", encoded("JPEG")),
    "progressive": (
        "image/jpeg",
        encoded("JPEG", progressive=True, exif=UPRIGHT, icc_profile=b"x" * 70_000),
    ),
    "png": ("image/png", encoded("PNG")),
    "png with alpha": ("image/png", encoded("PNG", "RGBA")),
    "webp": ("image/webp", encoded("WEBP", quality=80)),
    "webp lossless": ("image/webp", encoded("WEBP", lossless=True)),
    "webp with alpha": ("image/webp", encoded("WEBP", "RGBA", lossless=True)),
    "webp extended": ("image/webp", encoded("WEBP", "RGBA", quality=80)),
}


def pixels(data: bytes) -> object:
    with Image.open(io.BytesIO(data)) as picture:
        return (picture.mode, picture.size, picture.tobytes())


@pytest.mark.parametrize("name", FILES)
def test_it_comes_back_and_no_pixel_changes(name: str) -> None:
    media_type, data = FILES[name]
    marked = embed(data, media_type, MADE)
    assert read(marked) == MADE
    assert pixels(marked) == pixels(data)
    assert read(data) is None
    # Pillow finds the packet where other programs look for it.
    with Image.open(io.BytesIO(marked)) as picture:
        found = picture.info.get("xmp") or picture.info.get(PNG_XMP)
        raw = found if isinstance(found, bytes) else str(found).encode()
    assert raw.strip(b"\0") == read_xmp(marked)
    assert b"digitalsourcetype/trainedAlgorithmicMedia<" in raw


@pytest.mark.parametrize("name", FILES)
def test_embedding_again_replaces(name: str) -> None:
    media_type, data = FILES[name]
    other = replace(MADE, prompt="Another")
    assert embed(embed(data, media_type, MADE), media_type, other) == embed(data, media_type, other)


@settings(max_examples=150, deadline=None)
@given(made, st.sampled_from(["jpeg", "png", "webp"]))
def test_whatever_it_says_comes_back(provenance: Provenance, name: str) -> None:
    media_type, data = FILES[name]
    assert read(embed(data, media_type, provenance)) == provenance


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(FILES)), st.data())
def test_a_damaged_file_says_something_or_nothing_but_never_breaks(name: str, drawn: st.DataObject) -> None:
    media_type, data = FILES[name]
    marked = bytearray(embed(data, media_type, MADE))
    for _ in range(drawn.draw(st.integers(1, 6))):
        marked[drawn.draw(st.integers(0, len(marked) - 1))] = drawn.draw(st.integers(0, 255))
    cut = bytes(marked[: drawn.draw(st.integers(0, len(marked)))])
    assert isinstance(read(cut), Provenance | None)


def test_a_prompt_cannot_write_markup_of_its_own() -> None:
    evil = "</rdf:li></rdf:Alt></dc:description><aura:provider>human</aura:provider>"
    media_type, data = FILES["jpeg"]
    found = read(embed(data, media_type, replace(MADE, prompt=evil)))
    assert found
    assert (found.provider, found.prompt) == ("replicate", evil)


def test_what_xml_cannot_hold_is_replaced_and_a_long_prompt_cut() -> None:
    media_type, data = FILES["png"]
    found = read(embed(data, media_type, replace(MADE, prompt="a\0b\x1bc\ud800" + "😀" * 20_000)))
    assert found
    assert found.prompt.startswith("a�b�c�😀")
    assert len(found.prompt) == MOST_TEXT


def test_the_longest_prompt_fits_into_a_jpeg() -> None:
    media_type, data = FILES["jpeg"]
    for letter in ("&", "😀", "\r"):
        found = read(embed(data, media_type, replace(MADE, prompt=letter * MOST_TEXT)))
        assert found
        assert found.prompt == letter * MOST_TEXT


def test_a_png_says_it_in_text_chunks_too() -> None:
    with Image.open(io.BytesIO(embed(FILES["png"][1], "image/png", MADE))) as picture:
        texts = dict(picture.text)  # type: ignore[attr-defined]
    assert texts["Description"] == MADE.prompt
    assert texts["Source"] == "replicate: black-forest-labs/flux-schnell"
    assert texts["Creation Time"] == "Wed, 04 Mar 2026 12:00:00 GMT"
    assert texts["Comment"].endswith("seed 42")


def test_the_source_type_says_whether_a_model_made_it() -> None:
    types = [replace(MADE, placeholder=p, edited=e).source_type for p, e in ((True, False), (False, True))]
    assert [one.rpartition("/")[2] for one in types] == ["algorithmicMedia", "compositeWithTrainedAlgorithmicMedia"]


def test_a_time_of_another_zone_is_the_same_time() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    found = read(embed(FILES["jpeg"][1], "image/jpeg", replace(MADE, made_at=there)))
    assert found
    assert found.made_at == NOON


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", FILES["png"][1][:40], b"RIFF\0\0\0\0WEBP", FILES["webp"][1]])
def test_a_file_that_is_not_what_it_should_be_is_refused(data: bytes) -> None:
    media_type = (
        "image/png"
        if data == FILES["webp"][1]
        else {b"\x89": "image/png", b"R": "image/webp"}.get(data[:1], "image/jpeg")
    )
    with pytest.raises(ValueError, match="This"):
        embed(data, media_type, MADE)


def test_a_packet_with_a_dtd_is_not_read() -> None:
    packet = b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'
    data = b"\xff\xd8\xff\xe1" + (len(packet) + 31).to_bytes(2) + b"http://ns.adobe.com/xap/1.0/\0" + packet
    assert read_xmp(data + b"\xff\xda\0\0") == packet
    assert read(data + b"\xff\xda\0\0") is None
