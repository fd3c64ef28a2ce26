"""The files of a session: one by one, and all in a ZIP."""

from typing import cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from aura.media.answers import file_response
from optimizer.services import archive as archives
from optimizer.views.finding import find


@workspace_view()
@require_safe
def archive(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Everything that is ready, as a ZIP."""
    found = find(pk)
    if not any(one.picture for one in archives.files_of(found)):
        raise Http404("Nothing of this session is ready yet.")
    try:
        name, content = archives.archive_name(found), archives.archive(found)
    except FileNotFoundError:
        raise Http404("A file of this session is lost.") from None
    answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    return cast(HttpResponse, answer)


@workspace_view()
@require_safe
def file(request: WorkspaceRequest, pk: UUID, name: str) -> HttpResponse:
    """One file by the name that it has in the ZIP; a download with ``?download=1``."""
    one = archives.file_named(find(pk), name)
    if one is None:
        raise Http404("This session has no such file.")
    if one.picture is not None:
        answer = cast(HttpResponse, file_response(request, one.picture))
    else:
        answer = HttpResponse(one.text, content_type=one.media_type, headers={"X-Content-Type-Options": "nosniff"})
    download = request.GET.get("download") == "1"
    if answer.status_code == 200:
        # A picture made anew has the same name: whoever asks again must ask here.
        answer["Cache-Control"] = "private, no-cache"
        answer["Content-Disposition"] = str(content_disposition_header(download, name))
    return answer
