"""Pages that tell whether a model can be asked look for its key, which may be Vault's, before a transaction is open."""

from typing import Any
from unittest.mock import patch

import pytest

from accounts.services import asking, imaging
from aura.tenancy.scope import current_scope
from aura.testing.fixtures import Team, page_client

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.mark.parametrize(("address", "module"), [("/generation/", imaging), ("/compliments/", asking)])
def test_a_key_is_looked_for_outside_of_any_transaction(team: Team, address: str, module: Any) -> None:
    scopes = []
    real = module.key_for

    def key_for(*args: Any) -> str:
        scopes.append(current_scope())
        return str(real(*args))

    with patch.object(module, "key_for", key_for):
        assert page_client(team.bob).get(address).status_code == 200
    assert scopes
    assert set(scopes) == {None}
