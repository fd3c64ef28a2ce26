"""What the optimizer keeps."""

from optimizer.models.sessions import Optimization, Part, PlatformFile, PlatformOutput

__all__ = ["Optimization", "Part", "PlatformFile", "PlatformOutput"]
