"""Reads an uploaded Apify dataset as a stream of normalised records. Pure: no Django, no database."""

from audience.dataset.items import CommentItem, ErrorItem, Item, Person, PostItem, PostRef, ProfileItem, Record
from audience.dataset.reader import raw_items, read_dataset
from audience.dataset.refusals import DatasetRefused, Limits

__all__ = [
    "CommentItem",
    "DatasetRefused",
    "ErrorItem",
    "Item",
    "Limits",
    "Person",
    "PostItem",
    "PostRef",
    "ProfileItem",
    "Record",
    "raw_items",
    "read_dataset",
]
