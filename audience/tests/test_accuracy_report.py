"""A8: the report says how right a model is about the workspace's own people, and corrects the shares by it."""

from random import Random
from typing import Any

import pytest
from django.urls import reverse

from audience import findings, statistics
from audience.models import Review
from audience.queries.accuracy import accuracy_report, labelled
from audience.queries.demographics import demographics
from audience.queries.measured import workspace_errors
from audience.services import reviews, rollups
from audience.tests import factories
from audience.tests.labelled import label_people, right_share
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client


def test_the_pages_answer_with_and_without_labels(team: Team) -> None:
    client = page_client(team.bob)
    for name in ("accuracy", "review", "model_card"):
        assert client.get(reverse(f"audience:{name}")).status_code == 200
    with workspace_scope(team.workspace.id):
        label_people(60, Random(1))
    for name in ("accuracy", "review", "model_card"):
        assert client.get(reverse(f"audience:{name}")).status_code == 200
    assert page_client(team.viewer).get(reverse("audience:model_card")).status_code == 200
    assert page_client(team.viewer).get(reverse("audience:accuracy")).status_code == 403


def test_the_figures_agree_with_a_count_by_hand(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        people = label_people(200, Random(2))
        report = accuracy_report()
        gender = report[0]["dimensions"]["gender"]
        assert [one["model"] for one in report] == ["local"]
        assert gender["labelled"] == 200
        # Strata of one size with different numbers of labels: weighted, so near the plain share and not equal to it.
        assert gender["accuracy"]["value"] == pytest.approx(right_share(people), abs=0.06)
        assert gender["accuracy"]["low"] < gender["accuracy"]["value"] < gender["accuracy"]["high"]


def test_a_large_stratum_weighs_more_than_a_small_one(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        for people, size in (
            (label_people(20, Random(3), size=100), 100),
            (label_people(20, Random(4), size=9000), 9000),
        ):
            Review.objects.filter(commenter__in=people).update(stratum=f"of {size}", stratum_size=size)
        weights = {one.stratum: one.weight for one in labelled()["gender"]}
    assert weights == {"of 100": 5.0, "of 9000": 450.0}


def test_only_the_random_sample_counts(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        label_people(40, Random(5))
        before = accuracy_report()[0]["dimensions"]["gender"]["labelled"]
        for person in factories.commenters(30):
            factories.classification(person)
            reviews.correct(person, None, {"gender": "man"}, Review.Source.DOUBTFUL)
        assert accuracy_report()[0]["dimensions"]["gender"]["labelled"] == before == 40


def test_fewer_than_k_labels_show_no_figure_and_small_groups_none_either(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        label_people(9, Random(6))
        few = accuracy_report()[0]["dimensions"]["gender"]
        assert few == {"labelled": 9, "suppressed": True, "k": 10}
        label_people(30, Random(7))
        gender = accuracy_report()[0]["dimensions"]["gender"]
        small = [row for row in gender["bias"]["age"] if row.get("suppressed")]
        assert small
        assert all(set(row) == {"group", "suppressed"} for row in small)
        assert all(row.get("suppressed") or row["labelled"] >= 10 for row in gender["bias"]["age"])


def test_each_model_version_is_measured_on_the_same_labels(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        for person in label_people(40, Random(8)):
            factories.classification(
                person, model="gemini:x", prompt_version="1", is_current=False, gender="woman", gender_confidence=0.9
            )
        report = {one["model"]: one["dimensions"]["gender"] for one in accuracy_report()}
        assert report["gemini:x"]["accuracy"]["value"] == pytest.approx(0.5, abs=0.1)
        assert report["local"]["accuracy"]["value"] > 0.75


def test_the_workspaces_own_errors_correct_its_shares_from_thirty_labels_of_each_value_on(
    team: Team, django_capture_on_commit_callbacks: Any
) -> None:
    with workspace_scope(team.workspace.id):
        label_people(40, Random(9))
        assert workspace_errors("local", "1", "") == {}
    with django_capture_on_commit_callbacks(execute=True), workspace_scope(team.workspace.id):
        label_people(160, Random(10))
    with workspace_scope(team.workspace.id):
        own = workspace_errors("local", "1", "")
        known = statistics.error_matrices("local", own)
        assert known["gender"] is own["gender"]
        assert own["gender"].matrix.sum(axis=0) == pytest.approx([1, 1])
        assert own["gender"].matrix[0, 0] == pytest.approx(0.95, abs=0.06)
        assert workspace_errors("local", "2", "") == {}


def test_the_report_says_whose_figures_corrected_it(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        factories.comments(factories.post(account), label_people(200, Random(12)))
        rollups.rebuild(account)
        answer = demographics(account).as_json()
    assert answer["method"]["corrected_by"]["gender"] == "labels of this workspace"
    assert "Shares of gender are corrected for the errors that your own labels show" in findings.method(answer)


def test_a_matrix_measured_on_few_widens_the_range() -> None:
    table = [[45.0, 4.0], [5.0, 46.0]]
    wide = statistics.measured_errors(("woman", "man"), table, [50.0, 50.0])
    narrow = statistics.measured_errors(("woman", "man"), [[100 * x for x in row] for row in table], [5000.0, 5000.0])
    assert wide is not None
    assert narrow is not None
    spans = [
        share.high - share.low
        for share in (statistics.shares({"woman": 600, "man": 400}, one)["woman"] for one in (wide, narrow))
    ]
    assert spans[0] > 1.5 * spans[1]


def test_ages_measured_without_minors_keep_what_is_known_of_them_from_elsewhere() -> None:
    ages = statistics.AGES
    right = [[40.0 if seen == true and true else 0.0 for true in range(7)] for seen in range(7)]
    squares = [0.0] + [40.0] * 6
    made = statistics.measured_errors(ages, right, squares, statistics.age_errors(7.0))
    assert made is not None
    assert made.matrix.sum(axis=0) == pytest.approx([1.0] * 7)
    assert made.matrix[:, 0] == pytest.approx(statistics.age_errors(7.0).matrix[:, 0])
    assert made.matrix[0, 1] == pytest.approx(statistics.age_errors(7.0).matrix[0, 1])
    found = statistics.shares(dict.fromkeys(ages, 100), made)
    assert sum(share.share for share in found.values()) == pytest.approx(1)
    assert statistics.measured_errors(ages, right, [0.0] + [40.0] * 5 + [1e9]) is None


def test_the_api_has_the_same_figures_for_analysts_only(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        label_people(60, Random(11))
    url = reverse("api:audience:accuracy")
    assert api_client(team.viewer).get(url).status_code == 403
    answer = api_client(team.bob).get(url).json()
    assert answer["versions"][0]["dimensions"]["gender"]["labelled"] == 60
    assert answer["queues"]["sample"]["done"] == 60
    assert api_client(team.charlie).get(url).json()["versions"] == []
