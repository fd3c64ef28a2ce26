"""What outside services call back (architecture §6). Nothing they say is believed: it only brings a look forward."""

import secrets
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from audience.models import ScrapePart
from audience.services.scraping import digest_of
from aura.jobs.models import Job, State
from aura.jobs.services import run_now
from aura.tenancy.scope import workspace_scope


@csrf_exempt
@require_POST
def apify_hook(request: HttpRequest, workspace: UUID, part: UUID) -> HttpResponse:
    """Apify says that a scrape has ended: its job looks now. The body is not read; the secret is in a header.

    Saying it again does nothing more. A wrong secret and an unknown part are answered alike.
    """
    given = digest_of(request.headers.get("X-Aura-Token", ""))
    with workspace_scope(workspace):
        found = ScrapePart.objects.filter(pk=part).first()
        expected = found.webhook_digest if found else ""
        if not secrets.compare_digest(given, expected or "-" * len(given)) or found is None:
            raise Http404
        waiting = Job.objects.filter(subject=str(found.run_id), payload__part=str(found.pk), state=State.PENDING)
        for job in waiting:
            run_now(job)
    return HttpResponse(status=204)
