"""The files of a session: the seed's headings in their order, the same facts in text and JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from optimizer.layout import (
    HEADINGS,
    Account,
    PlatformResult,
    Session,
    caption_text,
    file_name,
    platform_text,
    results_data,
    results_json,
)
from optimizer.timing import best_times

INSTAGRAM = PlatformResult(
    "instagram", caption="A quiet cup.\n\nWhat is in yours?", hashtags=("ceramics", "slowcraft"), alt_text="A cup",
    timing=best_times("instagram"), file="instagram.jpg", width=1080, height=1350, size=120_000,
    media_type="image/jpeg", seconds=1.2345, writer="local",
    accounts=(Account("instagram", "quiet.ceramics", "https://www.instagram.com/quiet.ceramics/", "slow craft",
                      (("A magazine", "https://a.example/"),)),),
)  # fmt: skip
X = PlatformResult("x.com", caption="A cup 👍 #ceramics", hashtags=("ceramics",), timing=best_times("x.com"))
FAILED = PlatformResult("tiktok", status="failed", code="PROCESSING_TIMEOUT", error="It took longer than 10 minutes.")
SESSION = Session(
    "s-1", "partial", "my cup.jpg", datetime(2026, 11, 21, 15, 0, tzinfo=UTC), (INSTAGRAM, X, FAILED),
    description="A cup.", description_source="both", niches=("craft",), is_product=True, seconds=2.0,
)  # fmt: skip


def test_the_text_has_the_headings_of_the_seed_in_their_order_for_each_platform() -> None:
    text = caption_text(SESSION)
    lines = text.splitlines()
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS) * 2
    assert lines.index("INSTAGRAM") < lines.index("X.COM") < lines.index("TIKTOK")
    assert "FAILED: It took longer than 10 minutes. (PROCESSING_TIMEOUT)" in lines


def test_a_platforms_part_says_all_of_it() -> None:
    text = platform_text(INSTAGRAM)
    assert "A quiet cup.\n\nWhat is in yours?" in text
    assert "\n#ceramics #slowcraft\n" in text
    assert "Caption length: 31 of 2,200 characters" in text
    assert "Best days: Tuesday" in text
    assert "Peak engagement: Tuesday 09:00–13:00" in text
    assert "not your audience" in text
    assert "@quiet.ceramics (instagram) – slow craft" in text
    assert "Image: instagram.jpg, 1080 × 1350" in text


def test_platforms_with_hashtags_in_the_caption_say_so_and_count_their_own_way() -> None:
    text = platform_text(X)
    assert "The hashtags are in the caption: #ceramics" in text
    assert "Caption length: 18 of 280 characters" in text
    assert "None were found." in text


def test_the_json_holds_the_same_for_programs() -> None:
    data = json.loads(results_json(SESSION))
    assert data == json.loads(json.dumps(results_data(SESSION)))
    assert set(data["results"]) == {"instagram", "x.com", "tiktok"}
    one = data["results"]["instagram"]
    assert one["first_comment"] == "#ceramics #slowcraft"
    assert one["caption_length"] == 31
    assert one["posting"]["peak_engagement"] == "Tuesday 09:00–13:00"
    assert one["suggested_accounts"][0]["sources"] == [{"title": "A magazine", "url": "https://a.example/"}]
    assert data["results"]["x.com"]["first_comment"] == ""
    assert data["results"]["tiktok"]["error"]["code"] == "PROCESSING_TIMEOUT"
    assert data["analysis"]["description_source"] == "both"
    assert data["created_at"] == "2026-11-21T15:00:00+00:00"


@given(st.one_of(st.text(max_size=300), st.sampled_from([*HEADINGS, "INSTAGRAM", "=" * 60, f"a\n{'-' * 60}\nb"])))
def test_no_caption_can_make_a_heading(caption: str) -> None:
    text = platform_text(replace(INSTAGRAM, caption=caption, title=caption))
    assert [line for line in text.splitlines() if line in HEADINGS] == list(HEADINGS)


def test_file_names_are_safe() -> None:
    assert file_name(SESSION.image, "results.json") == "my_cup_results.json"
    assert file_name("../../etc/pass wd.png", "captions.txt") == "pass_wd_captions.txt"
    assert file_name("…", "captions.txt") == "image_captions.txt"
