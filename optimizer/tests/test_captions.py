"""The embedded writer: within limits, in the user's words, never more than what was seen or said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.providers.local.scenes import Scene, look
from aura.testing.drawings import drawn
from optimizer.captions import Material, alt_text, combined, described, subjects, with_tags, write, write_all
from optimizer.captions.describing import seen
from optimizer.limits import PLATFORMS, fits

TAGS = ("coastallight", "sea")


@pytest.fixture(scope="module")
def scene() -> Scene:
    return look(drawn(3), with_faces=False)


def material(scene: Scene) -> Material:
    return Material("Our new ceramic cup, thrown by hand.", ("craft", "home"), scene)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_caption_holds_the_users_words_and_fits(platform: str, scene: Scene) -> None:
    caption = write(platform, material(scene), tags=TAGS)
    assert "Our new ceramic cup, thrown by hand." in caption.text
    assert fits(caption.text, platform)
    assert ("#coastallight" in caption.text) == (platform != "instagram")
    assert bool(caption.title) == (platform in {"pinterest", "tiktok"})
    assert fits(caption.title, platform, "title") if caption.title else True
    assert "{" not in caption.text
    assert caption.source == "local"


def test_platforms_and_seeds_give_other_words_and_the_same_seed_the_same(scene: Scene) -> None:
    texts = {caption.text for caption in write_all(PLATFORMS, material(scene)).values()}
    assert len(texts) == len(PLATFORMS)
    for platform in PLATFORMS:
        found = [write(platform, material(scene), seed=seed).text for seed in range(8)]
        assert len(set(found)) >= 7
        assert write(platform, material(scene), seed=3).text == found[3]


@settings(deadline=None, max_examples=80)
@given(
    st.text(max_size=4000),
    st.sampled_from(PLATFORMS),
    st.integers(0, 9),
    st.lists(st.text("abc", min_size=2), max_size=6),
)
def test_every_description_gives_a_caption_that_fits(text: str, platform: str, seed: int, tags: list[str]) -> None:
    caption = write(platform, Material(text, ("food",)), seed=seed, tags=tags)
    assert caption.text
    assert fits(caption.text, platform)
    assert fits(caption.title, platform, "title") if caption.title else True


def test_hashtags_stay_whole_where_the_text_is_long() -> None:
    text = with_tags("x.com", "word " * 200, TAGS)
    assert text.endswith("… #coastallight #sea")
    assert fits(text, "x.com")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_a_description_only_what_was_seen_is_spoken_of(platform: str, scene: Scene) -> None:
    text = write(platform, Material(scene=scene)).text
    assert "picture. It shows" not in text
    assert any(words in text.lower() for fact in scene.facts if (words := seen(fact)))


def test_nothing_known_still_gives_plain_words() -> None:
    assert "A new picture." in write("instagram", Material()).text


def test_a_description_of_the_scene_counts_people_and_says_nothing_else_of_them(scene: Scene) -> None:
    text = described(scene)
    assert "picture" in text
    assert subjects(scene) == tuple(one for one in subjects(scene) if "person" not in one)
    assert fits(alt_text("instagram", scene, ""), "instagram", "alt_text")
    assert alt_text("x.com", scene, "A cup") == "A cup"
    assert described(look(b"no picture")) == ""


@pytest.mark.parametrize(("user", "ai", "mode", "text", "source"), [
    ("My cup", "A cup on a table.", "user", "My cup", "user"),
    ("My cup", "A cup on a table.", "ai", "A cup on a table.", "ai"),
    ("My blue cup", "A blue cup. Soft light falls from the left.", "both",
     "My blue cup. Soft light falls from the left.", "both"),
    ("A blue cup here.", "A blue cup over here. Soft light.", "both", "A blue cup here. Soft light.", "both"),
    ("Same words here", "Same words here.", "both", "Same words here", "user"),
    ("", "Only this.", "user", "Only this.", "ai"),
    ("Only mine", "", "ai", "Only mine", "user"),
    ("", "", "both", "", "none"),
])  # fmt: skip
def test_two_descriptions_become_one_without_saying_things_twice(
    user: str, ai: str, mode: str, text: str, source: str
) -> None:
    found = combined(user, ai, mode)
    assert (found.text, found.source) == (text, source)
