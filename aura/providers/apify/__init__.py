"""Apify behind the ports ``Scraper`` and ``PostSource``. The client loads with the first call to it."""

from aura.providers.apify.posts import ApifyPosts
from aura.providers.apify.scraper import ApifyScraper

__all__ = ["ApifyPosts", "ApifyScraper"]
