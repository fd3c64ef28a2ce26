"""A Replicate on 127.0.0.1: predictions, schemas, signed webhooks, outputs that expire."""

from aura.testing.simulators.replicate import faults
from aura.testing.simulators.replicate.predictions import Outcome
from aura.testing.simulators.replicate.service import SECRET, TOKEN, ReplicateSimulator

__all__ = ["SECRET", "TOKEN", "Outcome", "ReplicateSimulator", "faults"]
