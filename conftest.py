"""Loads the house's fixtures after pytest-django, so that ours win."""

pytest_plugins = ["aura.testing.fixtures", "aura.testing.browser", "aura.testing.site"]
