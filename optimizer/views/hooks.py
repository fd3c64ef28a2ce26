"""What Replicate calls back about product photographs. Nothing it says is believed: it only brings a look forward."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.services.making import MAX_BODY, bring_forward
from aura.tenancy.scope import workspace_scope
from optimizer.jobs.photos import PHOTOS
from optimizer.models import ProductPhoto


@csrf_exempt
@require_POST
def replicate_hook(request: HttpRequest, workspace: UUID, photo: UUID) -> HttpResponse:
    """Replicate says that a photograph has been made: its job looks now. A repeated message does nothing more.

    A wrong signature and an unknown photograph are answered alike.
    """
    with workspace_scope(workspace):
        known = ProductPhoto.objects.filter(pk=photo).exists()
    body = request.read(MAX_BODY)
    if not known or not bring_forward(workspace, PHOTOS.kind, str(photo), request.headers, body):
        raise Http404
    return HttpResponse(status=204)
