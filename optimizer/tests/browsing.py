"""What the browser tests of the optimizer share: pictures to hand in, sessions in every state, a signed-in tab."""

import io
from typing import Any

from django.urls import reverse
from playwright.sync_api import FilePayload, Page
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import Tab
from aura.testing.fixtures import Team
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import choices
from optimizer.tests.pictures import face, grainy

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
    """A person left of the middle."""
    image = grainy(width, height)
    image.paste(face(height // 2), (width // 8, height // 4))
    output = io.BytesIO()
    image.save(output, "JPEG", quality=90)
    return output.getvalue()


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
