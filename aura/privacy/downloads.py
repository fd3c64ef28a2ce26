"""The file of an export, for the page and for the API."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponseBase

from accounts.services import record
from aura.http.exports import Download
from aura.privacy.models import SubjectExport


def download(export: SubjectExport, user_id: UUID) -> HttpResponseBase:
    """The file of an export as a download; 404 once it is gone. On record."""
    if not export.is_there or not default_storage.exists(export.path):
        raise Http404("This export is not there any more. Ask for a new one.")
    record("privacy.export.downloaded", user_id=user_id, target=str(export.pk))
    name = f"export-{export.pk}.zip"
    stream = default_storage.open(export.path, "rb")
    return Download(stream, as_attachment=True, filename=name, content_type="application/zip")
