"""The words and JSON schemas with which language models read profiles (A4) and comments (A6). Pure.

A version is never edited: change a copy, give it the next number, and let the evaluation decide before ``CURRENT``
moves. Old versions stay, because results carry theirs.
"""

from audience.prompts.comments import COMMENTS_CURRENT, COMMENTS_PROMPTS
from audience.prompts.profiles import CURRENT, PROMPTS, Prompt

__all__ = ["COMMENTS_CURRENT", "COMMENTS_PROMPTS", "CURRENT", "PROMPTS", "Prompt"]
