"""O2: what platforms show and take lies in one table, each row with its source; a picture's shape chooses the row."""

import doctest
from datetime import date

import pytest

from optimizer import platforms
from optimizer.platforms import (
    PLATFORMS,
    UnknownPlatform,
    choose_format,
    format_of,
    formats,
    remark,
    resolve,
    table,
    target_for,
    targets_for,
)


def test_every_row_is_whole_and_has_its_source() -> None:
    assert len({(row.platform, row.key) for row in table()}) == len(table())
    for row in table():
        assert row.platform in PLATFORMS
        assert min(row.width, row.height) >= 300
        assert 10**6 <= row.max_bytes <= 50 * 10**6
        assert row.source.startswith("https://")
        assert date(2025, 1, 1) < row.read_on
        assert set(row.encodings) <= {"jpeg", "png", "webp"}
        assert "jpeg" in row.encodings
        assert set(row.suits) <= {"portrait", "square", "landscape"}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("size", [(3000, 4000), (4000, 3000), (1000, 1000), (10_000, 1000), (1000, 10_000)])
def test_every_platform_has_a_size_for_every_picture(platform: str, size: tuple[int, int]) -> None:
    assert choose_format(platform, *size).platform == platform


@pytest.mark.parametrize(
    ("platform", "size", "expected"),
    [
        ("instagram", (3024, 4032), (1080, 1350)),
        ("instagram", (3000, 3000), (1080, 1080)),
        ("instagram", (4000, 3000), (1080, 1080)),
        ("instagram", (6000, 3400), (1080, 566)),
        ("facebook", (6000, 3400), (1200, 630)),
        ("linkedin", (6000, 3400), (1200, 627)),
        ("pinterest", (3000, 4000), (1000, 1500)),
        ("x.com", (4000, 3000), (1600, 900)),
        ("tiktok", (3024, 4032), (1080, 1920)),
    ],
)
def test_orientation_and_shape_choose(platform: str, size: tuple[int, int], expected: tuple[int, int]) -> None:
    row = choose_format(platform, *size)
    assert (row.width, row.height) == expected


def test_story_and_grid_are_there_when_asked_for() -> None:
    assert (format_of("instagram", "story").width, format_of("instagram", "story").height) == (1080, 1920)
    assert (format_of("instagram", "grid").width, format_of("instagram", "grid").height) == (1080, 1440)
    assert (format_of("x", "classic").width, format_of("x", "classic").height) == (1200, 675)


def test_all_stands_for_all_and_names_come_in_any_writing() -> None:
    assert resolve(["all"]) == PLATFORMS
    assert resolve([" Twitter ", "INSTAGRAM", "x.com"]) == ("instagram", "x.com")
    assert [target.key for target in targets_for(["all"], 1000, 1000)] == list(PLATFORMS)


@pytest.mark.parametrize("names", [[], ["myspace"], ["instagram", ""]])
def test_what_is_unknown_is_named(names: list[str]) -> None:
    with pytest.raises(UnknownPlatform, match="tiktok"):
        resolve(names)


def test_one_platform_is_not_all() -> None:
    with pytest.raises(UnknownPlatform):
        formats("all")
    with pytest.raises(UnknownPlatform, match="portrait"):
        format_of("tiktok", "banner")


def test_a_target_carries_the_platforms_limits() -> None:
    row = format_of("instagram", "story")
    target = target_for(row, fit="extend", focus=(0.2, 0.4), key="instagram/story")
    assert (target.key, target.fit, target.focus, target.max_bytes) == (
        "instagram/story",
        "extend",
        (0.2, 0.4),
        8_000_000,
    )


def test_an_encoding_that_a_platform_does_not_take_is_remarked() -> None:
    assert remark(format_of("instagram", "story"), "webp") == "instagram takes JPEG or PNG, not WEBP."
    assert remark(format_of("tiktok", "square"), "webp") == ""


def test_the_examples_in_the_words_hold() -> None:
    assert doctest.testmod(platforms).failed == 0
