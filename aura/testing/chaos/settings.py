"""Aura's settings with the jobs of the chaos test in place of the features, so that killed processes start fast."""

from aura.settings import *  # noqa: F403
from aura.settings import INSTALLED_APPS

ROOT_URLCONF = "aura.testing.chaos.urls"
FEATURES = {"audience"}
INSTALLED_APPS = [*(app for app in INSTALLED_APPS if app not in FEATURES), "aura.testing.chaos"]
