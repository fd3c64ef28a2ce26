"""Errors as problem+json (RFC 9457) with stable codes (M12)."""

from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import force_str
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import exceptions
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
NOT_FOUND = "There is nothing at this address, or it is not yours."
INTERNAL = "Something went wrong inside Aura. The request id finds it in the log."
LIMITED = "Too many requests. Try again in {} seconds."


class Problem(exceptions.APIException):
    """An expected error of a request: a stable ``code``, a sentence for people, perhaps seconds to wait."""

    def __init__(
        self, code: str, detail: str, *, status: int = 400, retry_after: float | None = None, pointer: str = ""
    ) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = status
        self.pointer = pointer
        if retry_after is not None:
            self.wait = max(1, round(retry_after))


def request_id() -> str:
    """The id of the current request as it stands in the logs and in ``X-Request-Id``."""
    return force_str(structlog.contextvars.get_contextvars().get("request_id", ""))


def body(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The members of a problem, as api.md's conventions have them."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(),
        "errors": errors or [],
    }


def problem_response(status: int, code: str, detail: str, *, retry_after: float | None = None) -> HttpResponse:
    """A problem for places where no API view answers."""
    response = HttpResponse(orjson.dumps(body(status, code, detail)), status=status, content_type=CONTENT_TYPE)
    if retry_after is not None:
        response["Retry-After"] = str(max(1, round(retry_after)))
    return response


def is_api(request: HttpRequest) -> bool:
    """True for addresses whose errors are problem+json."""
    return request.path.startswith("/api/")


class ProblemFormatter(ExceptionFormatter):
    """Turns any API exception into the body of api.md's conventions."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        status = self.exc.status_code
        errors = [
            {"pointer": "/" + (e.attr or "").replace(".", "/") if e.attr else "", "code": e.code, "detail": e.detail}
            for e in error_response.errors
        ]
        validation = isinstance(self.exc, exceptions.ValidationError)
        code = "invalid" if validation else errors[0]["code"]
        pointer = getattr(self.exc, "pointer", "")
        if pointer:
            errors = [{"pointer": pointer, "code": code, "detail": errors[0]["detail"]}]
        detail = "Some fields are not right." if validation else errors[0]["detail"]
        return body(status, code, detail, errors if validation or pointer else [])


class ProblemHandler(ExceptionHandler):
    """Keeps the words of a refused permission and answers with the problem media type."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, exceptions.Throttled):
            seconds = max(1, round(getattr(exc, "wait", None) or 1))
            return Problem("rate_limited", LIMITED.format(seconds), status=429, retry_after=seconds)
        if isinstance(exc, exceptions.APIException):
            return exc
        if isinstance(exc, RequestDataTooBig):
            return Problem("body_too_large", "The body of this request is too large.", status=413)
        if isinstance(exc, DataError):
            # PostgreSQL knows fewer times and numbers than Python, such as no zone beyond 16 hours.
            return Problem("out_of_range", "A value in this request is out of range.")
        if isinstance(exc, SuspiciousOperation | BadRequest | MultiPartParserError):
            return Problem("bad_request", "This request cannot be read.")
        converted = super().convert_known_exceptions(exc)
        if isinstance(converted, exceptions.PermissionDenied) and exc.args:
            return exceptions.PermissionDenied(str(exc.args[0]))
        return converted

    def convert_unhandled_exceptions(self, exc: Exception) -> exceptions.APIException:
        if isinstance(exc, exceptions.APIException):
            return exc
        return Problem("internal", INTERNAL, status=500)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=CONTENT_TYPE)
