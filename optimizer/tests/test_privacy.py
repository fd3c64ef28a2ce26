"""Sessions and people: accounts to tag and texts that name somebody are erased and exported with them (M13)."""

from typing import Any

import pytest

from aura.privacy.jobs import start_erasure
from aura.privacy.registry import Erasure
from aura.privacy.services import identify
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import Choices
from optimizer.personal import OptimizerKeeper

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
SHY = {
    "platform": "instagram",
    "username": "shy.person",
    "url": "https://www.instagram.com/shy.person/",
    "why": "Makes cups",
    "sources": [{"title": "About", "url": "https://example.org/shy"}],
}
OTHER = SHY | {"username": "kilnhouse", "url": "https://www.instagram.com/kilnhouse/"}


def session(team: Team, **values: Any) -> Optimization:
    options = Choices(("instagram",)).as_data()
    made = Optimization.objects.create(workspace=team.workspace, name="cup.jpg", options=options, **values)
    PlatformOutput.objects.create(
        workspace=team.workspace,
        optimization=made,
        platform="instagram",
        number=0,
        caption="Cups by @shy.person and @kilnhouse",
        alt_text="A cup",
    )
    return made


def test_erasing_a_person_takes_the_account_whole_and_the_name_out_of_texts(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        session(team, accounts=[SHY, OTHER], description="For @shy.person", words={"captions": {"x": "@shy.person"}})
        start_erasure(identify("shy.person"), user_id=None)
    drain(retries=True)
    with workspace_scope(team.workspace.id):
        row, output = Optimization.objects.get(), PlatformOutput.objects.get()
    assert [one["username"] for one in row.accounts] == ["kilnhouse"]
    assert row.description == "For [removed]"
    assert row.words == {"captions": {"x": "[removed]"}}
    assert output.caption == "Cups by [removed] and @kilnhouse"


def test_only_accounts_of_that_name_go(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        session(team, accounts=[SHY | {"username": "shy.person2"}, OTHER])
        work = Erasure(identify("shy.person"))
        OptimizerKeeper().erase_rows(work)
        assert len(Optimization.objects.get().accounts) == 2
        assert not +work.counts


def test_a_hashtag_that_is_somebodys_name_goes_whole(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        session(team)
        PlatformOutput.objects.update(hashtags=["clay", "shy_person1", "person"])
        OptimizerKeeper().erase_rows(Erasure(identify("shy_person1")))
        assert PlatformOutput.objects.get().hashtags == ["clay", "person"]


def test_everybody_named_is_known(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        session(team, accounts=[SHY], description="Ask @friend.of")
        assert set(OptimizerKeeper().known()) == {("shy.person", ""), ("kilnhouse", ""), ("friend.of", "")}


def test_an_export_holds_accounts_and_texts(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        session(team, accounts=[SHY, OTHER], description="For @shy.person")
        tagged, texts = OptimizerKeeper().collect(identify("shy.person"))
        assert [row["username"] for row in tagged.rows] == ["shy.person"]
        assert tagged.rows[0]["sources"] == "https://example.org/shy"
        assert {row["kind"] for row in texts.rows} == {"description", "caption"}
        assert list(OptimizerKeeper().collect(identify("nobody.here"))) == []
