"""Opens the staff scope for Django admin, and only there."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from accounts.services import record
from aura.tenancy.scope import staff_scope


class StaffScopeMiddleware:
    """Admin pages read across workspaces through the staff role; each use is in the audit log (M3)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/") or not request.user.is_authenticated or not request.user.is_staff:
            return self.get_response(request)
        with staff_scope("admin"):
            record("staff.admin", user_id=request.user.pk, target=request.path[:120], method=request.method)
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response
