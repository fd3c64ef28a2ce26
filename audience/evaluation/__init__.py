"""Measures a classifier on labelled examples: reads lists of labels, computes every figure, and puts it into words.

Pure. A list goes through ``labels.read_labels``, a model's answers become ``Case`` rows, ``report.evaluation`` has the
figures, ``words.lines`` prints them. ``docs/accuracy.md`` says how to read them.
"""

from audience.evaluation.ages import Span, bracket_of, read_age
from audience.evaluation.labels import Labelled, LabelsRefused, Trouble, read_codes, read_labels
from audience.evaluation.measures import Figure, labels_needed
from audience.evaluation.report import by, evaluation, groups, question, years
from audience.evaluation.sample import Case, Sample
from audience.evaluation.words import lines

__all__ = [
    "Case",
    "Figure",
    "Labelled",
    "LabelsRefused",
    "Sample",
    "Span",
    "Trouble",
    "bracket_of",
    "by",
    "evaluation",
    "groups",
    "labels_needed",
    "lines",
    "question",
    "read_age",
    "read_codes",
    "read_labels",
    "years",
]
