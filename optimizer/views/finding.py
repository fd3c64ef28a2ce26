"""What the pages' addresses name, or a 404; and who may change it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.access import WorkspaceRequest, needs
from accounts.models import Role
from optimizer.models import Optimization, PlatformOutput
from optimizer.queries.sessions import session_of


def find(pk: UUID) -> Optimization:
    """The workspace's session with its outputs, files and pictures."""
    found = session_of(pk)
    if found is None:
        raise Http404("There is no such session.")
    return found


def find_output(optimization: Optimization, platform: str) -> PlatformOutput:
    """What one platform got of a session."""
    for output in optimization.outputs.all():
        if output.platform == platform:
            return output
    raise Http404("This session is not for this platform.")


def must_act(request: WorkspaceRequest) -> None:
    """Only analysts and above go on."""
    if not request.membership.may(Role.ANALYST):
        raise PermissionDenied(needs(Role.ANALYST))
