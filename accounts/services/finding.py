"""Who finds accounts worth tagging for a workspace: Gemini with its key, limits and ledger, or nobody (O5)."""

from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.services.asking import GEMINI, GRACE, key_for
from accounts.services.ledger import meter
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.finder_ports import NoFinder, ProfileFinder
from aura.providers.gate import Service, gate_of
from aura.providers.outlet import Outlet, Policy

ADAPTER = "aura.providers.gemini.GeminiFinder"
GATE_WAIT = 20.0
NOT_THERE = frozenset({"model_missing", "provider_key_missing"})


def profile_finder(workspace_id: UUID, *, subject: str = "", job_id: UUID | None = None) -> ProfileFinder:
    """The finder of a workspace; ``NoFinder`` where there is no key. Outside of any transaction: keys may be Vault's.

    Calls stand in the ledger as ``find_profiles`` under ``subject`` and ``job_id``. Use the finder in the thread that
    asked for it. Raises ``ProviderError`` ``provider_key_unreadable``: a broken key is not the same as none.
    """
    placed: VisionSettings = settings.AURA_OUTSIDE.gemini_finding
    try:
        key = key_for(workspace_id, GEMINI, placed.model, placed.url)
    except ProviderError as error:
        if error.code in NOT_THERE:
            return NoFinder()
        raise
    service = Service(GEMINI, key, placed.model, per_minute=placed.per_minute, in_flight=placed.in_flight)
    # A search that may have been paid for is not made again in passing: the job decides.
    policy = Policy(in_flight=1, deadline=placed.timeout + GRACE, wait=GATE_WAIT, retries=0)
    outlet = Outlet(service, gate_of(settings.REDIS_URL), meter(workspace_id, subject=subject, job_id=job_id), policy)
    finder: ProfileFinder = import_string(ADAPTER)(key, placed, outlet)
    return finder
