"""Turns people into evidence, and a model's readings into rows. A person is classified once per model and evidence."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from audience.models import Classification, Commenter, StoredImage
from audience.queries.reviews import DIMENSIONS, reviewed
from audience.services import rollups
from aura.privacy.queries import do_not_process
from aura.providers.ports import UNKNOWN, BatchVision, Estimate, ProfileEvidence, ProfileReading, Vision
from aura.tenancy.scope import current_workspace_id

MAX_COMMENTS = 10
MAX_COMMENT_LENGTH = 300
MINOR = "13-17"
MINOR_SHARE = 0.2


def comments_of(people: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The first comments of each person, oldest first: a fixed excerpt, so that old evidence stays the same."""
    texts: defaultdict[UUID, list[str]] = defaultdict(list)
    query = (
        "SELECT p.id, c.text FROM unnest(%s::uuid[]) AS p(id) CROSS JOIN LATERAL ("
        "SELECT text, commented_at, external_id FROM audience_comment WHERE commenter_id = p.id AND workspace_id = %s "
        "AND text <> '' ORDER BY commented_at NULLS LAST, external_id LIMIT %s) AS c "
        "ORDER BY p.id, c.commented_at NULLS LAST, c.external_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(people), current_workspace_id(), MAX_COMMENTS])
        for person, text in cursor.fetchall():
            texts[person].append(text[:MAX_COMMENT_LENGTH])
    return {person: tuple(found) for person, found in texts.items()}


def may_be_read(people: Iterable[Commenter]) -> list[Commenter]:
    """These people without those who are not to be processed (M13)."""
    listed = do_not_process()
    return [person for person in people if not listed.has(person.username, person.external_id)]


def evidence_of(person: Commenter, comments: Sequence[str], picture: bytes | None, sha256: str) -> ProfileEvidence:
    """What a model may look at for one person."""
    return ProfileEvidence(
        id=str(person.id),
        username=person.username,
        full_name=person.full_name,
        bio=person.biography,
        comments=tuple(comments),
        picture=picture,
        picture_key=sha256,
        is_verified=person.is_verified,
        is_private=person.is_private,
        is_business=person.is_business,
        followers=person.followers,
        following=person.following,
        posts=person.posts_count,
    )


def evidence_hash(evidence: ProfileEvidence) -> str:
    """SHA-256 over everything that was looked at; the same evidence is never classified (or paid for) twice."""
    seen = {name: getattr(evidence, name) for name in evidence.__slots__ if name not in {"id", "picture"}}
    return hashlib.sha256(orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)).hexdigest()


def known(vision: Vision, hashes: Mapping[UUID, str]) -> dict[UUID, Classification]:
    """The classifications that this model already made from exactly this evidence."""
    rows = Classification.objects.filter(
        commenter_id__in=hashes, model=vision.name, model_version=vision.version, evidence_hash__in=set(hashes.values())
    )
    return {row.commenter_id: row for row in rows if hashes[row.commenter_id] == row.evidence_hash}


def known_paid(people: Iterable[UUID]) -> list[Classification]:
    """The current paid classifications of these people: nobody is paid for twice, whatever changed (A5)."""
    return list(Classification.objects.filter(commenter_id__in=list(people), is_current=True, paid=True))


def row_of(vision: Vision | BatchVision, reading: ProfileReading, hashed: str) -> Classification:
    """The row for one reading, not saved."""
    estimates = {name: getattr(reading, name) for name in ("gender", "age", "profile_type", "language")}
    values = {name: estimate.value for name, estimate in estimates.items()}
    confidences = {f"{name}_confidence": round(estimate.confidence, 4) for name, estimate in estimates.items()}
    return Classification(
        workspace_id=current_workspace_id(),
        commenter_id=UUID(reading.id),
        model=vision.name,
        model_version=reading.model_version or vision.version,
        prompt_version=vision.prompt_version,
        evidence_hash=hashed,
        probabilities={name: rounded(estimate) for name, estimate in estimates.items()},
        evidence=dict(reading.evidence),
        **values,
        **confidences,
    )


def rounded(estimate: Estimate) -> dict[str, float]:
    """Probabilities short enough to store."""
    return {value: round(share, 4) for value, share in estimate.probabilities.items()}


def is_possible_minor(row: Classification) -> bool:
    """True where the person may be under 18 (A7): the likeliest age says so, or a fifth of the probability does."""
    share = row.probabilities.get("age", {}).get(MINOR, 0.0)
    return row.age == MINOR or share >= MINOR_SHARE


def save_findings(rows: Sequence[Classification], seen_at: datetime) -> None:
    """Make these the current classifications of their people, and copy the values to where groups are counted.

    ``seen_at`` is when the evidence was read: what changes after that is looked at again by the next run. The groups of
    the people's accounts follow. Takes the lock of ``rollups.lock_people``, which goes before that of any row.
    """
    people = [row.commenter_id for row in rows]
    with rollups.reclassifying(people):
        old = [row.id for row in rows if not row._state.adding]
        current = Classification.objects.filter(commenter_id__in=people, is_current=True)
        current.exclude(id__in=old).update(is_current=False)
        Classification.objects.filter(id__in=old).update(is_current=True)
        Classification.objects.bulk_create([row for row in rows if row._state.adding], ignore_conflicts=True)
        _copy_values(rows, seen_at)


def _copy_values(rows: Sequence[Classification], seen_at: datetime) -> None:
    """Copy what the model says, except where people said something else: that stands for ever (A8)."""
    said = reviewed([row.commenter_id for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audience_commenter p SET gender = v.gender, age = v.age, profile_type = v.profile_type, "
            "language = v.language, possible_minor = v.minor, classified_at = %s "
            "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[]) "
            "AS v(id, gender, age, profile_type, language, minor) WHERE p.id = v.id AND p.workspace_id = %s",
            [
                seen_at,
                [row.commenter_id for row in rows],
                *([_standing(row, name, said) for row in rows] for name in DIMENSIONS),
                [_is_possible_minor(row, said) for row in rows],
                current_workspace_id(),
            ],
        )


def _standing(row: Classification, name: str, said: Mapping[UUID, Mapping[str, str]]) -> str:
    return said.get(row.commenter_id, {}).get(name) or str(getattr(row, name))


def _is_possible_minor(row: Classification, said: Mapping[UUID, Mapping[str, str]]) -> bool:
    age = said.get(row.commenter_id, {}).get("age", UNKNOWN)
    return is_possible_minor(row) if age == UNKNOWN else age == MINOR


def attach_pictures(people: Sequence[Commenter], images: Mapping[UUID, StoredImage]) -> None:
    """Point people at their stored pictures and remember what became of the search."""
    for person in people:
        image = images.get(person.id)
        if image is not None:
            person.picture = image
    Commenter.objects.bulk_update(people, ["picture", "picture_state"])
