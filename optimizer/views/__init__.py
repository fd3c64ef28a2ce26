"""The optimizer's pages."""

from optimizer.views.acts import act_on_photo, cancel, delete, retry
from optimizer.views.files import archive, file
from optimizer.views.making import new
from optimizer.views.platforms import length, platform
from optimizer.views.showing import session, session_live, sessions

__all__ = [
    "act_on_photo", "archive", "cancel", "delete", "file", "length", "new", "platform", "retry", "session",
    "session_live", "sessions",
]  # fmt: skip
