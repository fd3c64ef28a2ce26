"""The generation pages."""

from generation.views.hooks import replicate_hook
from generation.views.pages import again, cancel, detail, favourite, fragment, gallery, remove

__all__ = ["again", "cancel", "detail", "favourite", "fragment", "gallery", "remove", "replicate_hook"]
