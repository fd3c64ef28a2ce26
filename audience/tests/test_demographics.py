"""A6, A7: what the report says about an audience, and what it keeps to itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audience.anonymity import SHUFFLED
from audience.models import Commenter, TrackedAccount
from audience.queries.demographics import demographics
from audience.queries.matching import Question, matching_people
from audience.services import rollups
from audience.tests import factories
from aura.providers.ports import AGES
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

DAY = date(2026, 3, 2)
GROUPS: list[tuple[int, dict[str, Any]]] = [
    (60, {}),
    (30, {"gender": "man", "language": "de"}),
    (25, {"gender": "man", "age": "35-44"}),
    (14, {"gender": "woman", "age": "18-24", "language": "sv"}),
    (20, {"gender": "unknown", "age": "unknown", "language": "unknown"}),
    (40, {"gender": "unknown", "age": "unknown", "profile_type": "business"}),
    (11, {"gender": "unknown", "age": "unknown", "profile_type": "suspected_bot", "language": "fr"}),
    (4, {"gender": "unknown", "age": "unknown", "profile_type": "fan_page", "language": "it"}),
    (7, {"gender": "", "age": "", "profile_type": "", "language": "", "classified_at": None}),
]
PEOPLE = sum(size for size, _ in GROUPS)


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


def fill(account: TrackedAccount, groups: list[tuple[int, dict[str, Any]]] = GROUPS) -> None:
    people = factories.audience(account, groups)
    factories.comments(factories.post(account), [factories.commenter(username=account.username)])
    factories.classification(Commenter.objects.get(pk=people[0]))
    rollups.rebuild(account)


def by_value(entries: list[dict[str, Any]]) -> dict[str, int | None]:
    return {entry["value"]: entry.get("count") for entry in entries}


def test_the_unfiltered_report_has_the_exact_counts(account: TrackedAccount) -> None:
    fill(account)
    answer = demographics(account).as_json()
    assert (answer["account"], answer["k"], answer["filtered"]) == ("northroast", 10, False)
    assert (answer["people"], answer["classified"], answer["pending"]) == (PEOPLE, PEOPLE - 7, 7)
    assert by_value(answer["gender"]) == {"woman": 74, "man": 55}
    assert answer["unknown"] == answer["unknown_by"]["gender"] == 75
    assert by_value(answer["age"]) == dict.fromkeys(AGES) | {"18-24": 14, "25-34": 90, "35-44": 25}
    assert {(e["age"], e["gender"]): e["count"] for e in answer["age_gender"] if "count" in e} == {
        ("18-24", "woman"): 14,
        ("25-34", "woman"): 60,
        ("25-34", "man"): 30,
        ("35-44", "man"): 25,
    }


def test_the_account_itself_is_not_its_audience(account: TrackedAccount) -> None:
    fill(account)
    assert demographics(account).as_json()["people"] == Commenter.objects.count() - 1


def test_a_small_group_is_named_without_a_number_and_never_alone(account: TrackedAccount) -> None:
    fill(account)
    answer = demographics(account).as_json()
    kinds = {entry["value"]: entry for entry in answer["profile_type"]}
    assert kinds["fan_page"] == {"value": "fan_page", "suppressed": True}
    assert kinds["suspected_bot"] == {"value": "suspected_bot", "suppressed": True}, "else 4 follow by subtraction"
    assert answer["suspected_bots"] == {"suppressed": True}
    assert kinds["business"]["count"] == 40


def test_hidden_numbers_move_nothing_that_is_shown(account: TrackedAccount) -> None:
    """Shares, intervals and corrections are made of shown numbers, so no formula leads back to hidden ones."""
    fill(account)
    before = demographics(account).as_json()
    bot = Commenter.objects.filter(profile_type="suspected_bot")[0]
    Commenter.objects.filter(pk=bot.pk).update(profile_type="fan_page")
    rollups.rebuild(account)
    assert demographics(account).as_json() == before


def test_small_languages_are_not_even_named(account: TrackedAccount) -> None:
    fill(account)
    answer = demographics(account).as_json()
    assert [entry["value"] for entry in answer["language"]] == ["en", "de", "sv", "fr", "other"]
    assert {"value": "other", "suppressed": True} in answer["language"]


def test_the_suspected_bots_are_the_share_of_their_profile_type(account: TrackedAccount) -> None:
    fill(account, [(60, {}), (40, {"profile_type": "suspected_bot"})])
    bots = demographics(account).as_json()["suspected_bots"]
    assert (bots["count"], bots["share"]) == (40, 0.4)
    assert 0.3 < bots["low"] < 0.4 < bots["high"] < 0.5


def test_gender_is_corrected_with_the_errors_of_the_model_that_read_the_people(account: TrackedAccount) -> None:
    fill(account)
    answer = demographics(account).as_json()
    women = next(entry for entry in answer["gender"] if entry["value"] == "woman")
    assert women["share"] == pytest.approx((74 / 129 + 0.961 - 1) / (0.987 + 0.961 - 1), abs=1e-6)
    assert women["low"] < women["share"] < women["high"]
    method = answer["method"]
    assert (method["model"], method["model_version"], method["interval"]) == ("local", "1", "wilson 95 %")
    assert method["corrected"]["gender"] is True
    assert method["corrected"]["language"] is False
    assert method["classified_at"]


def test_a_model_nobody_measured_is_not_corrected(account: TrackedAccount) -> None:
    people = factories.audience(account, [(60, {}), (40, {"gender": "man"})])
    factories.classification(Commenter.objects.get(pk=people[0]), model="somebody-elses")
    rollups.rebuild(account)
    answer = demographics(account).as_json()
    assert answer["gender"][0]["share"] == 0.6
    assert not any(answer["method"]["corrected"].values())


def test_fewer_than_k_people_are_told_nothing_about(account: TrackedAccount) -> None:
    fill(account, [(9, {})])
    answer = demographics(account).as_json()
    assert answer["suppressed"] is True
    assert [answer[name] for name in ("people", "classified", "pending", "unknown")] == [None] * 4
    numbers = [entry for name in ("gender", "age", "age_gender", "profile_type", "language") for entry in answer[name]]
    assert all(entry["suppressed"] and "count" not in entry and "share" not in entry for entry in numbers)


def test_an_account_without_comments_has_an_empty_report(account: TrackedAccount) -> None:
    assert demographics(account).as_json()["people"] is None


def test_k_is_the_operators(account: TrackedAccount, settings: Any) -> None:
    settings.AURA_K_ANONYMITY = 50
    fill(account)
    answer = demographics(account).as_json()
    assert answer["k"] == 50
    assert by_value(answer["profile_type"])["business"] is None


def test_nobody_read_yet_is_said_as_pending(account: TrackedAccount) -> None:
    fill(account, [(30, {"gender": "", "age": "", "profile_type": "", "language": "", "classified_at": None})])
    answer = demographics(account).as_json()
    assert (answer["people"], answer["classified"], answer["pending"]) == (30, 0, 30)


@pytest.mark.parametrize("question", [{"start": DAY}, {"end": DAY}, {"start": DAY, "end": DAY}])
def test_a_period_counts_its_people_in_tens_and_near_the_truth(account: TrackedAccount, question: Any) -> None:
    fill(account, [(250, {}), (150, {"gender": "man"}), (50, {"gender": "unknown", "age": "unknown"})])
    factories.audience(account, [(200, {"gender": "man"})], at=factories.NOON + timedelta(days=40))
    rollups.rebuild(account)
    question = question if "end" in question else question | {"end": DAY}
    answer = demographics(account, **question).as_json()
    assert answer["filtered"] is True
    shown = by_value(answer["gender"]) | {"people": answer["people"], "unknown": answer["unknown"]}
    for name, truth in {"people": 450, "woman": 250, "man": 150, "unknown": 50}.items():
        count = shown[name]
        assert count is not None
        assert count % 10 == 0
        assert abs(count - truth) <= 40
    women = next(entry for entry in answer["gender"] if entry["value"] == "woman")
    assert women["low"] < 250 / 400 < women["high"]


def test_a_day_ends_at_midnight_utc(account: TrackedAccount) -> None:
    late = factories.NOON.replace(hour=23, minute=59, second=59)
    factories.audience(account, [(40, {})], at=late)
    factories.audience(account, [(200, {})], at=late + timedelta(seconds=1))
    rollups.rebuild(account)
    assert demographics(account, start=DAY, end=DAY).as_json()["people"] == 40
    assert demographics(account, start=DAY + timedelta(days=1)).as_json()["people"] == 200


def test_a_post_has_a_report_of_its_own_with_each_person_once(account: TrackedAccount) -> None:
    people = factories.commenters(60)
    post, other = factories.post(account), factories.post(account)
    for _ in range(3):
        factories.comments(post, people)
    factories.comments(other, factories.commenters(200))
    rollups.rebuild(account)
    answer = demographics(account, post=post.pk).as_json()
    assert (answer["people"], answer["post"]) == (60, str(post.pk))


def test_the_account_itself_is_in_no_filtered_report(account: TrackedAccount) -> None:
    post = factories.post(account)
    factories.comments(post, factories.commenters(9))
    factories.comments(post, [factories.commenter(username=account.username)])
    factories.comments(post, [factories.commenter(external_id=account.external_id)])
    rollups.rebuild(account)
    assert demographics(account, post=post.pk).as_json()["people"] is None


def test_a_profile_type_is_reported_from_the_rollup_and_from_a_period(account: TrackedAccount) -> None:
    fill(account, [(300, {}), (200, {"profile_type": "creator", "gender": "man"})])
    for question in ({}, {"start": DAY}):
        answer = demographics(account, profile_type="creator", **question).as_json()  # type: ignore[arg-type]
        assert answer["people"] == pytest.approx(200, abs=40)
        assert by_value(answer["gender"])["woman"] is None
        assert by_value(answer["gender"])["man"] == pytest.approx(200, abs=50)
        assert by_value(answer["profile_type"])["person"] is None


def test_a_profile_type_that_does_not_exist_has_no_report(account: TrackedAccount) -> None:
    fill(account)
    assert demographics(account, profile_type="'; --").as_json()["people"] is None


def test_a_small_group_is_never_shown_under_a_filter(account: TrackedAccount) -> None:
    posts = [factories.post(account) for _ in range(12)]
    for number, post in enumerate(posts):
        factories.comments(post, factories.commenters(9, gender="man") + factories.commenters(60 + number))
    rollups.rebuild(account)
    for post in posts:
        assert by_value(demographics(account, post=post.pk).as_json()["gender"])["man"] is None


def test_the_same_question_has_the_same_answer_until_the_data_changes(account: TrackedAccount) -> None:
    fill(account)
    first = demographics(account, start=DAY).as_json()
    with CaptureQueriesContext(connection) as queries:
        assert demographics(account, start=DAY).as_json() == first
    assert len(queries) == 0, "kept until the data changes"
    factories.audience(account, [(200, {"gender": "man"})])
    rollups.rebuild(account)
    assert demographics(account, start=DAY).as_json()["people"] > first["people"]


def test_two_questions_about_the_same_people_have_the_same_answer(account: TrackedAccount) -> None:
    fill(account)
    first = demographics(account, start=DAY).as_json()
    second = demographics(account, start=DAY - timedelta(days=7), end=DAY).as_json()
    assert {**second, "from": None, "to": None} == {**first, "from": None, "to": None}


def test_the_database_shuffles_a_fifth_of_the_values_and_always_the_same_ones(account: TrackedAccount) -> None:
    fill(account, [(600, {})])
    axes = {"gender": ("woman", "man", "unknown"), "language": ("en", "de", "other", "unknown")}
    first, everybody = matching_people(account, Question(start=DAY), axes)
    second, _ = matching_people(account, Question(end=DAY), axes)
    assert first.key == second.key != 0
    assert (first.seen == second.seen).all()
    assert first.true[0, 0] == everybody == 600
    for axis, size in ((1, 3), (0, 4)):
        seen = first.seen.sum(axis=axis)
        assert seen[0] / 600 == pytest.approx(1 - SHUFFLED * (1 - 1 / size), abs=0.05)
        assert seen[1:] / 600 == pytest.approx([SHUFFLED / size] * (size - 1), abs=0.03)


def test_the_report_of_another_workspace_is_empty(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        mine = factories.account("northroast")
        fill(mine)
    with workspace_scope(team.elsewhere.id):
        assert demographics(mine).as_json()["people"] is None
        assert demographics(mine, start=DAY).as_json()["people"] is None


@pytest.mark.parametrize("question", [{}, {"start": DAY}, {"profile_type": "person"}])
def test_a_report_costs_the_same_few_queries_however_many_people_there_are(
    account: TrackedAccount, question: Any
) -> None:
    counts = []
    for size in (20, 200):
        factories.audience(account, [(size, {}), (size, {"gender": "man", "language": f"x{size}"})])
        rollups.rebuild(account)
        with CaptureQueriesContext(connection) as queries:
            demographics(account, **question)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
