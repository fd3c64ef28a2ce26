"""Accounts worth tagging: what is searched for, and what was found as rows of a session (O5)."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from aura.providers.finder_ports import FindAsk, Found
from aura.providers.handles import PLATFORMS
from optimizer.models import Optimization
from optimizer.options import digest

KEPT: Final = timedelta(days=30)
"""So long what was found for the same question is good enough: accounts come and go."""


def ask_of(optimization: Optimization) -> FindAsk | None:
    """What is searched for; None where it is not wanted, or the picture says nothing to search for."""
    choices, told = optimization.choices, optimization.analysis
    platforms = tuple(one for one in choices.platforms if one in PLATFORMS)
    topics = tuple(told.get("niches", ()))
    if not choices.find_accounts or not platforms or not topics:
        return None
    return FindAsk(topics, told.get("description", ""), platforms, choices.language)


def digest_of(ask: FindAsk, finder: str) -> str:
    """A name for a question to a finder."""
    return digest(asdict(ask), finder)


def known(optimization: Optimization, same: str) -> Optimization | None:
    """A session that has what was found for the same question."""
    rows = Optimization.objects.filter(created_at__gt=timezone.now() - KEPT, analysis__finding__digest=same)
    return rows.exclude(pk=optimization.pk).order_by("-created_at").first()


def copy(former: Optimization, optimization: Optimization) -> None:
    """Give a session what was found for a former one."""
    optimization.accounts, optimization.searches = former.accounts, former.searches
    _save(optimization, former.analysis["finding"])


def store(optimization: Optimization, found: Found, same: str) -> None:
    """Keep accounts with their sources, the searches that are to be shown, and what there is to know of them."""
    optimization.accounts = [_account(one) for one in found.profiles]
    optimization.searches = [{"text": one.text, "url": one.url} for one in found.suggestion.chips]
    _save(optimization, {"digest": same, "notes": list(found.notes), "left_out": found.left_out})


def skip(optimization: Optimization, code: str) -> None:
    """Keep why nobody searched."""
    _save(optimization, {"digest": "", "notes": [code], "left_out": 0})


def _account(profile: Any) -> dict[str, Any]:
    sources = [{"title": one.title, "domain": one.domain, "url": one.url} for one in profile.sources]
    told = {name: getattr(profile, name) for name in ("platform", "username", "url", "why")}
    return told | {"sources": sources}


def _save(optimization: Optimization, finding: dict[str, Any]) -> None:
    optimization.analysis = {**optimization.analysis, "finding": finding}
    optimization.save(update_fields=["accounts", "searches", "analysis"])
