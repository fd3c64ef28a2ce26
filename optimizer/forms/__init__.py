"""Page input of the optimizer."""

from optimizer.forms.hashtags import HashtagFilter, HashtagForm, TableForm
from optimizer.forms.making import NewForm, initial_of
from optimizer.forms.sessions import FramingForm, HistoryForm, slug

__all__ = [
    "FramingForm", "HashtagFilter", "HashtagForm", "HistoryForm", "NewForm", "TableForm", "initial_of", "slug",
]  # fmt: skip
