"""What sessions hold about people, and how it is found, erased and exported (M13).

A session belongs to whoever works in the workspace. Its texts may name anybody, and accounts to tag are people.
"""

from collections.abc import Iterable, Iterator

from aura.privacy.registry import Erasure, Keeper, Kind, Section, impersonal, keep, personal
from aura.privacy.subjects import Identifiers, is_distinctive
from optimizer.hashtags import key_of
from optimizer.models import StoredHashtag
from optimizer.services import erasure

personal("optimizer.Optimization", name=Kind.TEXT, source_url=Kind.TEXT, description=Kind.TEXT, error=Kind.TEXT)
personal("optimizer.Optimization", words=Kind.JSON, analysis=Kind.JSON, accounts=Kind.JSON, searches=Kind.JSON)
personal("optimizer.Optimization", notes=Kind.JSON, tried=Kind.JSON)
impersonal("optimizer.Optimization", "upload_path", "sha256", "options", "state", "pictures", "texts", "digest")
impersonal("optimizer.Optimization", "asked", "writer", "words_digest", "error_code")
personal("optimizer.PlatformOutput", caption=Kind.TEXT, title=Kind.TEXT, alt_text=Kind.TEXT, error=Kind.TEXT)
personal("optimizer.PlatformOutput", hashtags=Kind.JSON, notes=Kind.JSON)
impersonal("optimizer.PlatformOutput", "platform", "state", "format_key", "fit", "timing", "writer", "error_code")
impersonal("optimizer.PlatformFile", "style", "crop", "notes")
personal("optimizer.StoredHashtag", name=Kind.IDENTIFIER, key=Kind.IDENTIFIER, source=Kind.TEXT)
impersonal("optimizer.StoredHashtag", "niches")
# A product's name comes from a picture or a person's words: it may name anybody.
personal("optimizer.ProductPhoto", product=Kind.TEXT, error=Kind.TEXT, tried=Kind.JSON)
impersonal("optimizer.ProductPhoto", "state", "maker", "model_version", "external_id", "reservation", "error_code")
impersonal("optimizer.ProductPhoto", "style", "aspect", "prompt_version", "recipe", "label", "reasons", "notes")


class OptimizerKeeper(Keeper):
    """People who were found as accounts to tag, or whom a description or a caption names."""

    def known(self) -> Iterator[tuple[str, str]]:
        yield from erasure.named()

    def erase_rows(self, erasure_: Erasure) -> None:
        erasure.erase(erasure_)

    def collect(self, who: Identifiers) -> Iterable[Section]:
        return erasure.sections(who)


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


keep(OptimizerKeeper())
keep(HashtagKeeper())
