"""What the optimizer keeps."""

from optimizer.models.hashtags import StoredHashtag
from optimizer.models.photos import ProductPhoto
from optimizer.models.sessions import ComparedPicture, Optimization, Part, PlatformFile, PlatformOutput

__all__ = [
    "ComparedPicture",
    "Optimization",
    "Part",
    "PlatformFile",
    "PlatformOutput",
    "ProductPhoto",
    "StoredHashtag",
]
