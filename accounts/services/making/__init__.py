"""Pictures made by an outside service or by this machine, for every feature that has them made (G2, O6).

A feature describes its rows by a :class:`Works`; its job calls :func:`make`, the job that stops outside :func:`stop`.
"""

from accounts.services.making.called import MAX_BODY, bring_forward, webhook_url
from accounts.services.making.course import make, stop
from accounts.services.making.works import SETTLES, WAITS, Works

__all__ = ["MAX_BODY", "SETTLES", "WAITS", "Works", "bring_forward", "make", "stop", "webhook_url"]
