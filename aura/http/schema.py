"""What every operation of the OpenAPI schema has in common: headers, errors, ways to say who one is (M12)."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AllowAny

from aura.http.idempotency import MAX_KEY, is_idempotent
from aura.http.problems import CONTENT_TYPE
from aura.http.throttles import is_exempt

Json = dict[str, Any]
SAFE = {"GET", "HEAD", "OPTIONS"}
API_KEY = "apiKey"

PROBLEM: Json = {
    "type": "object",
    "description": "An error (RFC 9457). Decide by `code`; docs/errors.md lists them all.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "Stable."},
        "request_id": {"type": "string", "description": "Also in `X-Request-Id` and in the log."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "retry_after": {"type": "integer", "description": "Seconds to wait, where the address says so in its body."},
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "Some fields are not right.",
            "code": "invalid",
            "request_id": "5f1c0f8ad0e84d12a2b0b1a4a1f3c9d7",
            "errors": [{"pointer": "/username", "code": "required", "detail": "This field is required."}],
        }
    ],
}
FIELD_ERROR: Json = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer to the field, or empty."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
    "examples": [{"pointer": "/username", "code": "required", "detail": "This field is required."}],
}
HEADERS: Json = {
    "RequestId": {"description": "Id of this request in the log.", "schema": {"type": "string"}},
    "RateLimitPolicy": {
        "description": "The limits that hold (IETF draft): name, quota, window in seconds.",
        "schema": {"type": "string"},
        "example": '"user";q=600;w=60',
    },
    "RateLimit": {
        "description": "What is left of them, and the seconds until they are whole again.",
        "schema": {"type": "string"},
        "example": '"user";r=599;t=60',
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "ETag": {"description": "Send it back as `If-None-Match`.", "schema": {"type": "string"}},
    "Location": {"description": "Where the work can be followed.", "schema": {"type": "string"}},
    "IdempotentReplayed": {
        "description": "`true` where this is the answer that an earlier request with the same key got.",
        "schema": {"type": "string"},
    },
}
PARAMETERS: Json = {
    "Workspace": {
        "name": "X-Workspace",
        "in": "header",
        "description": "Short name of the workspace. Default: the one used last. An API key belongs to one.",
        "schema": {"type": "string", "maxLength": 60},
        "example": "my-team",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key twice does the work once; the answer is kept for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    },
}
DESCRIPTIONS: Json = {
    API_KEY: "An API key of a workspace, `aura_…`. It needs no `X-Workspace`.",
    "jwtAuth": "Access token from `POST /api/v1/auth/token`. Name the workspace in `X-Workspace`.",
    "cookieAuth": "The session of a person who is signed in to the pages.",
}
WORDS = {
    400: "Something in the request is wrong.",
    401: "Say who you are.",
    403: "Your role or key may not do this.",
    404: "There is nothing here, or it is not yours.",
    406: "No such representation.",
    410: "It was there, and is over.",
    409: "Not in the state that this needs, or the same key is in flight.",
    413: "The body is too large.",
    415: "Not a media type that this takes.",
    422: "The key was used for another request.",
    429: "Too many requests, or a full lane.",
    500: "A fault of ours.",
    503: "Something that this needs is away.",
}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _response(status: int) -> Json:
    headers = {"X-Request-Id": _ref("headers", "RequestId")}
    if status in {409, 429}:
        headers["Retry-After"] = _ref("headers", "RetryAfter")
    return {
        "description": WORDS[status],
        "headers": headers,
        "content": {CONTENT_TYPE: {"schema": _ref("schemas", "Problem")}},
    }


def name_of(status: int) -> str:
    """The name of the error response of ``status`` among the components, such as ``NotFound``."""
    return "".join(word.capitalize() for word in HTTPStatus(status).phrase.replace("-", " ").split())


class Schema(AutoSchema):
    """Adds to each operation what :mod:`aura.http` does for each view.

    A view's ``other_errors`` names statuses that only it answers with.
    """

    def get_auth(self) -> list[Json]:
        found: list[Json] = super().get_auth()
        if {"jwtAuth": []} in found and {API_KEY: []} not in found:
            found.insert(found.index({"jwtAuth": []}) + 1, {API_KEY: []})
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> Json | None:
        operation: Json | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            self._add_parameters(operation)
            self._add_headers(operation)
            for status in self._errors(operation):
                operation["responses"].setdefault(str(status), _ref("responses", name_of(status)))
            operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _replays(self) -> bool:
        return is_idempotent(getattr(self.view, self.method.lower(), None))

    def _add_parameters(self, operation: Json) -> None:
        extra = []
        if getattr(self.view, "names_workspace", False):
            extra.append(_ref("parameters", "Workspace"))
        if self._replays():
            extra.append(_ref("parameters", "IdempotencyKey"))
        if extra:
            operation["parameters"] = [*operation.get("parameters", []), *extra]

    def _add_headers(self, operation: Json) -> None:
        shared = {"X-Request-Id": _ref("headers", "RequestId")}
        if not is_exempt(self._as_function()):
            shared["RateLimit-Policy"] = _ref("headers", "RateLimitPolicy")
            shared["RateLimit"] = _ref("headers", "RateLimit")
        for status, response in list(operation["responses"].items()):
            headers = dict(shared)
            if status in {"201", "202"}:
                headers["Location"] = _ref("headers", "Location")
            if self._replays():
                headers["Idempotent-Replayed"] = _ref("headers", "IdempotentReplayed")
            if self.method == "GET" and status == "200":
                headers["ETag"] = _ref("headers", "ETag")
                operation["responses"]["304"] = _ref("responses", "NotModified")
            response["description"] = response.get("description") or HTTPStatus(int(status)).phrase
            response["headers"] = headers | response.get("headers", {})

    def _as_function(self) -> Any:
        """What :func:`aura.http.throttles.is_exempt` takes: something with ``cls``."""
        return type("View", (), {"cls": type(self.view)})

    def _errors(self, operation: Json) -> set[int]:
        found = {406, 500, *getattr(self.view, "other_errors", ())}
        open_to_all = any(isinstance(one, AllowAny) for one in self.view.get_permissions())
        if not is_exempt(self._as_function()):
            found.add(429)
        if not open_to_all:
            found |= {401, 403}
        pages = any(part.get("name") == "cursor" for part in operation.get("parameters", []))
        if getattr(self.view, "names_workspace", False) or "{" in self.path or pages:
            found.add(404)
        if operation.get("parameters") or "requestBody" in operation:
            found.add(400)
        if self.method not in SAFE:
            found |= {400, 401, 403, 409, 413, 415}
        if self._replays():
            found |= {409, 422}
        return found


def complete(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Put what :class:`Schema` refers to among the components. For ``POSTPROCESSING_HOOKS``."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(Problem=PROBLEM, FieldError=FIELD_ERROR)
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["responses"] = {name_of(status): _response(status) for status in WORDS} | {
        "NotModified": {"description": "You have this already.", "headers": {"ETag": _ref("headers", "ETag")}}
    }
    components["headers"], components["parameters"] = HEADERS, PARAMETERS
    schemes = components.setdefault("securitySchemes", {})
    schemes.setdefault(API_KEY, {"type": "http", "scheme": "bearer", "bearerFormat": "aura_…"})
    for name, words in DESCRIPTIONS.items():
        if name in schemes:
            schemes[name]["description"] = words
    return result
