"""What the optimizer keeps about people, and how it goes (M13)."""

from collections.abc import Iterable

from aura.privacy.registry import Erasure, Keeper, Kind, Section, impersonal, keep, personal
from aura.privacy.subjects import Identifiers, is_distinctive
from optimizer.hashtags import key_of
from optimizer.models import StoredHashtag

personal("optimizer.StoredHashtag", name=Kind.IDENTIFIER, key=Kind.IDENTIFIER, source=Kind.TEXT)
impersonal("optimizer.StoredHashtag", "niches")
# A product's name comes from a picture or a person's words: it may name anybody.
personal("optimizer.ProductPhoto", product=Kind.TEXT, error=Kind.TEXT, tried=Kind.JSON)
impersonal("optimizer.ProductPhoto", "state", "maker", "model_version", "external_id", "reservation", "error_code")
impersonal("optimizer.ProductPhoto", "style", "aspect", "prompt_version", "recipe", "label", "reasons", "notes")


class HashtagKeeper(Keeper):
    """People whose user name stands in the table as a hashtag."""

    erases = frozenset({"optimizer.StoredHashtag"})

    def erase_rows(self, erasure: Erasure) -> None:
        count, _ = StoredHashtag.objects.filter(key__in=_keys(erasure.who)).delete()
        erasure.counts[StoredHashtag._meta.db_table] += count

    def collect(self, who: Identifiers) -> Iterable[Section]:
        rows = StoredHashtag.objects.filter(key__in=_keys(who)).order_by("name")
        if found := [{"name": row.name, "posts": row.posts, "source": row.source} for row in rows]:
            yield Section("hashtags", found)


def _keys(who: Identifiers) -> list[str]:
    """An ordinary word that is also somebody's user name stays a hashtag."""
    return [key_of(name.replace(".", "")) for name in who.usernames if is_distinctive(name)]


keep(HashtagKeeper())
