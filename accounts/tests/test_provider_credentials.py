"""Keys of outside services: encrypted, masked everywhere; the own before Vault's before the environment's."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership, ProviderCredential, User
from accounts.outside import SERVICES
from accounts.services.credentials import provider_secret, save_credential, service_states
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.tenancy.secrets import SecretUnreadable
from aura.testing.fixtures import Team, api_client, page_client
from aura.testing.vault import VaultSimulator, vault_simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
KEY = "AIzaSyOfNorth-0123456789-abcdefghijklmn"
PAGE = "accounts:providers"


def save(team: Team, name: str = "gemini", value: str = KEY) -> None:
    """Keep a key for “north”, as Alice."""
    with workspace_scope(team.workspace.pk):
        save_credential(Membership.objects.get(user=team.alice), name, value)


def stored() -> str:
    """The column as it is in the database."""
    with connections["staff"].cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_providercredential")
        return str(cursor.fetchone()[0])


def sources(team: Team) -> dict[str, str]:
    """Where each key comes from."""
    with workspace_scope(team.workspace.pk):
        return {state.service.name: state.source for state in service_states(team.workspace.pk)}


@pytest.fixture
def vault(settings: Any) -> Iterator[VaultSimulator]:
    with vault_simulator() as server:
        settings.AURA_VAULT = settings.AURA_VAULT | {"url": server.url, "token": "root-token"}
        yield server


def test_a_key_is_stored_encrypted_and_read_again(team: Team) -> None:
    save(team)
    assert KEY not in stored()
    assert provider_secret(team.workspace.pk, "gemini") == KEY
    assert provider_secret(team.elsewhere.pk, "gemini") is None


def test_every_service_takes_a_key(team: Team) -> None:
    for name in SERVICES:
        save(team, name)
    assert set(sources(team).items()) == {(name, "workspace") for name in SERVICES}


def test_the_own_key_goes_before_vault_and_vault_before_the_environment(
    team: Team, vault: VaultSimulator, settings: Any
) -> None:
    settings.AURA_PROVIDER_SECRETS = {"gemini": "from-environment", "apify": "from-environment"}
    assert provider_secret(team.workspace.pk, "gemini") == "from-environment"
    vault.put("secret/aura", gemini="from-vault")
    vault_place_changed(settings)
    assert provider_secret(team.workspace.pk, "gemini") == "from-vault"
    assert sources(team) == {
        "gemini": "vault",
        "apify": "environment",
        "instagram": "none",
        "openai": "none",
        "replicate": "none",
    }
    save(team)
    assert provider_secret(team.workspace.pk, "gemini") == KEY
    assert sources(team)["gemini"] == "workspace"


def vault_place_changed(settings: Any) -> None:
    """Forget what was read within the last minute."""
    settings.AURA_VAULT = settings.AURA_VAULT | {"url": settings.AURA_VAULT["url"] + "/"}


def test_vault_keeps_a_secret_for_one_workspace(team: Team, vault: VaultSimulator) -> None:
    vault.put(f"secret/aura/{team.workspace.pk}", apify="northern-token")
    assert provider_secret(team.workspace.pk, "apify") == "northern-token"
    assert provider_secret(team.elsewhere.pk, "apify") is None


def test_a_vault_that_is_away_is_said_on_the_page(team: Team, vault: VaultSimulator) -> None:
    vault.sealed = True
    assert sources(team)["gemini"] == "unknown"
    page = page_client(team.alice).get(reverse(PAGE)).content.decode()
    assert "Vault gives no answer" in page


def test_the_page_takes_a_key_and_shows_its_end_only(team: Team) -> None:
    client = page_client(team.alice)
    assert client.post(reverse(PAGE), {"provider": "gemini", "value": f" {KEY} "}).status_code == 302
    page = client.get(reverse(PAGE)).content.decode()
    assert "ends in …klmn" in page
    assert KEY not in page
    assert provider_secret(team.workspace.pk, "gemini") == KEY
    assert client.post(reverse("accounts:remove_provider", args=["gemini"])).status_code == 302
    assert provider_secret(team.workspace.pk, "gemini") is None
    with staff_scope("test"):
        entries = list(AuditEntry.objects.order_by("created_at").values_list("action", "target"))
        assert KEY not in str(list(AuditEntry.objects.values()))
    assert entries[-2:] == [("provider.saved", "gemini"), ("provider.removed", "gemini")]


@pytest.mark.parametrize("value", ["short", "with a space in it", "x" * 501, "ключ-ключ-ключ"])
def test_what_is_no_key_is_refused_and_not_sent_back(team: Team, value: str) -> None:
    response = page_client(team.alice).post(reverse(PAGE), {"provider": "gemini", "value": value})
    assert response.status_code == 422
    assert value not in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("bob", 403), ("viewer", 403)])
def test_the_page_and_the_api_are_for_admins(team: Team, who: str, status: int) -> None:
    user: User = getattr(team, who)
    assert page_client(user).get(reverse(PAGE)).status_code == status
    assert page_client(user).post(reverse(PAGE), {"provider": "gemini"}).status_code == (422 if status == 200 else 403)
    assert api_client(user).get("/api/v1/workspaces/north/providers").status_code == status
    put = api_client(user).put("/api/v1/workspaces/north/providers/gemini", {"value": KEY})
    assert put.status_code == status


def test_the_api_takes_a_key_and_never_gives_it_back(team: Team) -> None:
    api = api_client(team.alice)
    url = "/api/v1/workspaces/north/providers"
    assert {row["key_source"] for row in api.get(url).json()["results"]} == {"none"}
    put = api.put(f"{url}/gemini", {"value": KEY})
    assert (put.json()["key_source"], put.json()["hint"]) == ("workspace", "…klmn")
    assert KEY not in put.content.decode() + api.get(url).content.decode()
    assert api.put(f"{url}/gemini", {"value": "no key"}).json()["code"] == "invalid_secret"
    assert api.put(f"{url}/nobody", {"value": KEY}).status_code == 404
    assert api.delete(f"{url}/gemini").status_code == 204
    assert api.delete(f"{url}/gemini").status_code == 404
    assert api_client(team.charlie).get(url).status_code == 404


def test_staff_do_not_see_it_in_admin(team: Team) -> None:
    save(team)
    staff: Client = page_client(User.objects.create_superuser("staff@example.org"))
    with staff_scope("test"):
        row = ProviderCredential.objects.defer("value").get()
    for url in (
        reverse("admin:accounts_providercredential_changelist"),
        reverse("admin:accounts_providercredential_change", args=[row.pk]),
    ):
        page = staff.get(url)
        assert page.status_code == 200
        assert "…klmn" in page.content.decode()
        assert KEY not in page.content.decode()


def test_with_a_wrong_key_reading_raises_and_pages_and_removal_work(team: Team, settings: Any) -> None:
    save(team)
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(SecretUnreadable, match="AURA_SECRETS_KEYS"):
        provider_secret(team.workspace.pk, "gemini")
    assert page_client(team.alice).get(reverse(PAGE)).status_code == 200
    with pytest.raises(CommandError, match="AURA_SECRETS_KEYS"):
        call_command("rotate_secrets")
    assert page_client(team.alice).post(reverse("accounts:remove_provider", args=["gemini"])).status_code == 302
    assert sources(team)["gemini"] == "none"


def test_secrets_are_rotated(team: Team, settings: Any) -> None:
    save(team)
    before = stored()
    settings.AURA_SECRETS_KEYS = [Fernet.generate_key().decode()]
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().startswith("1 secrets")
    assert stored() != before
    settings.SECRET_KEY = "another" * 8
    assert provider_secret(team.workspace.pk, "gemini") == KEY
