"""A6, A7, A10: what pages and programs are told about people is what their comments say, small groups left out."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audience import types as pure_types
from audience.models import Comment, Commenter, TrackedAccount
from audience.queries.comparing import Asked, compare
from audience.queries.growth import growth
from audience.queries.loyalty import loyalty
from audience.queries.overlap import overlap
from audience.queries.quality import quality, types
from audience.queries.segments import segments
from audience.services import rollups
from audience.tests import audiences, factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

K = 10


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield audiences.lively("northroast", people=400)


def habits(account: TrackedAccount) -> dict[Any, dict[str, Any]]:
    """Who commented how, comment by comment."""
    found: dict[Any, dict[str, Any]] = {}
    for comment in Comment.objects.filter(account=account).select_related("commenter"):
        row = found.setdefault(
            comment.commenter_id,
            {"who": comment.commenter, "comments": 0, "likes": 0, "posts": set(), "weeks": set(), "months": set()},
        )
        at = (comment.commented_at or audiences.FIRST).astimezone(UTC).date()
        row["comments"] += 1
        row["likes"] += comment.likes or 0
        row["posts"].add(comment.post_id)
        row["weeks"].add(at.isocalendar()[:2])
        row["months"].add(at.replace(day=1))
    for row in found.values():
        row["loyal"] = len(row["posts"]) >= 3 or len(row["weeks"]) >= 3
    return found


def told(entry: dict[str, Any]) -> int | None:
    return None if entry.get("suppressed") else entry["count"]


def test_loyalty_is_what_the_comments_say(account: TrackedAccount) -> None:
    people = habits(account)
    answer = loyalty(account)
    assert answer["people"] == answer["dated"] == len(people)
    assert answer["loyal"]["count"] == sum(row["loyal"] for row in people.values())
    shown = 0
    for month in answer["months"]:
        first = date.fromisoformat(month["month"])
        here = [row for row in people.values() if first in row["months"]]
        assert month["people"] == len(here)
        new = sum(min(row["months"]) == first for row in here)
        loyal = sum(row["loyal"] and min(row["months"]) < first for row in here)
        true = {"new": new, "loyal": loyal, "returning": len(here) - new - loyal}
        for name, count in true.items():
            assert told(month[name]) in {count, None}
            assert count >= K or told(month[name]) is None
            shown += told(month[name]) is not None
    assert shown > 8


def test_retention_is_what_the_comments_say_and_no_cell_follows_from_its_month(account: TrackedAccount) -> None:
    people = habits(account)
    answer = loyalty(account)
    cells: Counter[tuple[date, date]] = Counter()
    for row in people.values():
        for month in row["months"]:
            cells[min(row["months"]), month] += 1
    shown: dict[date, list[tuple[int, bool]]] = {}
    for cohort in answer["cohorts"]:
        first = date.fromisoformat(cohort["cohort"])
        assert cohort["people"] == cells[first, first]
        for cell in cohort["later"]:
            place = first.month - 1 + cell["months"]
            month = date(first.year + place // 12, place % 12 + 1, 1)
            true = cells[first, month]
            if not cell.get("suppressed"):
                assert cell["people"] == true >= K
                assert cell["low"] <= cell["share"] <= cell["high"]
                assert cell["share"] == pytest.approx(true / cohort["people"], abs=1e-6)
            shown.setdefault(month, []).append((true, bool(cell.get("suppressed"))))
    assert any(not hidden for cells_ in shown.values() for _, hidden in cells_)
    for found in shown.values():
        small = [true for true, hidden in found if hidden]
        assert sum(small) == 0 or sum(small) >= K


def test_concentration_is_what_the_comments_say(account: TrackedAccount) -> None:
    each = sorted(row["comments"] for row in habits(account).values())
    found = loyalty(account)["concentration"]
    assert found["comments"] == sum(each)
    tenth = next(top for top in found["top"] if top["part"] == 0.1)
    assert tenth["share"] == pytest.approx(sum(each[-40:]) / sum(each), abs=1e-6)
    assert tenth["low"] <= tenth["share"] <= tenth["high"]


def test_segments_are_what_the_comments_say_and_hide_what_demographics_hide(account: TrackedAccount) -> None:
    factories.comments(factories.post(account), factories.commenters(4, language="fr", age="45-54"))
    factories.comments(
        factories.post(account), factories.commenters(3, gender="", age="", language="", profile_type="")
    )
    rollups.rebuild(account)
    people = habits(account)
    answer = segments(account)
    assert answer["people"] == len(people)
    for dimension in ("gender", "age", "profile_type", "language"):
        for entry in answer[dimension]:
            mine = [row for row in people.values() if getattr(row["who"], dimension) == entry["value"]]
            if entry.get("suppressed"):
                continue
            assert entry["people"] == len(mine) >= K
            mean = entry["comments_per_person"]
            assert mean["value"] == pytest.approx(sum(r["comments"] for r in mine) / len(mine), abs=0.005)
            ratio = sum(r["likes"] for r in mine) / sum(r["comments"] for r in mine)
            assert entry["likes_per_comment"]["value"] == pytest.approx(ratio, abs=0.005)
            if not entry["loyal"].get("suppressed"):
                true = sum(r["loyal"] for r in mine)
                assert entry["loyal"]["share"] == pytest.approx(true / len(mine), abs=K / len(mine))
                assert entry["loyal"]["low"] <= true / len(mine) <= entry["loyal"]["high"]
    assert "fr" not in {entry["value"] for entry in answer["language"]}
    assert next(e for e in answer["age"] if e["value"] == "45-54").get("suppressed")


def test_types_are_those_of_the_rules_with_what_is_not_judged_said(account: TrackedAccount) -> None:
    kinds = Counter(
        pure_types.kind(pure_types.Profile(p.username, p.followers, p.following, p.posts_count))
        for p in Commenter.objects.all()
    )
    answer = types(account)
    assert answer["judged"] == 400 - kinds[pure_types.UNKNOWN]
    assert answer["coverage"] == pytest.approx(answer["judged"] / 400, abs=1e-6)
    for entry in answer["kinds"]:
        assert entry["count"] == kinds[entry["value"]]
        assert entry["low"] <= entry["share"] <= entry["high"]
    assert sum(entry["share"] for entry in answer["kinds"]) == pytest.approx(1, abs=1e-5)
    for signal in answer["signals"]:
        assert signal.get("suppressed") or K <= signal["count"] <= answer["judged"] - K


def test_few_suspicious_accounts_are_not_told(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        real = factories.commenters(60, followers=200, following=300, posts_count=20)
        fake = factories.commenters(3, followers=1, following=4000, posts_count=0)
        factories.comments(factories.post(account), [*real, *fake])
        rollups.rebuild(account)
        answer = types(account)
    shown = {entry["value"]: told(entry) for entry in answer["kinds"]}
    assert shown["suspicious"] is None
    assert shown["real"] is None, "60 of 63 would tell that three are something else"
    assert all(signal.get("suppressed") for signal in answer["signals"])


def test_quality_adds_up_and_is_refused_with_too_little(account: TrackedAccount) -> None:
    answer = quality(account)
    assert answer["score"] == pytest.approx(sum(part["points"] for part in answer["parts"]), abs=0.3)
    assert answer["low"] <= answer["score"] <= answer["high"]
    kinds = {entry["value"]: entry for entry in types(account)["kinds"]}
    genuine = next(part for part in answer["parts"] if part["name"] == "genuine")
    real = kinds["real"]["count"] + kinds["influencer"]["count"]
    assert genuine["share"] == pytest.approx(real / types(account)["judged"], abs=1e-6)
    few = factories.account()
    factories.audience(few, [(50, {})])
    rollups.rebuild(few)
    assert quality(few)["score"] is None
    assert "100 people" in quality(few)["refused"]


def test_fewer_than_k_people_are_told_nothing_about(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        factories.audience(account, [(9, {})])
        rollups.rebuild(account)
        assert loyalty(account)["people"] is None
        assert loyalty(account)["months"] == []
        assert segments(account)["gender"] == []
        assert types(account)["judged"] is None
        assert quality(account)["score"] is None
        other = factories.account()
        assert compare(Asked(account), Asked(other))["rows"] == []


def test_answers_are_kept_until_the_data_change(account: TrackedAccount) -> None:
    before = loyalty(account)
    with CaptureQueriesContext(connection) as queries:
        assert loyalty(account) == before
    assert len(queries) == 0
    factories.comments(factories.post(account), factories.commenters(12))
    rollups.rebuild(account)
    assert loyalty(account)["people"] == before["people"] + 12


def test_a_comparison_finds_what_differs_and_nothing_else(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        a, b = factories.account("northroast"), factories.account("southroast")
        factories.audience(a, [(400, {"gender": "woman"}), (200, {"gender": "man"})])
        factories.audience(b, [(300, {"gender": "woman"}), (600, {"gender": "man"})])
        for one in (a, b):
            rollups.rebuild(one)
        answer = compare(Asked(a), Asked(b))
    rows = {(row["topic"], row["name"]): row for row in answer["rows"]}
    women = rows["gender", "woman"]
    assert women["verdict"] == "clear"
    assert women["a"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert women["difference"] == pytest.approx(1 / 3, abs=1e-4)
    assert women["low"] < women["difference"] < women["high"]
    assert rows["age", "25-34"]["verdict"] in {"chance", "untested"}
    assert rows["activity", "per_person"]["verdict"] == "chance"
    assert rows["gender", "woman"]["size"] == "medium"
    assert "clearly different" in answer["words"]


def test_two_periods_of_one_account_are_compared_with_their_noise(account: TrackedAccount) -> None:
    middle = date(2026, 4, 1)
    answer = compare(Asked(account, None, middle - timedelta(days=1)), Asked(account, middle, None))
    assert answer["same_account"]
    rows = {(row["topic"], row["name"]): row for row in answer["rows"]}
    people = habits(account)
    early = [row for row in people.values() if min(row["months"]) < middle]
    assert answer["a"]["people"] == len(early)
    women = rows["gender", "woman"]
    true = sum(row["who"].gender == "woman" for row in early) / sum(
        row["who"].gender in {"woman", "man"} for row in early
    )
    assert women["a"]["low"] <= true <= women["a"]["high"]
    assert any("blurred" in note for note in answer["notes"])
    assert answer == compare(Asked(account, None, middle - timedelta(days=1)), Asked(account, middle, None))


def test_overlap_counts_people_exactly_whatever_the_order(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        accounts = [factories.account(f"roast{n}") for n in range(3)]
        people = factories.commenters(120)
        for place, part in enumerate((people[:80], people[40:], people[60:100])):
            owner = factories.commenter(username=accounts[place].username)
            factories.comments(factories.post(accounts[place]), [*part, owner])
            rollups.rebuild(accounts[place])
        answer = overlap(accounts)
        turned = overlap(accounts[::-1])
    assert [one["people"] for one in answer["accounts"]] == [80, 80, 40]
    assert answer["exact"]
    found = {tuple(region["accounts"]): region["people"] for region in answer["regions"]}
    assert found["roast0",] == 40
    assert found["roast0", "roast1"] == 20
    assert found["roast0", "roast1", "roast2"] == 20
    pair = answer["pairs"][0]
    assert (pair["a"], pair["b"], pair["shared"]) == ("roast0", "roast1", 40)
    assert pair["jaccard"] == pytest.approx(40 / 120, abs=1e-6)
    assert {frozenset(r["accounts"]): r["people"] for r in turned["regions"]} == {
        frozenset(key): n for key, n in found.items()
    }


def test_no_answer_names_a_person(account: TrackedAccount) -> None:
    audiences.grown(account)
    other = audiences.lively("southroast", seed=9, people=60)
    answers = [loyalty(account), segments(account), types(account), quality(account), growth(account)]
    answers += [compare(Asked(account), Asked(other)), overlap([account, other])]
    text = json.dumps(answers)
    assert not [p.username for p in Commenter.objects.all() if p.username in text or str(p.pk) in text]
