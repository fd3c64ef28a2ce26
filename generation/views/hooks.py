"""What Replicate calls back (architecture §6). Nothing it says is believed: it only brings a look forward."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.services.making import MAX_BODY, bring_forward
from aura.tenancy.scope import workspace_scope
from generation import jobs
from generation.models import Generation


@csrf_exempt
@require_POST
def replicate_hook(request: HttpRequest, workspace: UUID, generation: UUID) -> HttpResponse:
    """Replicate says that a making has ended: its job looks now. A repeated or an old message does nothing more.

    A wrong signature and an unknown order are answered alike.
    """
    with workspace_scope(workspace):
        known = Generation.objects.filter(pk=generation).exists()
    body = request.read(MAX_BODY)
    if not known or not bring_forward(workspace, jobs.GENERATIONS.kind, str(generation), request.headers, body):
        raise Http404
    return HttpResponse(status=204)
