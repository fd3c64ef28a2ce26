"""The Instagram Graph API, for accounts that a workspace owns."""

from aura.providers.instagram.insights import FollowerDemographics, follower_demographics, refresh_token
from aura.providers.instagram.posts import GraphPosts
from aura.providers.instagram.scraper import GraphScraper

__all__ = ["FollowerDemographics", "GraphPosts", "GraphScraper", "follower_demographics", "refresh_token"]
