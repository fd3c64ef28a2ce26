"""Topics and groups of questions: a sample of the newest comments, grouped by meaning outside any transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from audience import topics
from audience.models import AccountWords, TrackedAccount, WordsGroup
from audience.services.words.reading import words_of_account
from aura.providers.local.embeddings import LocalEmbedder
from aura.providers.local.lexicon import all_stopwords
from aura.providers.local.wording import key_text, masked
from aura.providers.text_ports import Embedder

TOPIC_TEXTS, QUESTION_TEXTS = 5000, 2000
ROWS = 4
"""So many rows are read for each distinct text that is wanted; the rest are copies."""
EXAMPLES = 12
MIN_WORDS, MIN_DENSE = 3, 6
EMBEDDED = 300
SAMPLE = """
SELECT r.comment_id, k.commenter_id, k.text, r.language FROM (
    SELECT comment_id, language FROM audience_commentreading
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT by_owner AND {what}
    ORDER BY day DESC NULLS LAST, comment_id DESC LIMIT %(rows)s
) AS r JOIN audience_comment AS k ON k.id = r.comment_id AND k.workspace_id = %(workspace)s
"""
FORGET = """
UPDATE audience_commentreading SET topic = NULL, question = NULL
WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND (topic IS NOT NULL OR question IS NOT NULL)
"""
ASSIGN = """
UPDATE audience_commentreading AS r SET {column} = v.number
FROM unnest(%(comments)s::uuid[], %(numbers)s::int[]) AS v(comment, number)
WHERE r.workspace_id = %(workspace)s AND r.comment_id = v.comment
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct texts, newest first, and for each the comments that have it with the people who wrote them."""

    shown: list[str] = field(default_factory=list)
    words: list[tuple[str, ...]] = field(default_factory=list)
    comments: list[list[tuple[UUID, UUID]]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.comments))


@dataclass(frozen=True, slots=True)
class Sample:
    """What topics and questions are made of; ``version`` is the account's data_version at the time."""

    version: int
    topics: Texts
    questions: Texts


@dataclass(frozen=True, slots=True)
class Grouped:
    """One group: its name, its typical comments, all its comments."""

    words: list[str]
    examples: list[UUID]
    comments: list[UUID]


@dataclass(frozen=True, slots=True)
class GroupedSample:
    version: int
    topics: list[Grouped]
    questions: list[Grouped]
    sizes: dict[str, int]


def take_sample(account: TrackedAccount) -> Sample | None:
    """The newest comments with something to say, and the newest questions; None where nothing changed since."""
    account.refresh_from_db(fields=["data_version"])
    state = words_of_account(account)
    if state.grouped_version == account.data_version:
        return None
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            SAMPLE.format(what="fingerprint <> 0 AND NOT is_question"), values | {"rows": ROWS * TOPIC_TEXTS}
        )
        said = _texts(_readable(cursor.fetchall()), TOPIC_TEXTS)
        cursor.execute(SAMPLE.format(what="is_question"), values | {"rows": ROWS * QUESTION_TEXTS})
        asked = _texts(_readable(cursor.fetchall()), QUESTION_TEXTS, least=2)
    return Sample(account.data_version, said, asked)


def _readable(rows: Sequence[tuple[UUID, UUID, str, str]]) -> list[tuple[UUID, UUID, str]]:
    """The rows in languages that the encoder knows: to it, texts in others are all alike. All rows where they are the
    most."""
    known = [row[:3] for row in rows if row[3] in LocalEmbedder.languages]
    return known if 2 * len(known) >= len(rows) else [row[:3] for row in rows]


def _texts(rows: Sequence[tuple[UUID, UUID, str]], most: int, least: int = MIN_WORDS) -> Texts:
    found = Texts()
    places: dict[tuple[str, ...], int] = {}
    for comment, person, text in rows:
        words = tuple(key_text(text).split())
        if len(words) < least and sum(map(len, words)) < MIN_DENSE:
            continue
        place = places.get(words)
        if place is None:
            if len(places) == most:
                continue
            place = places[words] = len(places)
            found.shown.append(masked(text, EMBEDDED))
            found.words.append(words)
            found.comments.append([])
        found.comments[place].append((comment, person))
    return found


def group_sample(sample: Sample, embedder: Embedder | None = None) -> GroupedSample:
    """Group by meaning. Seconds of work and no database: call it outside any transaction."""
    embedder = embedder or LocalEmbedder()
    return GroupedSample(
        sample.version,
        _grouped(sample.topics, embedder, questions=False),
        _grouped(sample.questions, embedder, questions=True),
        {"topics": sample.topics.size, "questions": sample.questions.size},
    )


def _grouped(texts: Texts, embedder: Embedder, *, questions: bool) -> list[Grouped]:
    """Groups with comments of at least k people, largest first."""
    vectors = embedder.embed(texts.shown)
    found = topics.alike(vectors) if questions else topics.clusters(vectors)
    spread: defaultdict[str, set[UUID]] = defaultdict(set)
    for words, comments in zip(texts.words, texts.comments, strict=True):
        for word in set(words):
            spread[word].update(person for _, person in comments)
    people = {word: len(who) for word, who in spread.items()}
    names = topics.key_words(texts.words, found.labels, people, settings.AURA_K_ANONYMITY, all_stopwords())
    groups = []
    for label, rows in enumerate(topics.typical(vectors, found, len(texts.shown))):
        pairs = [pair for row in rows for pair in texts.comments[row]]
        if len({person for _, person in pairs}) >= settings.AURA_K_ANONYMITY:
            examples = [texts.comments[row][0][0] for row in rows[:EXAMPLES]]
            groups.append(Grouped(names.get(label, []), examples, [comment for comment, _ in pairs]))
    return sorted(groups, key=lambda group: -len(group.comments))


def forget_examples(comments: Sequence[UUID]) -> int:
    """Take these comments out of the groups' examples, before they go; returns how many groups had one."""
    gone, changed = set(comments), []
    for group in WordsGroup.objects.filter(examples__overlap=list(gone)) if gone else ():
        group.examples = [comment for comment in group.examples if comment not in gone]
        changed.append(group)
    WordsGroup.objects.bulk_update(changed, ["examples"])
    return len(changed)


def keep_groups(account: TrackedAccount, found: GroupedSample) -> None:
    """Store the groups in place of the ones before. Comments that went away meanwhile are left out."""
    state: AccountWords = words_of_account(account, locked=True)
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk}
    WordsGroup.objects.filter(account=account).delete()
    rows = []
    with connection.cursor() as cursor:
        cursor.execute(FORGET, values)
        for kind, groups in ((WordsGroup.Kind.TOPIC, found.topics), (WordsGroup.Kind.QUESTION, found.questions)):
            numbered = [(comment, place) for place, group in enumerate(groups, start=1) for comment in group.comments]
            columns = {"comments": [comment for comment, _ in numbered], "numbers": [place for _, place in numbered]}
            cursor.execute(ASSIGN.format(column=kind.value), values | columns)
            rows += [
                WordsGroup(
                    workspace_id=account.workspace_id,
                    account=account,
                    kind=kind,
                    number=place,
                    words=group.words,
                    examples=group.examples,
                )
                for place, group in enumerate(groups, start=1)
            ]
    WordsGroup.objects.bulk_create(rows)
    state.grouped_version, state.sample = found.version, found.sizes
    state.version, state.updated_at = F("version") + 1, Now()
    state.save(update_fields=["grouped_version", "sample", "version", "updated_at"])
