"""What Instagram itself knows of an account's followers, and the renewal of its access token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aura.providers.configuration import GraphSettings
from aura.providers.instagram.errors import bad_answer
from aura.providers.instagram.graph import Graph
from aura.providers.instagram.items import rows

GENDERS = {"F": "woman", "M": "man", "U": "unknown"}
BREAKDOWNS = ("age", "gender", "country", "city")


@dataclass(frozen=True, slots=True)
class FollowerDemographics:
    """Followers by bracket of age, by gender (``woman``, ``man``, ``unknown``), by country (ISO 3166) and by city.

    Instagram names at most 45 of each and may be 48 hours behind. Empty where it says nothing, as it does below 100
    followers: that is "not available", never 0. ``as_of`` is when it was asked.
    """

    as_of: datetime
    age: Mapping[str, int] = field(default_factory=dict)
    gender: Mapping[str, int] = field(default_factory=dict)
    country: Mapping[str, int] = field(default_factory=dict)
    city: Mapping[str, int] = field(default_factory=dict)

    @property
    def available(self) -> bool:
        """Whether Instagram said anything."""
        return any((self.age, self.gender, self.country, self.city))


def follower_demographics(token: str, settings: GraphSettings, *, deadline: float = 60.0) -> FollowerDemographics:
    """Ask for ``follower_demographics`` of the token's account, with five requests of ``deadline`` seconds at most.

    Raises ``ProviderError`` as :meth:`aura.providers.instagram.graph.Graph.get` does; the token needs the permission
    ``instagram_business_manage_insights``.
    """
    graph = Graph(token, settings, deadline=deadline)
    account = graph.get("/me", {"fields": "id"}).get("id")
    asked = {"metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value"}
    found = {name: _counts(graph.get(f"/{account}/insights", {**asked, "breakdown": name})) for name in BREAKDOWNS}
    found["gender"] = {GENDERS.get(name, "unknown"): count for name, count in found["gender"].items()}
    return FollowerDemographics(datetime.now(UTC), **found)


def _counts(answer: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for metric in rows(answer):
        total = metric.get("total_value")
        for breakdown in rows(total.get("breakdowns") if isinstance(total, Mapping) else None):
            for result in rows(breakdown.get("results")):
                names, value = result.get("dimension_values"), result.get("value")
                if isinstance(names, list) and len(names) == 1 and isinstance(value, int) and value >= 0:
                    found[str(names[0])] = value
    return found


def refresh_token(token: str, settings: GraphSettings, *, deadline: float = 30.0) -> tuple[str, int]:
    """A new long-lived token for one that is at least a day old and still valid, and in how many seconds it ends.

    Raises ``ProviderError``: ``graph_token_expired`` where only a new login helps, and as ``Graph.get`` does.
    """
    asked = {"grant_type": "ig_refresh_token"}
    found = Graph(token, settings, deadline=deadline).get_with_token_in_address("/refresh_access_token", asked)
    new, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(new, str) or not new or not isinstance(seconds, int):
        raise bad_answer()
    return new, seconds
