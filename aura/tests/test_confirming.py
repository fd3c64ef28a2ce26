"""What is deleted for good is asked for twice, on every page that deletes."""

import pytest
from django.urls import reverse

from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client
from compliments.models import InstagramPost, VoicePreset, Writing
from generation.models import Generation
from optimizer.models import Optimization, StoredHashtag
from optimizer.options import choices

pytestmark = pytest.mark.django_db(databases=["default", "staff"])


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("compliments:remove_post", InstagramPost),
        ("compliments:remove", Writing),
        ("compliments:remove_voice", VoicePreset),
        ("generation:remove", Generation),
        ("optimizer:delete", Optimization),
        ("optimizer:remove_hashtag", StoredHashtag),
    ],
)
def test_the_first_press_asks_and_the_second_deletes(team: Team, address: str, model: type) -> None:
    with workspace_scope(team.workspace.pk):
        row = _made(team, model)
    client, path = page_client(team.bob), reverse(address, args=[row.pk])
    asked = client.post(path)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert 'name="confirmed" value="1"' in page
    assert f'action="{path}"' in page
    assert "Keep it" in page
    assert _is_there(team, row)
    assert client.post(path, {"confirmed": "1"}).status_code == 302
    assert not _is_there(team, row)


def _made(team: Team, model: type) -> InstagramPost | Writing | VoicePreset | Generation | Optimization | StoredHashtag:
    north = team.workspace
    if model in {InstagramPost, Writing}:
        post = InstagramPost.objects.create(workspace=north, code="Cabc", state=InstagramPost.State.DOWNLOADED)
        return post if model is InstagramPost else Writing.objects.create(workspace=north, post=post, state="failed")
    if model is VoicePreset:
        return VoicePreset.objects.create(workspace=north, name="Bakery")
    if model is Generation:
        return Generation.objects.create(workspace=north, prompt="a boat", state="failed")
    if model is StoredHashtag:
        return StoredHashtag.objects.create(workspace=north, name="sea", key="sea")
    options = choices({"platforms": ["x"]}).as_data()
    return Optimization.objects.create(workspace=north, name="cup.jpg", options=options, state="failed")


def _is_there(
    team: Team, row: InstagramPost | Writing | VoicePreset | Generation | Optimization | StoredHashtag
) -> bool:
    with workspace_scope(team.workspace.pk):
        return type(row).objects.filter(pk=row.pk).exists()
