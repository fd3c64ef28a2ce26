"""What pictures hold about people: nothing in the row names anybody; a picture goes with the last row that shows it."""

from aura.privacy.registry import impersonal

impersonal("media.Picture", "sha256", "path", "thumbnail_path", "media_type")
