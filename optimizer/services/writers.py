"""Who is asked for a session: models that see and write, best first, and what makes their question the same (O14)."""

from collections.abc import Sequence
from typing import Final

from accounts.services.asking import Models, structured_models
from accounts.services.finding import profile_finder
from accounts.services.imaging import product_makers
from aura.jobs.context import JobContext
from aura.media import services as media
from aura.media.models import Picture as Stored
from aura.providers.errors import ProviderError
from aura.providers.images import sanitise
from aura.providers.writer_ports import Picture
from optimizer import captions, prompts
from optimizer.engine.opening import MAX_BYTES
from optimizer.models import Optimization
from optimizer.options import digest
from optimizer.photography import PROMPTS_VERSION, STYLES

SIDE: Final = 1024
"""Pixels a side that a model is shown: it sees no more."""
ABSENT: Final = frozenset({"provider_key_missing", "model_missing"})


def models_of(optimization: Optimization, context: JobContext) -> Models:
    """The models of a session. Outside of any transaction: keys may be Vault's."""
    wanted = optimization.choices.writer
    found = structured_models(optimization.workspace_id, wanted, subject=optimization.subject, job_id=context.job_id)
    # Whoever asked for the best that has a key need not be told which keys there are not.
    if wanted != "auto":
        return found
    return Models(found.models, [one for one in found.skipped if one.error.code not in ABSENT])


def would_ask(optimization: Optimization) -> list[str]:
    """Everybody who would be asked, and by which words. Outside of any transaction."""
    choices, workspace_id = optimization.choices, optimization.workspace_id
    names = [one.name for one in structured_models(workspace_id, choices.writer).models]
    found = [*names, prompts.VERSION, captions.VERSION, *_finders(optimization)]
    if choices.photography != "off":
        style = next(iter(choices.styles or STYLES))
        makers = product_makers(workspace_id, style, choices.maker).makers
        found += [PROMPTS_VERSION, *(maker.name for maker in makers)]
    return found


def _finders(optimization: Optimization) -> list[str]:
    if not optimization.choices.find_accounts:
        return []
    try:
        return [profile_finder(optimization.workspace_id).name]
    except ProviderError as error:
        return [error.code]


def asked_of(optimization: Optimization) -> prompts.Asked:
    """The one question about a session. Reads the storage, so outside of any transaction."""
    choices = optimization.choices
    return prompts.Asked(
        pictures=tuple(_shown(number, one) for number, one in enumerate(pictures_of(optimization), start=1)),
        platforms=choices.platforms,
        description=optimization.description,
        language=choices.language,
    )


def pictures_of(optimization: Optimization) -> list[Stored]:
    """The session's picture and those that it is compared with, in their order."""
    own = [optimization.master] if optimization.master is not None else []
    return [*own, *(one.picture for one in optimization.compared.all())]


def _shown(number: int, stored: Stored) -> Picture:
    small = sanitise(media.read(stored), max_bytes=MAX_BYTES, side=SIDE)
    return Picture(number, small.data, small.media_type, key=small.sha256)


def question_digest(optimization: Optimization, asked: prompts.Asked, models: Sequence[str]) -> str:
    """A name for the question: the same to the same models, whatever else the sessions differ in."""
    shown = [one.key for one in asked.pictures]
    return digest(shown, asked.platforms, asked.description, asked.language, prompts.VERSION, list(models))
