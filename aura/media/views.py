"""Pictures for the pages: members of the workspace see them, for anybody else they do not exist."""

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from aura.media.answers import file_response
from aura.media.models import Picture


@workspace_view()
@require_safe
def picture(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The whole picture."""
    return cast(HttpResponse, file_response(request, get_object_or_404(Picture.objects.all(), pk=pk)))


@workspace_view()
@require_safe
def small(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The small one, for lists."""
    return cast(HttpResponse, file_response(request, get_object_or_404(Picture.objects.all(), pk=pk), small=True))
