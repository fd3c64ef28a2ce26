"""The geometry of charts: what is drawn is what was counted, and what is too small is not drawn at all."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience import charts

SHARES = st.floats(0, 1)
DAY = date(2026, 10, 22)


def entry(count: int | None, share: float | None = None, **more: Any) -> dict[str, Any]:
    """One entry as the demographics answer has it."""
    return {"count": count, "share": share, "low": None, "high": None, **more}


def people(age: str, gender: str, count: int, share: float, spread: float = 0.02) -> dict[str, Any]:
    return entry(count, share, age=age, gender=gender) | {"low": max(0.0, share - spread), "high": share + spread}


@given(st.floats(1e-6, 1e12), st.integers(2, 6))
def test_ticks_start_at_zero_are_even_and_reach_the_top(top: float, steps: int) -> None:
    ticks = charts.nice_ticks(top, steps)
    gaps = {round((b - a) / ticks[1], 6) for a, b in zip(ticks, ticks[1:], strict=False)}
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-6)
    assert gaps == {1.0}
    assert len(ticks) <= steps + 2


@pytest.mark.parametrize("top", [0, -1, float("nan"), float("inf")])
def test_an_axis_without_a_size_still_has_two_ticks(top: float) -> None:
    assert charts.nice_ticks(top) == [0.0, 1.0]


@given(st.integers(0, 10**7))
def test_ticks_of_counts_are_whole_and_never_repeat(top: int) -> None:
    ticks = charts.count_ticks(top)
    assert ticks == sorted(set(ticks))
    assert ticks[0] == 0
    assert ticks[-1] >= max(1, top)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"),
        (0.0004, "under 0.1%"),
        (0.0131, "1.3%"),
        (0.0996, "10%"),
        (0.274, "27%"),
        (0.997, "over 99%"),
        (1, "100%"),
    ],
)
def test_a_share_never_reads_as_nothing_or_all_when_it_is_not(share: float, words: str) -> None:
    assert charts.percent_words(share) == words


def test_the_pyramid_has_every_age_in_order_and_scales_all_bars_alike() -> None:
    drawn = charts.pyramid([people("25-34", "woman", 400, 0.4), people("25-34", "man", 200, 0.2)])
    row = drawn.rows[2]
    assert [r.age for r in drawn.rows] == ["13–17", "18–24", "25–34", "35–44", "45–54", "55–64", "65+"]
    assert row.women.width == pytest.approx(2 * row.men.width, abs=0.02)
    assert row.women.words == "40%"
    assert row.women.range_words == "38% to 42%"
    assert row.women.low is not None
    assert row.women.high is not None
    assert row.women.low / row.women.high == pytest.approx(0.38 / 0.42, abs=0.001)
    assert 90 < row.women.high < 100
    assert drawn.finding == "Largest group: women 25–34, 40%"


def test_suppressed_and_missing_cells_are_hidden_without_a_number() -> None:
    drawn = charts.pyramid(
        [people("18-24", "woman", 500, 0.9), {"age": "65+", "gender": "man", "suppressed": True, "count": None}]
    )
    for cell in (drawn.rows[6].men, drawn.rows[0].women):
        assert cell.hidden
        assert (cell.words, cell.width, cell.value, cell.low) == ("too few to show", 0.0, 0.0, None)
    assert drawn.has_hidden


def test_a_suppressed_cell_stays_hidden_even_when_a_number_slips_in() -> None:
    slipped = people("18-24", "man", 7, 0.1) | {"suppressed": True}
    assert charts.pyramid([slipped]).rows[1].men.hidden
    assert charts.parts([entry(7, 0.1, value="creator", suppressed=True)], {}).parts == []


def test_unknown_age_or_gender_has_no_place_in_the_pyramid() -> None:
    drawn = charts.pyramid([people("unknown", "woman", 900, 0.9), people("18-24", "unknown", 90, 0.1)])
    assert drawn.people == 0
    assert all(r.women.hidden and r.men.hidden for r in drawn.rows)


def test_under_a_hundred_people_the_pyramid_shows_counts() -> None:
    drawn = charts.pyramid([people("18-24", "woman", 60, 0.6), people("18-24", "man", 30, 0.3)])
    assert not drawn.percents
    assert (drawn.rows[1].women.words, drawn.rows[1].women.high) == ("60", None)
    assert drawn.finding == "Largest group: women 18–24, 60 people"


@given(
    st.lists(st.tuples(st.sampled_from(charts.AGES), st.sampled_from(["woman", "man"]), st.integers(0, 10**6), SHARES))
)
def test_no_bar_or_whisker_ever_leaves_its_cell(cells: list[tuple[str, str, int, float]]) -> None:
    for row in charts.pyramid([people(*cell) for cell in cells]).rows:
        for bar in (row.women, row.men):
            assert 0 <= bar.width <= 100
            assert bar.low is None or bar.high is None or 0 <= bar.low <= bar.high <= 100


LABELS = {"person": "Personal", "business": "Business"}


def test_parts_go_biggest_first_with_the_rest_as_other_and_the_unclear_last() -> None:
    counts = {"a": 10, "person": 500, "b": 20, "unknown": 300, "business": 100, "c": 15, "d": 12}
    drawn = charts.parts([entry(n, n / 957, value=v) for v, n in counts.items()], LABELS)
    assert [p.label for p in drawn.parts] == ["Personal", "Business", "b", "c", "Other", "Unclear"]
    assert [p.count for p in drawn.parts] == [500, 100, 20, 15, 22, 300]
    assert [p.css for p in drawn.parts] == ["au-c1", "au-c2", "au-c3", "au-c4", "au-c5", "au-c5"]
    assert drawn.finding == "Personal: 52%"


def test_a_ring_closes_and_starts_at_twelve() -> None:
    drawn = charts.parts([entry(600, 0.6, value="a"), entry(400, 0.4, value="b")], {}).parts
    assert [p.offset for p in drawn] == ["25.00", "-35.00"]
    assert [p.dash for p in drawn] == ["59.40 40.60", "39.40 60.60"]
    assert charts.parts([entry(600, 1.0, value="a")], {}).parts[0].dash == "100.00 0.00"


def test_more_names_than_colours_are_allowed_and_share_the_grey() -> None:
    drawn = charts.parts([entry(100 - n, (100 - n) / 955, value=f"l{n}") for n in range(10)], {}, most=7)
    assert [p.label for p in drawn.parts] == [*(f"l{n}" for n in range(7)), "Other"]
    assert [p.css for p in drawn.parts] == ["au-c1", "au-c2", "au-c3", "au-c4", *["au-c5"] * 4]


def test_hidden_parts_are_named_but_carry_no_number() -> None:
    drawn = charts.parts([entry(200, 1.0, value="person"), entry(None, value="business", suppressed=True)], LABELS)
    assert drawn.hidden == ["Business"]
    assert [p.label for p in drawn.parts] == ["Personal"]


def test_no_part_at_all_is_said_in_words() -> None:
    assert charts.parts([], {}).finding == "No group is large enough to show"
    assert charts.pyramid([]).finding == "No group is large enough to show"


def test_the_legend_says_the_margin_of_women_and_men_and_hides_what_is_hidden() -> None:
    woman = entry(650, 0.65, value="woman") | {"low": 0.64, "high": 0.66}
    shown = charts.gender_key([woman, entry(350, 0.35, value="man"), entry(90, 0.09, value="unknown")])
    assert [(k.label, k.words, k.margin) for k in shown] == [("Women", "65%", "1.0"), ("Men", "35%", "")]
    hidden = charts.gender_key([woman, entry(None, value="man", suppressed=True)])
    assert [(k.key, k.words) for k in hidden] == [("women", "65%"), ("men", "")]


def test_a_share_bar_never_grows_past_its_end() -> None:
    drawn = charts.share_bar(("women", 0.65), ("men", 0.5))
    assert [(s.css, s.x, s.width) for s in drawn] == [("au-women", 0.0, 65.0), ("au-men", 65.0, 35.0)]


def test_a_silent_day_is_drawn_as_zero_and_labels_stand_at_their_day() -> None:
    drawn = charts.line([(DAY, 10), (DAY + timedelta(days=4), 20)])
    assert drawn is not None
    assert [p.value for p in drawn.points] == [10, 0, 0, 0, 20]
    assert [(label.words, label.x) for label in drawn.x_labels][:2] == [("22 Oct", 0.0), ("23 Oct", 25.0)]
    assert [t.words for t in drawn.y_ticks] == ["20", "15", "10", "5", "0"]
    assert drawn.finding == "Busiest day: 26 Oct 2026, with 20 comments"
    assert "22 Oct 2026 – 26 Oct 2026" in drawn.summary


def test_weeks_are_filled_week_by_week() -> None:
    drawn = charts.line([(DAY, 5), (DAY + timedelta(weeks=3), 5)], bucket="week")
    assert drawn is not None
    assert len(drawn.points) == 4
    assert drawn.summary.startswith("Comments a week")
    assert drawn.finding == "Busiest week: from 22 Oct 2026, with 5 comments"


def test_a_mark_names_its_value_and_turns_away_from_the_edge() -> None:
    series = [(DAY + timedelta(days=i), i) for i in range(11)]
    drawn = charts.line(
        series, {DAY: "Start", DAY + timedelta(days=9): "Giveaway", DAY + timedelta(days=99): "Not here"}
    )
    assert drawn is not None
    assert [(m.words, m.anchor, m.dx) for m in drawn.marks] == [("Start, 0", "start", 12), ("Giveaway, 9", "end", -12)]


def test_one_day_and_no_day_are_both_fine() -> None:
    one = charts.line([(DAY, 3)])
    assert one is not None
    assert one.line == "M0.00 0.00L100.00 0.00"
    assert [label.words for label in one.x_labels] == ["22 Oct"]
    assert charts.line([]) is None


@given(st.dictionaries(st.dates(date(2016, 1, 1), date(2026, 1, 1)), st.integers(0, 10**9), min_size=1, max_size=30))
def test_every_point_of_a_line_is_inside_its_plot(series: dict[date, int]) -> None:
    drawn = charts.line(series.items())
    assert drawn is not None
    assert all(0 <= p.x <= 100 and 0 <= p.y <= 100 for p in drawn.points)
    assert sum(p.value for p in drawn.points) == sum(series.values())
    assert len(drawn.x_labels) <= 5


def test_a_spark_needs_two_points_and_stays_in_its_box() -> None:
    drawn = charts.spark([0, 5, 10])
    assert drawn is not None
    assert drawn.line == "M0.00 28.00L50.00 14.67L100.00 1.33"
    assert charts.spark([3]) is None
    assert charts.spark([0, 0]) == charts.Spark(
        "M0.00 28.00L100.00 28.00", "M0.00 28.00L100.00 28.00L100.00 28L0.00 28Z"
    )


def test_the_heat_map_counts_every_comment_once_and_marks_the_busiest_hour() -> None:
    drawn = charts.heat([(0, 20, 100), (0, 20, 50), (6, 23, 1), (3, 9, 60)])
    assert drawn is not None
    assert sum(c.value for row in drawn.rows for c in row.cells) == 211
    assert (drawn.rows[0].cells[20].level, drawn.rows[6].cells[23].level, drawn.rows[1].cells[0].level) == (5, 1, 0)
    assert drawn.rows[3].cells[9].words == "Thu 09:00, 60"
    assert drawn.finding == "Busiest: Mondays from 20:00 to 21:00"


def test_no_comment_gives_no_heat_map() -> None:
    assert charts.heat([]) is None
    assert charts.heat([(1, 1, 0)]) is None
