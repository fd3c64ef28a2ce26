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
from audience.charts.hours import Cell, Heat, HeatRow, heat
from audience.charts.time import Label, Line, Point, Spark, Tick, line, spark

__all__ = [
    "AGES",
    "Bar",
    "Cell",
    "Confusion",
    "Heat",
    "HeatRow",
    "Key",
    "Label",
    "Line",
    "Measure",
    "Part",
    "Parts",
    "Point",
    "Pyramid",
    "PyramidRow",
    "Reliability",
    "Slice",
    "Spark",
    "Tick",
    "bar",
    "confusion",
    "count_ticks",
    "day_words",
    "gender_key",
    "heat",
    "line",
    "measure",
    "measures",
    "nice_ticks",
    "number_words",
    "parts",
    "percent_words",
    "pyramid",
    "range_words",
    "reliability",
    "share_bar",
    "spark",
]
