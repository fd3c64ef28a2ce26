"""The OpenAPI schema is complete, committed, and good enough to make a client from."""

import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from pytest_django.live_server_helper import LiveServer
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from rest_framework_simplejwt.tokens import AccessToken

from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The committed schema."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    return loaded


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """``(path, method, operation)`` of each operation."""
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_the_committed_schema_is_what_the_code_says() -> None:
    written = io.StringIO()
    call_command("spectacular", stdout=written)
    assert written.getvalue().rstrip() + "\n" == (ROOT / "openapi.yaml").read_text(), "run make openapi"


def test_every_api_address_is_in_the_schema(schema: dict[str, Any]) -> None:
    api: Any = next(p for p in get_resolver().url_patterns if getattr(p, "app_name", "") == "api")
    v1 = next(p for p in api.url_patterns if str(p.pattern) == "v1/")

    def routes(patterns: Any, before: str) -> Iterator[str]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from routes(pattern.url_patterns, before + str(pattern.pattern))
            else:
                yield before + str(pattern.pattern)

    assert len(set(routes(v1.url_patterns, "/api/v1/"))) == len(schema["paths"])


def test_every_operation_names_its_errors_and_ids(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        where = f"{method} {path}"
        responses = operation["responses"]
        assert "500" in responses, where
        if not path.endswith("/health"):
            assert "429" in responses, where
        good = next(responses[status] for status in sorted(responses) if status.startswith("2"))
        assert "X-Request-Id" in good["headers"], where
        assert operation.get("description"), where
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= set(responses), where


def test_every_error_is_a_problem(schema: dict[str, Any]) -> None:
    for name, response in schema["components"]["responses"].items():
        if name != "NotModified":
            assert response["content"].keys() == {"application/problem+json"}, name


def test_auth_and_headers_are_described(schema: dict[str, Any]) -> None:
    schemes = schema["components"]["securitySchemes"]
    assert schemes["jwtAuth"]["scheme"] == schemes["apiKey"]["scheme"] == "bearer"
    create = schema["paths"]["/api/v1/audience/accounts"]["post"]
    assert {"jwtAuth": []} in create["security"]
    assert {"apiKey": []} in create["security"]
    refs = {part.get("$ref", "") for part in create["parameters"]}
    assert refs == {"#/components/parameters/Workspace", "#/components/parameters/IdempotencyKey"}
    assert "security" not in schema["paths"]["/api/v1/health"]["get"]


def test_every_example_is_valid(schema: dict[str, Any]) -> None:
    resource = DRAFT202012.create_resource(schema)
    registry: Any = Registry().with_resource("urn:openapi", resource)
    checked = 0
    for content in _contents(schema):
        for example in (content.get("examples") or {}).values():
            reference = content["schema"].get("$ref")
            wanted = {"$ref": f"urn:openapi{reference}"} if reference else content["schema"]
            Draft202012Validator(wanted, registry=registry).validate(example["value"])
            checked += 1
    assert checked >= 4


def _contents(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _, _, operation in operations(schema):
        for part in [operation.get("requestBody", {}), *operation["responses"].values()]:
            yield from part.get("content", {}).values()


@pytest.fixture(scope="module")
def client_package(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A client made by openapi-python-client from the committed schema."""
    folder = tmp_path_factory.mktemp("client")
    binary = ("application/zip", "image/jpeg", "image/png", "image/webp")
    overrides = "content_type_overrides:\n" + "".join(f"  {one}: application/octet-stream\n" for one in binary)
    (folder / "config.yml").write_text(f"post_hooks: []\npackage_name_override: aura_client\n{overrides}")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    arguments = ["--path", str(ROOT / "openapi.yaml"), "--config", "config.yml", "--output-path", "aura_client"]
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    spec = importlib.util.spec_from_file_location("aura_client", folder / "aura_client" / "__init__.py")
    assert spec
    assert spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules["aura_client"] = package
    spec.loader.exec_module(package)
    return package


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_generated_client_lists_accounts(client_package: ModuleType, team: Team, live_server: LiveServer) -> None:
    with workspace_scope(team.workspace.id):
        factories.account(username="northroast")
    listing = importlib.import_module("aura_client.api.audience.audience_accounts_list")
    token = str(AccessToken.for_user(team.alice))
    with client_package.AuthenticatedClient(base_url=live_server.url, token=token) as client:
        answer = listing.sync_detailed(client=client, x_workspace="north")
    assert answer.status_code == 200
    assert [account.username for account in answer.parsed.results] == ["northroast"]
    with client_package.AuthenticatedClient(base_url=live_server.url, token="wrong") as client:
        refused = listing.sync_detailed(client=client)
    assert (refused.status_code, refused.parsed.code) == (401, "token_not_valid")


def test_what_comes_as_a_file_says_that_json_may_be_an_array_of_rows(schema: dict[str, Any]) -> None:
    files = [
        (path, found["application/json"]["schema"])
        for path, method, operation in operations(schema)
        if method == "get" and "text/csv" in (found := operation["responses"].get("200", {}).get("content", {}))
    ]
    assert len(files) > 10
    assert [
        path for path, shape in files if {"array"} != {one.get("type") for one in shape.get("anyOf", [{}])[1:]}
    ] == []
