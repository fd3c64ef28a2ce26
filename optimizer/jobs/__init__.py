"""The works of a session: its pictures, its words, its end (O10)."""

from optimizer.jobs.expiring import expire_sessions, sweep_originals
from optimizer.jobs.framing import change_framing, run_reframe
from optimizer.jobs.ordering import cancel_optimization, delete_optimization, start_optimization, try_again
from optimizer.jobs.photos import cancel_photo, run_photo, start_photos, try_photo_again
from optimizer.jobs.rendering import run_render
from optimizer.jobs.wording import run_write

__all__ = [
    "cancel_optimization",
    "cancel_photo",
    "change_framing",
    "delete_optimization",
    "expire_sessions",
    "run_photo",
    "run_reframe",
    "run_render",
    "run_write",
    "start_optimization",
    "start_photos",
    "sweep_originals",
    "try_again",
    "try_photo_again",
]
