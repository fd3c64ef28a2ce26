"""Each page of an account offers the step that helps: upload where it is uploaded, fetch where it is followed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audience.findings import gender_age, model_words
from audience.models import TrackedAccount
from audience.queries.sentiment import Choice, sentiment
from audience.services import rollups, words
from audience.tests import factories
from aura.http.moments import moment
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client

PAGES = ("account", "comments", "people", "account_posts")


def _account(team: Team, source: str, *, filled: bool) -> TrackedAccount:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        account.source = source
        account.save(update_fields=["source"])
        if filled:
            post = factories.post(account)
            factories.comments(post, factories.commenters(30))
            rollups.rebuild(account)
            while words.read_comments(account):
                pass
    return account


@pytest.mark.parametrize(
    ("page", "filled"), [*((page, False) for page in PAGES), ("account", True), ("comments", True)]
)
def test_a_followed_account_is_fetched_and_an_uploaded_one_uploaded(team: Team, page: str, filled: bool) -> None:
    account = _account(team, TrackedAccount.Source.APIFY, filled=filled)
    address, fetch = (reverse(f"audience:{name}", args=[account.username]) for name in (page, "fetch"))
    upload = reverse("audience:import", args=[account.username])
    followed = page_client(team.bob).get(address).content.decode()
    assert f'action="{fetch}"' in followed
    assert upload not in followed
    with workspace_scope(team.workspace.id):
        TrackedAccount.objects.filter(pk=account.pk).update(source=TrackedAccount.Source.UPLOAD)
    uploaded = page_client(team.bob).get(address).content.decode()
    assert upload in uploaded
    assert f'action="{fetch}"' not in uploaded
    assert fetch not in page_client(team.viewer).get(address).content.decode()


def test_comments_stay_complete_when_only_people_are_classified_anew(team: Team) -> None:
    account = _account(team, TrackedAccount.Source.UPLOAD, filled=True)
    with workspace_scope(team.workspace.id):
        account.data_version += 5
        account.save(update_fields=["data_version"])
        assert sentiment(account, Choice())["complete"]
        factories.comments(factories.post(account), factories.commenters(30))
        rollups.rebuild(account)
        account.refresh_from_db()
        assert not sentiment(account, Choice())["complete"]


def test_moments_are_one_unit_and_a_day_after_a_week() -> None:
    now = timezone.now()
    assert moment(now - timedelta(days=3, hours=5)).replace("\xa0", " ") == "3 days ago"
    assert moment(now - timedelta(minutes=12, seconds=5)).replace("\xa0", " ") == "12 minutes ago"
    assert moment(now + timedelta(days=2, hours=5)).replace("\xa0", " ") == "2 days from now"
    assert moment(now - timedelta(days=40)) == f"{now - timedelta(days=40):%-d %b %Y}"


def test_mostly_is_said_of_more_than_half_only() -> None:
    def answer(share: float) -> dict[str, object]:
        return {"age_gender": [{"age": "25-34", "gender": "man", "count": 40, "share": share}]}

    assert gender_age(answer(0.21)).startswith("Largest group: men of 25–34")
    assert gender_age(answer(0.61)).startswith("Mostly men of 25–34")


def test_models_are_named_as_people_call_them() -> None:
    assert model_words("gemini:gemini-3.5-flash-lite") == "Google Gemini (gemini-3.5-flash-lite)"
    assert model_words("local") == "the model built into Aura"
