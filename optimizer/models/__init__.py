"""What the optimizer keeps."""

from optimizer.models.photos import ProductPhoto
from optimizer.models.sessions import Optimization, PlatformFile, PlatformOutput

__all__ = ["Optimization", "PlatformFile", "PlatformOutput", "ProductPhoto"]
