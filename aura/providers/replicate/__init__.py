"""Replicate behind Aura's own ports."""

from aura.providers.replicate.images import ReplicateImages
from aura.providers.replicate.webhooks import verify_webhook

__all__ = ["ReplicateImages", "verify_webhook"]
