"""What the app keeps about the people behind posts, and how it finds, erases, exports and sweeps it (M13)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from aura.privacy.registry import Erasure, Keeper, Kind, Section, impersonal, keep, personal
from aura.privacy.subjects import Identifiers, mentioned
from compliments.models import InstagramPost
from compliments.services import erasure

personal("compliments.InstagramPost", author=Kind.IDENTIFIER, author_id=Kind.IDENTIFIER)
personal("compliments.InstagramPost", author_name=Kind.DERIVED, code=Kind.DERIVED, kind=Kind.DERIVED)
personal("compliments.InstagramPost", caption=Kind.TEXT, url=Kind.TEXT, share=Kind.TEXT, error=Kind.TEXT)
personal("compliments.InstagramPost", tried=Kind.JSON)
impersonal("compliments.InstagramPost", "state", "source", "asking", "handle", "error_code")
personal("compliments.PostImage", alt=Kind.TEXT, error=Kind.TEXT, link=Kind.DERIVED, link_hash=Kind.DERIVED)
impersonal("compliments.PostImage", "kind", "error_code")
# What is written about a post goes with it; a text may name others too.
personal("compliments.Writing", seen=Kind.JSON, tried=Kind.JSON, error=Kind.TEXT)
impersonal("compliments.Writing", "style", "language", "length", "writer", "state", "asked", "written_style", "model")
impersonal("compliments.Writing", "model_version", "prompt_version", "notes", "error_code")
personal("compliments.Compliment", text=Kind.TEXT, written=Kind.TEXT, references=Kind.JSON)
impersonal("compliments.Compliment", "tones", "verdict", "reasons")
personal("compliments.VoicePreset", name=Kind.TEXT, description=Kind.TEXT, examples=Kind.JSON, avoid=Kind.JSON)


class ComplimentsKeeper(Keeper):
    """People who made posts that this workspace has looked at."""

    erases = frozenset({"compliments.InstagramPost", "compliments.PostImage"})

    def find(self, who: Identifiers) -> Identifiers:
        rows = list(erasure.of_person(who).values_list("author", "author_id"))
        names = frozenset(name for name, _ in rows if name)
        return Identifiers(names, frozenset(number for _, number in rows if number))

    def known(self) -> Iterator[tuple[str, str]]:
        rows = InstagramPost.objects.exclude(author="", author_id="")
        yield from rows.values_list("author", "author_id").iterator(chunk_size=5000)
        captions = InstagramPost.objects.filter(caption__contains="@").values_list("caption", flat=True)
        yield from {(name, "") for text in captions.iterator(chunk_size=5000) for name in mentioned(text)}

    def erase_rows(self, erasure_: Erasure) -> None:
        erasure.erase(erasure_)

    def collect(self, who: Identifiers) -> Iterable[Section]:
        return erasure.sections(who)

    def sweep(self, kind: str, before: datetime, most: int) -> int:
        return erasure.sweep(before, most) if kind == "pictures" else 0


keep(ComplimentsKeeper())
