"""What the page shell shows on every page."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The workspace block and the theme; the membership is there once :func:`accounts.access.workspace_view` ran."""
    theme = request.COOKIES.get("theme", "")
    return {
        "membership": getattr(request, "membership", None),
        "memberships": getattr(request, "memberships", []),
        "theme": theme if theme in {"light", "dark"} else "",
    }
