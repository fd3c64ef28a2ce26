"""Which models make a workspace's pictures, best first, each with its key, its limits and the workspace's ledger (G2).

For every feature that makes pictures: generation, and product photographs of the optimizer.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.services.asking import Skipped, key_for
from accounts.services.ledger import meter
from aura.providers.configuration import ImageSettings
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.image_ports import ImageGenerator
from aura.providers.local.composer import LocalComposer
from aura.providers.local.staging import ProductStager
from aura.providers.metering import Meter
from aura.providers.outlet import Outlet, Policy
from aura.providers.replicate.webhooks import verify_webhook

AUTO, REPLICATE, GEMINI, OPENAI, LOCAL = "auto", "replicate", "gemini", "openai", "local"
ORDER: Final = {
    AUTO: (REPLICATE, GEMINI, OPENAI, LOCAL),
    REPLICATE: (REPLICATE,),
    GEMINI: (GEMINI,),
    OPENAI: (OPENAI,),
    LOCAL: (LOCAL,),
}
"""By what was chosen; who chose a service does not get another one instead."""
PLACES: Final = {REPLICATE: "replicate", GEMINI: "gemini_images", OPENAI: "openai_images"}
ADAPTERS: Final = {
    REPLICATE: "aura.providers.replicate.ReplicateImages",
    GEMINI: "aura.providers.gemini.GeminiImages",
    OPENAI: "aura.providers.openai_compatible.OpenAIImages",
}
GRACE, GATE_WAIT = 15.0, 30.0
SECRET_SECONDS: Final = 3600.0
REFRESH_SECONDS: Final = 60.0
MOST_SECRETS: Final = 500

_secrets: dict[UUID, tuple[float, str]] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Chain:
    """Makers, best first, and those that were left out."""

    makers: list[ImageGenerator]
    skipped: list[Skipped] = field(default_factory=list)


@cache
def local_composer() -> LocalComposer:
    """This process's own composer."""
    return LocalComposer()


def image_makers(workspace_id: UUID, wanted: str = AUTO, *, subject: str = "", job_id: UUID | None = None) -> Chain:
    """The makers for what was chosen (one of ``ORDER``). Outside of any transaction: keys may be Vault's.

    ``subject`` and ``job_id`` stand in the ledger. Use the makers in the thread that asked for them.
    """
    chain = _outside(workspace_id, wanted, meter(workspace_id, subject=subject, job_id=job_id))
    if LOCAL in ORDER[wanted]:
        chain.makers.append(local_composer())
    return chain


def _outside(workspace_id: UUID, wanted: str, booked: Meter, *, editing: bool = False) -> Chain:
    """The makers that are no part of this machine; for ``editing`` each with its model that starts from a picture."""
    chain = Chain([])
    for name in ORDER[wanted]:
        if name == LOCAL:
            continue
        try:
            chain.makers.append(_maker(workspace_id, name, booked, editing=editing))
        except ProviderError as error:
            chain.skipped.append(Skipped(name, error))
    return chain


def product_makers(
    workspace_id: UUID,
    style: str,
    wanted: str = AUTO,
    *,
    size: tuple[int, int] | None = None,
    subject: str = "",
    job_id: UUID | None = None,
) -> Chain:
    """The makers for product photographs (O6): models that start from a reference picture, then this machine's stager.

    The stager comes last for every choice but a service by name: who chose a service does not get another one instead.
    ``style`` is one of ``aura.providers.local.staging.STYLES``, ``size`` (width, height) is the stager's. Raises
    ``ValueError`` for a style that is none. Outside of any transaction, as :func:`image_makers`.
    """
    stager = ProductStager(style, size)
    chain = _outside(workspace_id, wanted, meter(workspace_id, subject=subject, job_id=job_id), editing=True)
    makers = [maker for maker in chain.makers if maker.edits]
    if LOCAL in ORDER[wanted]:
        makers.append(stager)
    return Chain(makers, chain.skipped)


def has_image_model(workspace_id: UUID) -> bool:
    """Whether a real image model can be asked. Outside of any transaction."""
    return any(_can_ask(workspace_id, name) for name in ADAPTERS)


def signed_by_replicate(
    workspace_id: UUID, headers: Mapping[str, str], body: bytes, *, now: Callable[[], float] = time.time
) -> str | None:
    """The id of a webhook that Replicate has signed with the key of the workspace's account, else None.

    The key is the account's, fetched with the token and kept in memory for an hour; where it does not fit it may have
    been renewed, so it is fetched again, at most once a minute.
    """
    secret, age = _webhook_secret(workspace_id, SECRET_SECONDS)
    for again in (False, True):
        try:
            return verify_webhook(headers, body, [secret] if secret else [], now())
        except ProviderError:
            if again or age < REFRESH_SECONDS:
                return None
            secret, age = _webhook_secret(workspace_id, REFRESH_SECONDS)
    return None


def _webhook_secret(workspace_id: UUID, most_age: float) -> tuple[str, float]:
    """The key and its age in seconds; "" where it cannot be had."""
    with _lock:
        known = _secrets.get(workspace_id)
    if known is not None and time.monotonic() - known[0] < most_age:
        return known[1], time.monotonic() - known[0]
    try:
        token, placed = _key(workspace_id, REPLICATE), settings.AURA_OUTSIDE.replicate
        outlet = _outlet(REPLICATE, token, placed, None)
        secret = str(import_string(ADAPTERS[REPLICATE])(token, placed, outlet).webhook_secret())
    except ProviderError:
        secret = ""
    with _lock:
        while len(_secrets) >= MOST_SECRETS:
            _secrets.pop(next(iter(_secrets)))
        _secrets[workspace_id] = (time.monotonic(), secret)
    return secret, 0.0


def _can_ask(workspace_id: UUID, name: str) -> bool:
    try:
        _key(workspace_id, name)
    except ProviderError:
        return False
    return True


def _key(workspace_id: UUID, name: str) -> str:
    """The key for a service, "" where it needs none. Raises ``ProviderError`` where it cannot be asked."""
    placed: ImageSettings = getattr(settings.AURA_OUTSIDE, PLACES[name])
    return key_for(workspace_id, name, placed.model, placed.url)


def _maker(workspace_id: UUID, name: str, booked: Meter, *, editing: bool = False) -> ImageGenerator:
    key = _key(workspace_id, name)
    placed: ImageSettings = getattr(settings.AURA_OUTSIDE, PLACES[name])
    if editing and placed.editor:
        placed = replace(placed, model=placed.editor)
    adapter = import_string(ADAPTERS[name])
    if name == REPLICATE:
        # Asking costs nothing; the pictures are booked by the adapter once they are there.
        made: ImageGenerator = adapter(key, placed, _outlet(name, key, placed, None), booked)
    else:
        made = adapter(key, placed, _outlet(name, key, placed, booked))
    return made


def _outlet(name: str, key: str, placed: ImageSettings, booked: Meter | None) -> Outlet:
    part = "" if name == REPLICATE else placed.model
    service = Service(name, key, part, per_minute=placed.per_minute, in_flight=placed.in_flight)
    # Replicate's adapter starts once and looks often; what others are asked may be paid, so the job alone asks again.
    retries = 2 if name == REPLICATE else 0
    policy = Policy(in_flight=placed.in_flight, deadline=placed.timeout + GRACE, wait=GATE_WAIT, retries=retries)
    return Outlet(service, gate_of(settings.REDIS_URL), booked, policy)
