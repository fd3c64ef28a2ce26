"""What the audience app keeps about Instagram people, and how it finds, erases, exports and sweeps it (M13)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audience.models import Comment, Commenter, Post, TrackedAccount
from audience.services import disclosure, erasure, sweeping, waiting
from aura.privacy.registry import Erasure, Keeper, Kind, Section, impersonal, keep, personal
from aura.privacy.subjects import Identifiers, mentioned

personal("audience.Commenter", external_id=Kind.IDENTIFIER, username=Kind.IDENTIFIER)
personal("audience.Commenter", full_name=Kind.TEXT, biography=Kind.TEXT, picture_url=Kind.TEXT)
personal("audience.Commenter", gender=Kind.DERIVED, age=Kind.DERIVED, profile_type=Kind.DERIVED, language=Kind.DERIVED)
impersonal("audience.Commenter", "picture_state")
personal("audience.Comment", text=Kind.TEXT, gif_url=Kind.TEXT)
personal("audience.Comment", external_id=Kind.DERIVED, parent_external_id=Kind.DERIVED)
personal("audience.Classification", evidence=Kind.JSON, probabilities=Kind.DERIVED, evidence_hash=Kind.DERIVED)
personal(
    "audience.Classification",
    gender=Kind.DERIVED,
    age=Kind.DERIVED,
    profile_type=Kind.DERIVED,
    language=Kind.DERIVED,
)
impersonal("audience.Classification", "model", "model_version", "prompt_version", "fallback")
personal("audience.Review", value=Kind.DERIVED, said=Kind.DERIVED)
impersonal("audience.Review", "dimension", "source", "stratum", "model", "model_version", "prompt_version")
impersonal("audience.ReviewItem", "queue", "stratum", "state")
# Figures about all labelled people together.
impersonal("audience.PromptTrial", "model", "active", "candidate", "metrics", "decision", "reason")
personal("audience.StoredImage", sha256=Kind.DERIVED, path=Kind.DERIVED)
impersonal("audience.StoredImage", "media_type")
# The account that a workspace follows is its own subject: it is deleted as an account, not erased as a person.
personal("audience.TrackedAccount", full_name=Kind.TEXT, biography=Kind.TEXT)
impersonal("audience.TrackedAccount", "username", "external_id", "source", "schedule", "time_zone", "vision")
impersonal("audience.TrackedAccount", "comments_by")
personal("audience.Post", caption=Kind.TEXT, url=Kind.TEXT)
impersonal("audience.Post", "shortcode", "external_id", "kind")
personal("audience.Run", filename=Kind.TEXT, error=Kind.TEXT, counts=Kind.JSON)
impersonal("audience.Run", "source", "trigger", "reader", "reader_version")
impersonal("audience.Run", "state", "step", "path", "pictures_path", "sha256", "error_code")
personal("audience.RunBatch", commenter_ids=Kind.DERIVED)
personal("audience.CommentReading", sentiment=Kind.DERIVED, praise=Kind.DERIVED, language=Kind.DERIVED)
impersonal("audience.CommentReading", "reader", "fallback")
impersonal("audience.CommentClaim", "model", "code")
personal("audience.WordsGroup", words=Kind.JSON, examples=Kind.DERIVED)
impersonal("audience.WordsGroup", "kind")
# Sums and figures of whole accounts; an erasure takes the person out of them.
impersonal("audience.WordsDay", "sentiment")
impersonal("audience.AccountWords", "cursor", "reader", "wanted", "read_by", "waits_for", "sample", "authenticity")
# Our own ids of people who are in commenter_ids too, and the service's name of the batch.
impersonal("audience.RunBatch", "handle")
# Targets are the followed account's name and its posts' addresses.
impersonal("audience.ScrapePart", "kind", "state", "outcome", "targets", "webhook_digest", "external_id", "dataset_id")
impersonal("audience.ScrapePart", "cursor", "path")
personal("audience.ScrapePart", message=Kind.TEXT)
impersonal("audience.ReadingClaim", "model", "code")
# Counts of groups, out of which an erasure takes the person.
impersonal("audience.AudienceHour", "quarters")
impersonal("audience.AudiencePost", "hours")
impersonal("audience.AudienceSheet", "quarters", "dated")
impersonal("audience.AudienceGroup", "gender", "age", "profile_type", "language")
personal("audience.AudienceHabit", kind=Kind.DERIVED, months=Kind.DERIVED, gender=Kind.DERIVED, age=Kind.DERIVED)
personal("audience.AudienceHabit", profile_type=Kind.DERIVED, language=Kind.DERIVED)
# Names of groups; the people in the packs, whose secret numbers, codes and ids an erasure overwrites with zeros.
impersonal("audience.AudiencePacked", "groups")
personal("audience.AudiencePage", commenters=Kind.DERIVED, keys=Kind.DERIVED, codes=Kind.DERIVED)
personal("audience.AudienceSheet", people=Kind.DERIVED, comments=Kind.DERIVED, likes=Kind.DERIVED)
impersonal("audience.AudienceSegment", "dimension", "value")
# Figures of the followed account itself and of its followers as a whole.
impersonal("audience.ProfileSnapshot", "source")
impersonal("audience.FollowerDemographics", "age", "gender", "country", "city")


class AudienceKeeper(Keeper):
    """People who comment, with all that was found out about them."""

    erases = frozenset(
        {
            "audience.Commenter",
            "audience.Comment",
            "audience.Classification",
            "audience.Review",
            "audience.ReviewItem",
            "audience.ReadingClaim",
            "audience.AudiencePerson",
            "audience.CommentReading",
            "audience.CommentClaim",
            "audience.PodMember",
            "audience.WordsGroup",
            "audience.AudienceHabit",
            "audience.AudiencePage",
            "audience.AudienceSheet",
            "audience.StoredImage",
            "audience.RunBatch",
        }
    )

    def objection(self, who: Identifiers) -> str:
        mine = Q(username__in=who.usernames) | Q(external_id__in=who.ids)
        account = TrackedAccount.objects.filter(mine).first()
        if account is None:
            return ""
        return f"This workspace follows @{account.username}. Delete that account first, then erase the person."

    def find(self, who: Identifiers) -> Identifiers:
        people = list(erasure.people(who).values_list("username", "external_id"))
        names = frozenset(name for name, _ in people if name)
        return Identifiers(names, frozenset(number for _, number in people if number))

    def known(self) -> Iterator[tuple[str, str]]:
        yield from Commenter.objects.values_list("username", "external_id").iterator(chunk_size=5000)
        texts = Comment.objects.filter(text__contains="@").values_list("text", flat=True)
        captions = Post.objects.filter(caption__contains="@").values_list("caption", flat=True)
        for rows in (texts, captions):
            yield from {(name, "") for text in rows.iterator(chunk_size=5000) for name in mentioned(text)}

    def erase_rows(self, erasure_: Erasure) -> None:
        erasure.erase_people(erasure_)

    def erase_files(self, workspace_id: UUID, who: Identifiers, paths: Sequence[str]) -> dict[str, int]:
        found = {"pictures": erasure.erase_pictures(workspace_id, paths)}
        found |= {"records of waiting uploads": waiting.clean_uploads(workspace_id, who)}
        return {name: count for name, count in found.items() if count}

    def collect(self, who: Identifiers) -> Iterable[Section]:
        return disclosure.sections(list(erasure.people(who).select_related("picture")))

    def sweep(self, kind: str, before: datetime, most: int) -> int:
        return sweeping.sweep(kind, before, most)


keep(AudienceKeeper())
