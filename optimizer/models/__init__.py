"""What the optimizer keeps."""

from optimizer.models.hashtags import StoredHashtag
from optimizer.models.sessions import Optimization, PlatformFile, PlatformOutput

__all__ = ["Optimization", "PlatformFile", "PlatformOutput", "StoredHashtag"]
