"""The ASGI entry point: Django answers HTTP, Channels the progress socket."""

import os
from typing import Any, cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aura.settings")
django_application = get_asgi_application()

# Models can be imported only now.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from accounts.sockets import by_key, by_session, by_token  # noqa: E402
from aura.jobs.consumers import ProgressConsumer  # noqa: E402

AUTHENTICATORS = (by_key, by_token, by_session)


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """There is no socket at this address."""
    await send({"type": "websocket.close"})


sockets: list[Any] = [
    path("ws/progress/", ProgressConsumer.as_asgi(authenticators=AUTHENTICATORS)),
    re_path("", cast(Any, refuse)),
]
application = ProtocolTypeRouter({"http": django_application, "websocket": URLRouter(sockets)})
