"""The compliments pages."""

from compliments.views.pages import act, act_on_post, edit, fragment, home, library, mark, post_detail
from compliments.views.voices import remove_voice, save_limit, voices

__all__ = [
    "act",
    "act_on_post",
    "edit",
    "fragment",
    "home",
    "library",
    "mark",
    "post_detail",
    "remove_voice",
    "save_limit",
    "voices",
]
