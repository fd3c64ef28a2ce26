"""Apify with an invented Instagram behind it. By hand: ``python -m aura.testing.simulators.apify --port 9901``."""

from aura.testing.simulators.apify.runs import Outcome
from aura.testing.simulators.apify.service import ApifySimulator

__all__ = ["ApifySimulator", "Outcome"]
