"""What the browser tests of the optimizer share: pictures to hand in, sessions in every state, a signed-in tab."""

from typing import Any

import numpy as np
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import Tab
from aura.testing.fixtures import Team
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import choices
from optimizer.tests.pictures import encoded, face

DROP = """async ([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragenter", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: given }));
  }
}"""
"""Drops a file of this name and content (base64) on the page."""


def entered(tab: Tab, live_server: LiveServer, user: Any, path: str) -> Page:
    """The tab's page at a path, signed in."""
    link = create_sign_in_link(user, next_path=path)
    tab.page.goto(live_server.url + reverse("accounts:sign_in_by_link", args=[link]))
    return tab.page


def photograph(width: int = 1500, height: int = 1000) -> bytes:
    """A person by a lake, left of the middle."""
    rows = np.linspace(0, 1, height)[:, None, None]
    sky = np.array([250, 214, 176]) * rows * 1.6 + np.array([120, 165, 214]) * (1 - rows)
    image = Image.fromarray(np.broadcast_to(sky.clip(0, 255), (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    hills = [(0, 0.52), (0.2, 0.4), (0.42, 0.54), (0.66, 0.36), (1, 0.52), (1, 0.62), (0, 0.62)]
    draw.polygon([(x * width, y * height) for x, y in hills], fill=(86, 118, 112))
    draw.rectangle((0, height * 0.6, width, height), fill=(94, 146, 166))
    draw.ellipse((width * 0.7, height * 0.12, width * 0.7 + height * 0.15, height * 0.27), fill=(255, 244, 214))
    image.paste(face(height // 2), (width // 8, height // 3))
    return encoded(image)


def file_of(name: str, data: bytes) -> FilePayload:
    """A file as a person chooses it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def held(team: Team, platforms: list[str], **values: Any) -> Optimization:
    """A session as if jobs had left it so."""
    with workspace_scope(team.workspace.id):
        options = choices({"platforms": platforms}).as_data()
        made = Optimization.objects.create(
            workspace=team.workspace, name="nora at the lake.jpg", options=options, **values
        )
        for number, platform in enumerate(made.choices.platforms):
            state = {"done": "failed", "running": "queued"}.get(made.state, made.state)
            PlatformOutput.objects.create(
                workspace=team.workspace, optimization=made, platform=platform, number=number, state=state
            )
    return made
