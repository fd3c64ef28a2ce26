"""Errors that happen outside of a view: in the API they are problem+json as well, elsewhere a page."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults

from aura.http.problems import INTERNAL, NOT_FOUND, is_api, problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400."""
    if is_api(request):
        return problem_response(400, "bad_request", "This request cannot be read.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403."""
    if is_api(request):
        return problem_response(403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404."""
    if is_api(request):
        return problem_response(404, "not_found", NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponseBase:
    """500. The reference leads to the line in the log."""
    if is_api(request):
        return problem_response(500, "internal", INTERNAL)
    return defaults.server_error(request)
