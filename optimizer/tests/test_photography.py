"""Product photography: what models are asked for in each style, and what is taken for a product."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from accounts.services.imaging import product_makers
from aura.providers.errors import ProviderError
from aura.providers.local import staging
from aura.testing.products import drawn_product
from optimizer.photography import PROMPTS_VERSION, STYLES, photo_order, plain, prompt_of, seen_product, told_product


def test_models_and_this_machine_know_the_same_seven_styles() -> None:
    assert tuple(STYLES) == staging.STYLES
    assert len(STYLES) == 7
    assert PROMPTS_VERSION


@pytest.mark.parametrize("style", STYLES)
def test_every_prompt_forbids_to_change_the_product(style: str) -> None:
    words = prompt_of(style, "ceramic cup")
    assert "(ceramic cup)" in words
    assert "same product, unchanged" in words
    assert STYLES[style].scene in words
    assert len(words) < 1500
    assert len({prompt_of(one) for one in STYLES}) == 7


def test_an_order_carries_the_picture_and_no_inputs_of_one_model() -> None:
    order = photo_order("macro", b"jpeg", marker="m", product="cup", wish="autumn", aspect="1:1", seed=3)
    assert (order.reference, order.reference_type, order.aspect, order.seed) == (b"jpeg", "image/jpeg", "1:1", 3)
    assert "autumn" in order.prompt
    assert not order.extra
    assert order.negative_prompt
    with pytest.raises(KeyError):
        photo_order("baroque", b"jpeg", marker="m")


@given(st.text(max_size=400))
def test_what_people_wish_stays_one_line_inside_its_sentence(wish: str) -> None:
    kept = plain(wish, 300)
    assert len(kept) <= 300
    assert not set(kept) & set("\"'`<>{}[]()|\\\n\r\t\x00")
    assert "\n" not in prompt_of("floating", wish, wish)


def test_the_analysis_is_believed_with_its_reason() -> None:
    said = told_product({"is_product": True, "product_name": "ceramic cup", "product_reason": "One cup stands alone."})
    assert said is not None
    assert (said.found, said.name, said.reason, said.source) == (True, "ceramic cup", "One cup stands alone.", "model")
    nothing = told_product({"is_product": False, "product_name": "cup"})
    assert nothing is not None
    assert (nothing.found, nothing.name) == (False, "")
    assert told_product({}) is None
    assert told_product({"is_product": "yes"}) is None


def test_without_a_model_one_object_on_a_calm_ground_is_proposed() -> None:
    picture = drawn_product("bottle", "tinted", size=400, seed=3).picture
    found, cutout = seen_product(picture)
    assert found.found
    assert "One object stands alone" in found.reason
    assert found.confidence is not None
    assert found.confidence < cutout.judgement.confidence
    assert not seen_product(picture, faces=1)[0].found
    blank, _ = seen_product(Image.new("RGB", (300, 300), "white"))
    assert not blank.found
    assert blank.reason.startswith("No clear single object")


def test_the_chain_of_makers_ends_with_the_stager_and_has_no_composer(monkeypatch: pytest.MonkeyPatch) -> None:
    def keyless(workspace_id: object, name: str) -> str:
        raise ProviderError("There is no key.", code="provider_key_missing")

    monkeypatch.setattr("accounts.services.imaging._key", keyless)
    chain = product_makers(uuid4(), "floating", size=(400, 500))
    assert [maker.name for maker in chain.makers] == ["local:stager"]
    assert [one.name for one in chain.skipped] == ["replicate", "gemini", "openai"]
    assert product_makers(uuid4(), "floating", "gemini").makers == []
    with pytest.raises(ValueError, match="There is no style"):
        product_makers(uuid4(), "baroque")
