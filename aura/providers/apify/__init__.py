"""Apify behind the port ``Scraper``. The client loads with the first call, not with this package."""

from aura.providers.apify.scraper import ApifyScraper

__all__ = ["ApifyScraper"]
