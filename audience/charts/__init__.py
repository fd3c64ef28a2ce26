"""Geometry of the report's charts: numbers in, percent coordinates and words out. No Django, no SVG text.

Templates draw the marks. Every coordinate is a percent of its plot, so text keeps its size on every screen; every mark
names its class (colour in browsers) and its colour in the light theme (print and mail, where page styles do not reach
inside an SVG). Shares are fractions from 0 to 1, as the API gives them.
"""

from audience.charts.accuracy import (
    Confusion,
    Measure,
    Reliability,
    confusion,
    measure,
    measures,
    range_words,
    reliability,
)
from audience.charts.axes import count_ticks, day_words, nice_ticks, number_words, percent_words
from audience.charts.bars import (
    AGES,
    Bar,
    Key,
    Part,
    Parts,
    Pyramid,
    PyramidRow,
    Slice,
    bar,
    gender_key,
    parts,
    pyramid,
    share_bar,
)
from audience.charts.followers import Followers, followers, signed
from audience.charts.hours import WEEKDAYS, Cell, Heat, HeatRow, heat
from audience.charts.people import Columns, Retention, columns, month_words, overlap, ranged_bars, retention
from audience.charts.stacks import Column, Piece, Stacks, stacks
from audience.charts.time import Label, Line, Point, Spark, Tick, line, spark

__all__ = [
    "AGES",
    "WEEKDAYS",
    "Bar",
    "Cell",
    "Column",
    "Columns",
    "Confusion",
    "Followers",
    "Heat",
    "HeatRow",
    "Key",
    "Label",
    "Line",
    "Measure",
    "Part",
    "Parts",
    "Piece",
    "Point",
    "Pyramid",
    "PyramidRow",
    "Reliability",
    "Retention",
    "Slice",
    "Spark",
    "Stacks",
    "Tick",
    "bar",
    "columns",
    "confusion",
    "count_ticks",
    "day_words",
    "followers",
    "gender_key",
    "heat",
    "line",
    "measure",
    "measures",
    "month_words",
    "nice_ticks",
    "number_words",
    "overlap",
    "parts",
    "percent_words",
    "pyramid",
    "range_words",
    "ranged_bars",
    "reliability",
    "retention",
    "share_bar",
    "signed",
    "spark",
    "stacks",
]
