"""The tables of the app. Import from here."""

from compliments.models.posts import InstagramPost, PostImage
from compliments.models.writing import MAX_TEXT, Compliment, ComplimentLimit, VoicePreset, Writing

__all__ = ["MAX_TEXT", "Compliment", "ComplimentLimit", "InstagramPost", "PostImage", "VoicePreset", "Writing"]
