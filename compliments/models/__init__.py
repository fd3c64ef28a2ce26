"""The tables of the app. Import from here."""

from compliments.models.posts import InstagramPost, PostImage

__all__ = ["InstagramPost", "PostImage"]
