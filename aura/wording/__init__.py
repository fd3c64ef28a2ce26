"""Words that nobody should read here, in whatever spelling they hide; each feature says which of them matter. Pure."""

from aura.wording.forbidden import forbidden

__all__ = ["forbidden"]
