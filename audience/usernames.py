"""Instagram user names as people type them."""

from aura.privacy.subjects import UsernameRefused, clean_username

__all__ = ["UsernameRefused", "clean_username"]
