"""Put a cut-out product into a scene on this machine: seven styles, exact sizes, the same for the same seed."""

from aura.providers.local.staging.stager import ProductStager
from aura.providers.local.staging.staging import LABEL, STYLES, Staged, staged

__all__ = ["LABEL", "STYLES", "ProductStager", "Staged", "staged"]
