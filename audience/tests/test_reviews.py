"""A8: what people say about somebody wins over every model, for ever, in every count; and it can be taken back."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from audience.models import AudienceGroup, Classification, Commenter, Review, ReviewItem, TrackedAccount
from audience.queries.reviews import corrections, queue_counts, reviewed
from audience.services import classify, reviews, rollups, sampling
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def person_in(team: Team, **fields: Any) -> tuple[TrackedAccount, Commenter]:
    account = factories.account()
    person = factories.commenter(**fields)
    factories.classification(person)
    factories.comment(factories.post(account), person)
    rollups.rebuild(account)
    account.refresh_from_db()
    return account, person


def groups(account: TrackedAccount) -> list[tuple[str, str, int]]:
    return list(AudienceGroup.objects.filter(account=account).values_list("gender", "age", "people"))


def again(person: Commenter, **fields: Any) -> Classification:
    """A newer model's reading of the same person, not saved."""
    values: dict[str, Any] = {"model": "other", "model_version": "9", "evidence_hash": "f" * 64}
    for name, value in {"gender": "woman", "age": "18-24", "profile_type": "person", "language": "en"}.items():
        values |= {name: value, f"{name}_confidence": 0.9}
    return Classification(workspace_id=person.workspace_id, commenter=person, **(values | fields))


def test_a_correction_changes_the_person_the_groups_and_the_version_of_the_data(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account, person = person_in(team)
        before = account.data_version
        reviews.correct(person, team.bob.pk, {"gender": "man", "age": "45-54"}, Review.Source.CORRECTION)
        person.refresh_from_db()
        account.refresh_from_db()
        assert (person.gender, person.age, person.profile_type) == ("man", "45-54", "person")
        assert groups(account) == [("man", "45-54", 1)]
        assert account.data_version > before


def test_no_model_ever_overwrites_what_a_person_said(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account, person = person_in(team)
        reviews.correct(person, team.bob.pk, {"gender": "man"}, Review.Source.CORRECTION)
        classify.save_findings([again(person)], NOW)
        person.refresh_from_db()
        assert (person.gender, person.age) == ("man", "18-24")
        assert groups(account) == [("man", "18-24", 1)]


def test_cannot_tell_in_the_queue_leaves_the_model_its_say_but_a_correction_does_not(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        reviews.correct(person, None, {"gender": "unknown"}, Review.Source.SAMPLE)
        assert person.gender == "woman"
        reviews.correct(person, None, {"gender": "unknown"}, Review.Source.CORRECTION)
        assert person.gender == "unknown"


def test_a_person_corrected_to_under_eighteen_is_a_possible_minor_whatever_a_model_says(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        reviews.correct(person, None, {"age": "13-17"}, Review.Source.CORRECTION)
        assert person.possible_minor
        classify.save_findings([again(person, age="35-44")], NOW)
        person.refresh_from_db()
        assert (person.age, person.possible_minor) == ("13-17", True)


def test_an_adult_by_a_persons_word_is_none_any_more(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        reviews.correct(person, None, {"age": "25-34"}, Review.Source.CORRECTION)
        classify.save_findings([again(person, age="13-17")], NOW)
        person.refresh_from_db()
        assert (person.age, person.possible_minor) == ("25-34", False)


def test_undo_brings_back_what_stood_before_and_then_the_model(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account, person = person_in(team)
        first = reviews.correct(person, None, {"gender": "man"}, Review.Source.CORRECTION)
        second = reviews.correct(person, None, {"gender": "unknown"}, Review.Source.CORRECTION)
        assert reviews.undo(person, None, second)
        assert person.gender == "man"
        assert reviews.undo(person, None, first)
        assert not reviews.undo(person, None, first)
        assert (person.gender, groups(account)) == ("woman", [("woman", "25-34", 1)])


def test_a_correction_of_somebody_from_the_sample_stays_in_the_sample(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        item = sampling.next_item()
        assert item is not None
        reviews.correct(person, None, {"gender": "woman"}, item.queue, item)
        reviews.correct(person, None, {"gender": "man"}, Review.Source.CORRECTION)
        row = Review.objects.get(commenter=person, is_current=True)
        assert (row.value, row.stratum, row.stratum_size, row.said) == ("man", "woman|25-34", 1, "woman")


@pytest.mark.parametrize(
    "values", [{}, {"gender": "lady"}, {"age": "30"}, {"language": "english"}, {"shoe_size": "42"}, {"gender": ""}]
)
def test_values_that_aura_does_not_know_are_refused(team: Team, values: dict[str, str]) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        with pytest.raises(reviews.ReviewRefused):
            reviews.correct(person, None, values, Review.Source.CORRECTION)
        assert not Review.objects.exists()


def test_every_correction_is_on_record_without_its_values(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        answer = reviews.correct(person, team.bob.pk, {"gender": "man"}, Review.Source.CORRECTION)
        reviews.undo(person, team.bob.pk, answer)
        entries = list(AuditEntry.objects.order_by("sequence").values_list("action", "target", "detail"))
    assert [entry[0] for entry in entries] == ["audience.person.corrected", "audience.person.correction_undone"]
    assert {entry[1] for entry in entries} == {str(person.pk)}
    assert "man" not in str([entry[2] for entry in entries])


# Sampling


def test_the_sample_is_stratified_names_its_strata_and_leaves_out_possible_minors(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.commenters(300, gender="woman", age="25-34")
        factories.commenters(12, gender="man", age="65+")
        factories.commenters(50, gender="man", age="13-17", possible_minor=True)
        factories.commenters(9, classified=False)
        drawn = sampling.draw_sample()
        items = list(ReviewItem.objects.select_related("commenter"))
        assert drawn == len(items)
        strata = Counter((item.stratum, item.stratum_size) for item in items)
        assert set(strata) == {("woman|25-34", 300), ("man|65+", 12)}
        assert strata["man|65+", 12] == 12
        assert strata["woman|25-34", 300] == 44
        sampling.draw_sample()
        assert ReviewItem.objects.filter(stratum="woman|25-34").values("commenter").distinct().count() == 88


def test_everybody_of_a_stratum_has_the_same_chance(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        people = [person.pk for person in factories.commenters(200)]
        seen: Counter[Any] = Counter()
        for _ in range(40):
            sampling.draw_sample()
            seen.update(ReviewItem.objects.values_list("commenter_id", flat=True))
            ReviewItem.objects.all().delete()
    # 60 of 200 people in each of 40 draws: 12 each on average, with a standard deviation of 2.9.
    counts = [seen[key] for key in people]
    assert sum(counts) == 2400
    assert max(abs(count - 12) for count in counts) < 13


def test_every_fourth_is_a_doubtful_one_and_nobody_comes_twice(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        for unsure in factories.commenters(70, gender="unknown"):
            factories.classification(unsure, gender="unknown", gender_confidence=0.55)
        order = []
        while item := sampling.next_item():
            order.append((item.queue, item.commenter_id))
            reviews.skip(item)
        queues = [queue for queue, _ in order]
        assert queues[:4] == ["sample", "sample", "sample", "doubtful"]
        assert len(order) == len(set(order)) == sum(count["skipped"] for count in queue_counts().values())


# The API


def url(person: Commenter) -> str:
    return reverse("api:audience:classification", args=[person.pk])


def test_an_analyst_corrects_over_the_api_and_takes_it_back(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
    client = api_client(team.bob)
    answer = client.patch(url(person), {"gender": "man"}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["gender"], answer.json()["model_said"]["gender"]) == ("man", "woman")
    assert set(answer.json()["corrected"]) == {"gender"}
    assert client.get(url(person)).json()["gender"] == "man"
    assert client.delete(url(person)).json()["gender"] == "woman"
    assert client.patch(url(person), {"gender": "lady"}, format="json").status_code == 400
    assert client.patch(url(person), {}, format="json").status_code == 400
    assert api_client(team.viewer).patch(url(person), {"gender": "man"}, format="json").status_code == 403


def test_over_the_api_a_minor_disappears_at_once(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
    client = api_client(team.bob)
    gone = client.patch(url(person), {"age": "13-17"}, format="json")
    assert (gone.status_code, gone.content) == (204, b"")
    for call in (client.get(url(person)), client.patch(url(person), {"age": "25-34"}, format="json")):
        assert call.status_code == 404


def test_what_wins_is_told_with_its_source(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        _, person = person_in(team)
        reviews.correct(person, None, {"gender": "man", "age": "unknown"}, Review.Source.DOUBTFUL)
        assert reviewed([person.pk]) == {person.pk: {"gender": "man"}}
        assert corrections(person)["gender"]["source"] == "doubtful"
