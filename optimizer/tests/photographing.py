"""Sessions with product photographs, worked off through the real queue, for tests."""

import io
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from PIL import Image

from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.products import drawn_product
from optimizer import jobs
from optimizer.models import Optimization, ProductPhoto
from optimizer.options import choices
from optimizer.services import intake
from optimizer.services.intake import Order


def encoded(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=92)
    return target.getvalue()


CUP = encoded(drawn_product("bottle", "white", size=400).picture)


def begun(team: Team, *, upload: bytes = CUP, logo: bytes = b"", fresh: bool = False, **options: Any) -> Optimization:
    values = {"platforms": ["instagram", "x"], "writer": "local", "find_accounts": False, "photography": "on"} | options
    values = {"styles": ["solid_background"]} | values
    with workspace_scope(team.workspace.id):
        mark = intake.store_logo(logo) if logo else None
        order = Order(choices=choices(values), upload=upload, name="cup.jpg", logo=mark, fresh=fresh)
        return jobs.start_optimization(order)


def worked_off(team: Team, session: Optimization) -> Optimization:
    for _ in range(60):
        cache.clear()
        make_due()
        if not drain(most=200):
            break
    return found(team, session)


def found(team: Team, session: Optimization) -> Optimization:
    with workspace_scope(team.workspace.id):
        rows = Optimization.objects.prefetch_related("photos__picture", "outputs__files__picture")
        return rows.get(pk=session.pk)


def finished(team: Team, **options: Any) -> Optimization:
    return worked_off(team, begun(team, **options))


def until_asked(team: Team, session: Optimization) -> ProductPhoto:
    """Work until the photograph's service has been asked."""
    for _ in range(20):
        with suppress(RuntimeError):
            drain(most=1)
        with workspace_scope(team.workspace.id):
            photo = ProductPhoto.objects.filter(optimization=session).first()
        if photo is not None and photo.external_id:
            return photo
    raise AssertionError("Nobody was asked.")
