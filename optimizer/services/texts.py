"""The words of a session: a model's answer kept as data, and every platform's texts composed of it (O3, O4, O8, O9)."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.db import connection

from aura.providers.local.scenes import Scene
from optimizer.comparing import Comparison
from optimizer.composing import LOCAL, Composition, PlatformText, Told, compose
from optimizer.hashtags import Refused, TagRow, Used, hashtag, niches_in
from optimizer.limits import count, limit_of, plain
from optimizer.models import Optimization, Part, PlatformOutput
from optimizer.options import WrongOption
from optimizer.prompts import PlatformWords, Words
from optimizer.timing import Timing

TEXTS: Final = ("caption", "title", "alt_text")
MOST_HASHTAGS: Final = 30
# Held until the transaction ends: of two sessions with one question the later one sees the earlier one.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))"


def as_data(words: Words) -> dict[str, Any]:
    """A checked answer as plain values; :func:`words_of` reads it again."""
    return asdict(words)


def words_of(data: Mapping[str, Any]) -> Words | None:
    """The stored answer of a model; None where there is none."""
    if not data:
        return None
    captions = {name: PlatformWords(**one) for name, one in data["captions"].items()}
    lists = {name: tuple(data[name]) for name in ("niches", "subjects", "hashtags", "notes")}
    return Words(**{**data, **lists, "captions": captions})


def is_twin(optimization: Optimization, same: str) -> bool:
    """Whether another session is asking this question just now; else this one is remembered as asking it.

    Whoever looks next waits until the caller's transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"words:{optimization.workspace_id}:{same}"])
    rows = Optimization.objects.filter(
        state=Optimization.State.RUNNING, texts=Part.WAITING, words_digest=same, words={}
    )
    # It asked first: of two that remember the question, only one may wait for the other.
    if not optimization.words_digest and rows.exclude(pk=optimization.pk).exists():
        return True
    optimization.words_digest = same
    optimization.save(update_fields=["words_digest"])
    return False


def niches_of(description: str, words: Words | None) -> tuple[str, ...]:
    """The niches whose stored hashtags may matter: those that a model named, and groups that the texts speak of."""
    if words is None:
        return niches_in([description])
    said = [description, words.description, *words.niches, *words.hashtags]
    return (*words.niches, *niches_in(said))


def needs_scene(optimization: Optimization) -> bool:
    """Whether this machine must look at the picture: no model did, or it left a platform out."""
    words = words_of(optimization.words)
    return words is None or any(not words.captions.get(one) for one in optimization.choices.platforms)


def composed(
    optimization: Optimization, scene: Scene | None, *, history: Sequence[Used], table: Sequence[TagRow] | None
) -> Composition:
    """Every platform's texts from what there is. Makes no call and touches no database."""
    choices = optimization.choices
    told = Told(
        platforms=choices.platforms,
        description=optimization.description,
        mode=choices.mode,
        words=words_of(optimization.words),
        writer=optimization.writer,
        scene=scene,
        history=tuple(history),
        table=table,
        preset=choices.hashtag_preset,
        seed=zlib.crc32(f"{optimization.pk}:{optimization.tries}".encode()),
    )
    return compose(told)


def store(
    optimization: Optimization,
    made: Composition,
    timings: Mapping[str, Timing],
    comparison: Comparison | None = None,
) -> None:
    """Write texts and posting times to the outputs; what a person has edited stays."""
    words = words_of(optimization.words)
    optimization.writer = optimization.writer or LOCAL
    optimization.analysis = {
        **optimization.analysis,
        "description": made.description.text,
        "description_source": made.description.source,
        "niches": list(made.niches),
        "subjects": list(made.subjects),
        "text_in_image": words.text_in_image if words else "",
    }
    if words is not None and words.comparison:
        comparison = Comparison(words.best_picture, words.comparison)
    if comparison is not None:
        optimization.analysis |= {"comparison": comparison.words, "best_picture": comparison.best}
    if words is not None:
        optimization.analysis |= {
            "is_product": words.is_product,
            "product_name": words.product_name,
            "product_reason": words.product_reason,
            "product_source": "model",
        }
    optimization.save(update_fields=["writer", "analysis"])
    for output in optimization.outputs.select_for_update(of=("self",), no_key=True):
        output.timing = timing_data(timings[output.platform])
        if not output.edited:
            _fill(output, made.texts[output.platform])
        output.save(update_fields=["timing", "caption", "title", "hashtags", "alt_text", "writer"])


def edit(output: PlatformOutput, values: Mapping[str, Any]) -> None:
    """Change texts of a platform by hand: some of ``TEXTS`` and ``hashtags`` (names, with or without the sign).

    Raises :class:`WrongOption` for a text that the platform has not, or that is longer than it takes.
    """
    given = [name for name in TEXTS if name in values]
    for name in given:
        setattr(output, name, _fitting(output.platform, name, str(values[name])))
    if "hashtags" in values:
        given.append("hashtags")
        output.hashtags = _tags(values["hashtags"])
    output.edited = True
    # Only what was given: the others may have been written since this row was read.
    output.save(update_fields=[*given, "edited"])


def timing_data(timing: Timing) -> dict[str, Any]:
    """Posting times as plain values, without the shares of single hours."""
    data = asdict(timing)
    del data["slots"], data["platform"]
    return {**data, "peak": timing.peak}


def _fill(output: PlatformOutput, text: PlatformText) -> None:
    output.caption, output.title, output.alt_text = text.caption, text.title, text.alt_text
    output.hashtags, output.writer = list(text.tags.names), text.writer


def _fitting(platform: str, name: str, text: str) -> str:
    text = plain(text).strip()
    try:
        limit = limit_of(platform, name)
    except KeyError:
        if not text:
            return text
        raise WrongOption(name, f"{platform} has no {name.replace('_', ' ')}.") from None
    length = count(text, platform, name)
    if length > limit.most:
        label = name.replace("_", " ").capitalize()
        raise WrongOption(name, f"{label}: {length:,} characters, {platform} takes {limit.most:,}.")
    return text


def _tags(said: Any) -> list[str]:
    given = said.split() if isinstance(said, str) else [str(one) for one in said]
    if len(given) > MOST_HASHTAGS:
        raise WrongOption("hashtags", f"{len(given)} hashtags are too many: at most {MOST_HASHTAGS}.")
    found: dict[str, None] = {}
    for one in given:
        try:
            found[hashtag(one)] = None
        except Refused:
            raise WrongOption("hashtags", f"“{one[:40]}” is no hashtag.") from None
    return list(found)
