"""What Replicate calls back (architecture §6). Nothing it says is believed: it only brings a look forward."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from aura.jobs.models import Job, State
from aura.jobs.services import run_now
from aura.tenancy.scope import workspace_scope
from generation.models import Generation
from generation.services import makers

MAX_BODY = 2 * 2**20


@csrf_exempt
@require_POST
def replicate_hook(request: HttpRequest, workspace: UUID, generation: UUID) -> HttpResponse:
    """Replicate says that a making has ended: its job looks now. A repeated or an old message does nothing more.

    A wrong signature and an unknown order are answered alike.
    """
    with workspace_scope(workspace):
        found = Generation.objects.filter(pk=generation).first()
    body = request.read(MAX_BODY)
    if found is None or not makers.is_signed(workspace, request.headers, body):
        raise Http404
    with workspace_scope(workspace):
        for job in Job.objects.filter(kind="generation.make", key=str(generation), state=State.PENDING):
            run_now(job)
    return HttpResponse(status=204)
