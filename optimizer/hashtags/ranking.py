"""The choice of hashtags for one platform: relevance first, then a mix of sizes, never a banned one."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from optimizer.hashtags.forms import Refused, hashtag, key_of
from optimizer.hashtags.table import SIZES, TagRow, size_of, starter
from optimizer.limits import hashtag_range

MIX: Final[Mapping[str, float]] = {"popular": 0.3, "medium": 0.4, "niche": 0.3}
"""Shares of a choice: a popular hashtag is seen by many for a moment, a niche one longer by those who care."""
GENERAL: Final = "general"
MODEL_SCORE, LAST_MODEL_SCORE = 1.0, 0.6
HISTORY_SCORE, RELEVANT_HISTORY = 0.35, 0.25
OWN_SCORE, TABLE_SCORE, GENERAL_SCORE = 0.58, 0.45, 0.1
LIFT_WEIGHT: Final = 0.2
MOST_CANDIDATES: Final = 200


@dataclass(frozen=True, slots=True)
class Used:
    """A hashtag that the workspace used: how often, and how its posts did (``lift`` 1.0 is as usual, None unknown)."""

    name: str
    times: int
    lift: float | None = None
    niches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """One chosen hashtag. ``sources`` are some of ``model``, ``history``, ``table``; ``score`` orders."""

    name: str
    size: str
    score: float
    sources: tuple[str, ...]
    posts: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """``tags`` best first; ``missing`` how many are wanting to the least number; ``refused`` candidates with codes."""

    platform: str
    tags: tuple[Tag, ...]
    missing: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(tag.name for tag in self.tags)


def choose(
    platform: str,
    candidates: Sequence[str],
    *,
    niches: Sequence[str] = (),
    history: Iterable[Used] = (),
    table: Sequence[TagRow] | None = None,
    preset: str = "full",
) -> Choice:
    """Hashtags for a platform within its limits. ``candidates`` are a model's, most relevant first.

    ``table`` is the stored one, the shipped starter where None; its niche rows fill up to the least number, then its
    general ones. The same input gives the same choice.
    """
    rows = starter() if table is None else table
    known = {key_of(row.name): row for row in rows}
    banned = {key for key, row in known.items() if row.banned} | _shipped_bans()
    wanted = frozenset(niche.strip().lower() for niche in niches)
    pool: dict[str, Tag] = {}
    refused: dict[str, str] = {}
    for place, said in enumerate(candidates[:MOST_CANDIDATES]):
        score = MODEL_SCORE - (MODEL_SCORE - LAST_MODEL_SCORE) * place / max(1, min(len(candidates), MOST_CANDIDATES))
        _offer(pool, refused, banned, known, said, score, "model")
    for used in history:
        _offer(pool, {}, banned, known, used.name, _history_score(used, wanted), "history")
    for row in rows:
        if wanted & set(row.niches):
            _offer(pool, {}, banned, known, row.name, OWN_SCORE if row.own else TABLE_SCORE, "table")
    limits = hashtag_range(platform, preset)
    relevant = [tag for tag in pool.values() if tag.score >= TABLE_SCORE or "model" in tag.sources]
    chosen = _mixed(relevant, min(limits.aim, limits.most))
    if len(chosen) < limits.fewest:
        chosen += _filling(pool, chosen, rows, banned, known, limits.fewest - len(chosen))
    return Choice(platform, tuple(chosen), max(0, limits.fewest - len(chosen)), refused)


def first_comment(tags: Iterable[str]) -> str:
    """The hashtags as one line to paste: "#sea #light"."""
    return " ".join(f"#{name}" for name in tags)


def _shipped_bans() -> set[str]:
    return {key_of(row.name) for row in starter() if row.banned}


def _offer(
    pool: dict[str, Tag],
    refused: dict[str, str],
    banned: set[str],
    known: Mapping[str, TagRow],
    said: str,
    score: float,
    source: str,
) -> None:
    try:
        name = hashtag(said)
    except Refused as error:
        refused[said[:60]] = error.code
        return
    key = key_of(name)
    if key in banned or not key:
        refused[said[:60]] = "banned"
        return
    row = known.get(key, TagRow(name))
    before = pool.get(key)
    if before is None:
        pool[key] = Tag(name, size_of(row), round(score, 4), (source,), row.posts)
    elif source not in before.sources:
        # Two who agree are surer than one.
        better = max(before.score, score) + 0.3 * min(before.score, score)
        pool[key] = replace(before, score=round(better, 4), sources=(*before.sources, source))


def _history_score(used: Used, wanted: frozenset[str]) -> float:
    often = min(1.0, math.log1p(max(0, used.times)) / math.log(50))
    lift = 0.0 if used.lift is None else max(-1.0, min(1.0, math.log2(max(used.lift, 0.01))))
    relevant = RELEVANT_HISTORY if wanted & {niche.lower() for niche in used.niches} else 0.0
    return HISTORY_SCORE * often + LIFT_WEIGHT * lift + relevant


def _order(tag: Tag) -> tuple[float, str]:
    return (-tag.score, tag.name)


def _mixed(tags: Sequence[Tag], aim: int) -> list[Tag]:
    """The best of each size up to its share, then the best of what is left; best first."""
    ranked = sorted(tags, key=_order)
    chosen: list[Tag] = []
    for size in SIZES:
        chosen += [tag for tag in ranked if tag.size == size][: round(MIX[size] * aim)]
    chosen = sorted(chosen, key=_order)[:aim]
    taken = {tag.name for tag in chosen}
    chosen += [tag for tag in ranked if tag.name not in taken][: aim - len(chosen)]
    return sorted(chosen, key=_order)


def _filling(
    pool: Mapping[str, Tag],
    chosen: Sequence[Tag],
    rows: Sequence[TagRow],
    banned: set[str],
    known: Mapping[str, TagRow],
    missing: int,
) -> list[Tag]:
    """What fills up to the least number: what was used before, then the table's (then the starter's) general rows."""
    taken = {key_of(tag.name) for tag in chosen}
    spare = sorted((tag for key, tag in pool.items() if key not in taken), key=_order)
    more: dict[str, Tag] = {key_of(tag.name): tag for tag in spare}
    for row in (*rows, *starter()):
        if GENERAL in row.niches and key_of(row.name) not in taken and key_of(row.name) not in more:
            _offer(more, {}, banned, known, row.name, GENERAL_SCORE, "table")
    general = sorted(
        (tag for tag in more.values() if "history" not in tag.sources),
        key=lambda tag: SIZES.index(tag.size),
        reverse=True,
    )
    ranked = [*(tag for tag in spare if "history" in tag.sources), *general]
    return ranked[:missing]
