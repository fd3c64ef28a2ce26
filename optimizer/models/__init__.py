"""What the optimizer keeps."""

from optimizer.models.hashtags import StoredHashtag
from optimizer.models.sessions import Optimization, Part, PlatformFile, PlatformOutput

__all__ = ["Optimization", "Part", "PlatformFile", "PlatformOutput", "StoredHashtag"]
