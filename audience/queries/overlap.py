"""How many people several accounts' audiences share (A6, A7): exact sets, published without small groups."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from audience import overlapping as pure
from audience.models import TrackedAccount
from audience.queries.kept import kept
from audience.queries.matching import account_key

REGIONS = """
SELECT mask, count(*) FROM (
    SELECT bit_or(1 << (array_position(%(accounts)s::uuid[], account_id) - 1)) AS mask
    FROM audience_audienceperson
    WHERE workspace_id = %(workspace)s AND account_id = ANY (%(accounts)s::uuid[]) AND NOT is_owner
    GROUP BY commenter_id
) AS p GROUP BY mask
"""


def overlap(accounts: Sequence[TrackedAccount]) -> dict[str, Any]:
    """The overlap of two to six accounts: ``{k, exact, accounts: [{id, account, people}], people, pairs: [{a, b,
    shared, share_of_a, share_of_b, jaccard}], regions: [{accounts, people}]}``.

    Counts are exact and have no range, or are rounded to multiples of k (``about``) where a small group would follow
    from the exact ones. What is hidden is ``{"suppressed": true}``. The order of the accounts changes
    nothing but the order of the answer.
    """
    asked = sorted(accounts, key=lambda account: account.pk)
    found = kept("overlap", asked, lambda: _published(asked))
    names = [account.username for account in asked]
    place = {name: number for number, name in enumerate(account.username for account in accounts)}
    regions = sorted(
        ({"accounts": sorted((names[m] for m in r.members), key=place.__getitem__), **_told(r)} for r in found.regions),
        key=lambda region: (len(region["accounts"]), [place[name] for name in region["accounts"]]),
    )
    sizes = {names[number]: size for number, size in enumerate(found.sizes)}
    pairs = [_pair(pair, names, place) for pair in found.pairs]
    return {
        "k": settings.AURA_K_ANONYMITY,
        "exact": not any(region.about or region.people is None for region in found.regions),
        "people": found.people,
        "accounts": [
            {"id": str(account.pk), "account": account.username, "people": sizes[account.username]}
            for account in accounts
        ],
        "pairs": sorted(pairs, key=lambda pair: (place[pair["a"]], place[pair["b"]])),
        "regions": regions,
    }


def _published(accounts: Sequence[TrackedAccount]) -> pure.Overlap:
    values: dict[str, Any] = {"accounts": [account.pk for account in accounts], "workspace": accounts[0].workspace_id}
    with connection.cursor() as cursor:
        cursor.execute(REGIONS, values)
        counts = {_members(mask, len(accounts)): people for mask, people in cursor.fetchall()}
    return pure.overlap(counts, [account_key(account) for account in accounts], settings.AURA_K_ANONYMITY)


def _members(mask: int, accounts: int) -> frozenset[int]:
    return frozenset(place for place in range(accounts) if mask >> place & 1)


def _told(region: pure.Region) -> dict[str, Any]:
    return {"suppressed": True} if region.people is None else {"people": region.people, "about": region.about}


def _pair(pair: pure.Pair, names: Sequence[str], place: dict[str, int]) -> dict[str, Any]:
    a, b = names[pair.a], names[pair.b]
    of_a, of_b = pair.share_of_a, pair.share_of_b
    if place[a] > place[b]:
        a, b, of_a, of_b = b, a, of_b, of_a
    if pair.shared is None or of_a is None or of_b is None or pair.jaccard is None:
        return {"a": a, "b": b, "suppressed": True}
    shares = {"share_of_a": round(of_a, 6), "share_of_b": round(of_b, 6), "jaccard": round(pair.jaccard, 6)}
    return {"a": a, "b": b, "shared": pair.shared, "about": pair.about} | shares
