"""Hashtags: one spelling, a table, and the choice for a platform (O4). Pure."""

from optimizer.hashtags.forms import Refused, hashtag, key_of
from optimizer.hashtags.niches import niches_in
from optimizer.hashtags.ranking import Choice, Tag, Used, choose, first_comment
from optimizer.hashtags.reading import Line, TableReader, parsed
from optimizer.hashtags.table import SIZES, SOURCE, TagRow, WrongTable, size_of, starter

__all__ = [
    "SIZES", "SOURCE", "Choice", "Line", "Refused", "TableReader", "Tag", "TagRow", "Used", "WrongTable",
    "choose", "first_comment", "hashtag", "key_of", "niches_in", "parsed", "size_of", "starter",
]  # fmt: skip
