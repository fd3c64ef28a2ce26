"""Sessions that are worked off through the real queue, for tests."""

from typing import Any

from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from optimizer import jobs
from optimizer.models import Optimization
from optimizer.options import choices
from optimizer.queries.sessions import session_of
from optimizer.services.intake import Order
from optimizer.tests.pictures import encoded, with_spot


def snapshot(width: int = 900, height: int = 700) -> bytes:
    """A picture with one thing in it."""
    return encoded(with_spot(width, height, (500, 300, 640, 440)))


def order(**more: Any) -> Order:
    """An order of Instagram and X for this machine, unless told otherwise; options by their names."""
    fields = {"description", "upload", "name", "url", "picture", "logo", "others", "fresh"}
    given = {name: more.pop(name) for name in list(more) if name in fields}
    options = {"platforms": ["instagram", "x"], "writer": "local", "find_accounts": False} | more
    if not {"upload", "url", "picture"} & set(given):
        given |= {"upload": snapshot(), "name": "blue cup.jpg"}
    return Order(choices=choices(options), **given)


def worked_off() -> None:
    """Work until nothing is left to do; the cache, and with it the queue, stays."""
    for _ in range(60):
        make_due()
        if not drain():
            break


def begun(team: Team, **more: Any) -> Optimization:
    """A session that waits for its first job."""
    with workspace_scope(team.workspace.id):
        return jobs.start_optimization(order(**more))


def found(team: Team, optimization: Optimization) -> Optimization:
    """The session as it is now, with all that is shown of it."""
    with workspace_scope(team.workspace.id):
        session = session_of(optimization.pk)
    assert session is not None
    return session


def made(team: Team, **more: Any) -> Optimization:
    """A session, worked off."""
    optimization = begun(team, **more)
    worked_off()
    return found(team, optimization)
