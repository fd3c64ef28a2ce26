"""What every request to the API passes: limits and conditional reads."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from aura.http import throttles
from aura.http.problems import LIMITED, is_api, problem_response


class ApiRules:
    """Limits by address for callers who are nobody yet, the ``RateLimit`` headers, ``ETag`` and 304."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        response = self.get_response(request)
        if not throttles.verdicts(request) and not getattr(request, "_aura_exempt", False):
            # Nobody has counted it: a wrong password or an unknown address.
            if not throttles.count_address(request).allowed:
                response = _too_many(request)
        elif isinstance(response, HttpResponse):
            response = _conditional(request, response)
        _tell_limits(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse an anonymous caller before anything is looked up."""
        if not is_api(request):
            return None
        if throttles.is_exempt(view):
            request._aura_exempt = True  # type: ignore[attr-defined]
        elif not throttles.has_credentials(request) and not throttles.count_address(request).allowed:
            return _too_many(request)
        return None


def _too_many(request: HttpRequest) -> HttpResponse:
    seconds = throttles.wait(throttles.refused(throttles.verdicts(request)))
    return problem_response(429, "rate_limited", LIMITED.format(round(seconds)), retry_after=seconds)


def _tell_limits(request: HttpRequest, response: HttpResponseBase) -> None:
    found = throttles.verdicts(request)
    known = [verdict.state for verdict in found if verdict.remaining is not None]
    if found:
        response["RateLimit-Policy"] = ", ".join(verdict.policy for verdict in found)
    if known:
        response["RateLimit"] = ", ".join(known)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Give a read a weak ``ETag`` of its body, and answer 304 to who has that body already."""
    if request.method not in {"GET", "HEAD"} or response.status_code != 200 or response.streaming:
        return response
    if "no-store" in response.get("Cache-Control", ""):
        return response
    if not response.has_header("ETag"):
        response["ETag"] = f'W/"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Authorization", "Cookie", "X-Workspace"])
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
