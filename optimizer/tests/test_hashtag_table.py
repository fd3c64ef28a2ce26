"""The workspace's own table of hashtags: imported, kept beside the shipped one, and used for a choice (O4, M15)."""

import io
from datetime import date
from typing import Any

import pytest

from accounts.models import AuditEntry
from aura.http.problems import Problem
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import current_workspace_id, workspace_scope
from aura.testing.fixtures import Team
from optimizer.hashtags import TagRow, Used, choose, starter
from optimizer.models import Optimization, PlatformOutput, StoredHashtag
from optimizer.personal import HashtagKeeper
from optimizer.prompts import read
from optimizer.queries.hashtags import hashtags, history, known_for, table_for
from optimizer.services import hashtags as service
from optimizer.services.hashtags import Refusal, import_table
from optimizer.services.texts import niches_of
from optimizer.tests.answers import answer, asked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
TABLE = (
    "Hashtag;Posts;Banned;Niches;Read_on\n"
    "#Harbour Light;1.200.000;no;Sea, Light;2026-11-01\n"
    "follow4follow;;yes;;\n"
    "@somebody;1;no;;\n"
    "sea;many;no;;\n"
    "\n"
    "harbour_light;350k;no;Sea;2026-11-02\n"
)


def session(hashtags: list[Any], *, niches: tuple[str, ...] = (), platform: str = "instagram", **fields: Any) -> None:
    place: dict[str, Any] = {"workspace_id": current_workspace_id()}
    made = Optimization.objects.create(**place, name="a.jpg", analysis={"niches": list(niches)}, state="done")
    PlatformOutput.objects.create(
        **place, optimization=made, platform=platform, number=1, hashtags=hashtags, state="done", **fields
    )


def test_a_table_is_taken_over_line_by_line_and_the_same_table_twice_changes_nothing(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        told = import_table(TABLE.encode(), name="tags.csv", user_id=team.bob.pk)
        assert (told.added, told.changed, told.unchanged, told.refused) == (2, 0, 0, 2)
        assert told.refusals == [
            Refusal(4, "@somebody", "a link or a handle is no hashtag"),
            Refusal(5, "sea", "posts is a whole number"),
        ]
        row = StoredHashtag.objects.get(key="harbourlight")
        assert (row.name, row.posts, row.niches, row.read_on, row.source) == (
            "harbour_light",
            350_000,
            ["sea"],
            date(2026, 11, 2),
            "tags.csv",
        )
        again = import_table(io.StringIO(TABLE), name="tags.csv")
        assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
        assert StoredHashtag.objects.get(key="harbourlight").changed_at == row.changed_at
        entry = AuditEntry.objects.filter(action="optimizer.hashtags_imported").order_by("sequence")[0]
        assert (entry.user_id, entry.detail["added"], entry.detail["refused"]) == (team.bob.pk, 2, 2)


def test_columns_that_a_table_does_not_have_stay_as_they_are(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        import_table(b"hashtag,posts,niches\nsea,500,beach\n")
        told = import_table(b"\xef\xbb\xbfhashtag,banned\nSea,yes\nsky,yes\n")
        assert (told.added, told.changed) == (1, 1)
        row = StoredHashtag.objects.get(key="sea")
        assert (row.posts, row.niches, row.banned) == (500, ["beach"], True)


@pytest.mark.parametrize(("given", "words"), [
    (b"", "first line"),
    (b"hashtag\n", "no lines"),
    (b"a,b\n1,2\n", "hashtag"),
    ("hashtag\nmöwe\n".encode("cp1252"), "UTF-8"),
    (b'hashtag\nsea\n"' + b"x" * 200_000, "not a CSV"),
])  # fmt: skip
def test_what_is_no_table_is_refused_as_a_whole(team: Team, given: bytes, words: str) -> None:
    with workspace_scope(team.workspace.pk):
        with pytest.raises(Problem, match=words) as raised:
            import_table(given)
        assert raised.value.get_codes() == "invalid_table"
        assert not StoredHashtag.objects.exists()


def test_a_table_larger_than_the_limit_leaves_nothing_behind(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    table = b"hashtag\n" + b"".join(b"tag%dx\n" % number for number in range(300))
    with workspace_scope(team.workspace.pk):
        for name, most, code in (("MOST_BYTES", 1000, "file_too_large"), ("MOST_STORED", 299, "too_many_hashtags")):
            with monkeypatch.context() as patched:
                patched.setattr(service, name, most)
                with pytest.raises(Problem) as raised:
                    import_table(table)
            assert raised.value.get_codes() == code
            assert not StoredHashtag.objects.exists()
        assert import_table(table).added == 300


def test_ten_thousand_lines_are_quick_and_their_refusals_bounded(team: Team) -> None:
    lines = "".join(f"tag{number}x,{number},no\n" for number in range(10_000))
    wrong = "".join(f"@me{number},1,no\n" for number in range(500))
    with workspace_scope(team.workspace.pk):
        told = import_table(f"hashtag,posts,banned\n{lines}{wrong}".encode())
        assert (told.added, told.refused, len(told.refusals)) == (10_000, 500, service.MOST_REFUSALS)


def test_the_own_table_lies_over_the_shipped_one_and_a_ban_of_either_stays(team: Team) -> None:
    shipped = next(row for row in starter() if not row.banned and row.niches)
    banned = next(row for row in starter() if row.banned)
    with workspace_scope(team.workspace.pk):
        assert table_for(["sea"]) is None
        import_table(f"hashtag,posts,banned,niches\n{shipped.name},77,no,own\n{banned.name},9,no,own\n".encode())
        import_table(b"hashtag,posts,banned,niches\nquayside,5,yes,own\nmooring,50,no,own\nelsewhere,50,no,other\n")
        rows = {row.name: row for row in table_for([], ["OWN"]) or ()}
        assert rows[shipped.name] == TagRow(shipped.name, shipped.size, 77, niches=("own", *shipped.niches), own=True)
        assert rows[banned.name].banned
        assert (rows["quayside"].banned, rows["mooring"].posts, "elsewhere" in rows) == (True, 50, False)
        assert "elsewhere" in {row.name for row in table_for(["#Elsewhere", "@me"]) or ()}
        chosen = choose("instagram", ["Quayside", "mooring"], table=table_for(["Quayside", "mooring"], ["own"]))
        assert "mooring" in chosen.names
        assert "quayside" not in chosen.names
    with workspace_scope(team.elsewhere.pk):
        assert table_for(["sea"], ["own"]) is None


def test_a_choice_reads_a_bounded_part_of_a_large_table(
    team: Team, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(f"tag{number}x,{number},own\n" for number in range(3000))
    with workspace_scope(team.workspace.pk):
        import_table(f"hashtag,posts,niches\n{lines}".encode())
        with django_assert_num_queries(3):
            rows = table_for(["tag1x"], ["own"]) or ()
        own = [row.name for row in rows if "own" in row.niches]
        assert len(own) == 401
        assert own[1] == "tag2999x"


def test_what_was_used_before_counts_once_a_session(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        assert history() == ()
        session(["harbour", "sea", "harbour"], niches=("Travel",))
        session(["Harbour", "@nobody", 7], niches=("travel", "food"))
        session(["unfinished"])
        PlatformOutput.objects.filter(hashtags=["unfinished"]).update(state="running")
        assert history() == (Used("harbour", 2, niches=("travel", "food")), Used("sea", 1, niches=("travel",)))
        newest = Optimization.objects.order_by("-created_at")[1]
        assert [used.times for used in history(besides=newest.pk)] == [1, 1]
    with workspace_scope(team.elsewhere.pk):
        assert history() == ()


def test_what_was_used_before_and_is_banned_since_is_not_chosen_again(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        session(["quayside", "mooring"])
        import_table(b"hashtag,banned\nQuay side,yes\n")
        table, used = known_for(["sea"], [])
        chosen = choose("instagram", ["sea"], table=table, history=used)
        assert "mooring" in chosen.names
        assert "quayside" not in chosen.names


def test_only_the_newest_platforms_are_read(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.queries.hashtags.FORMER_OUTPUTS", 2)
    with workspace_scope(team.workspace.pk):
        for name in ("oldest", "newer", "newest"):
            session([name])
        assert {used.name for used in history()} == {"newer", "newest"}


def test_a_hashtag_is_saved_found_and_deleted(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        row = service.save({"name": "harbour_light", "niches": ["sea"], "posts": 5})
        assert service.save({"name": "harbourlight", "banned": True}).pk == row.pk
        service.save({"name": "sea", "posts": 9})
        assert [one.name for one in hashtags()] == ["sea", "harbourlight"]
        assert [one.name for one in hashtags({"q": "#Light harbour"})] == ["harbourlight"]
        assert [one.name for one in hashtags({"niche": "Sea"})] == ["harbourlight"]
        assert [one.name for one in hashtags({"banned": False})] == ["sea"]
        assert not hashtags({"q": "%"}).exists()
        assert (service.remove([row.pk]), service.remove([row.pk])) == (1, 0)
    with workspace_scope(team.elsewhere.pk):
        assert service.remove_all() == 0
    with workspace_scope(team.workspace.pk):
        assert service.remove_all() == 1


def test_a_person_whose_name_is_a_hashtag_goes_with_it_and_a_plain_word_stays(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        import_table(b"hashtag\nnorthroast99\ncoffee\n")
        keeper = HashtagKeeper()
        who = Identifiers(frozenset({"north.roast_99", "coffee"}))
        assert [section.rows[0]["name"] for section in keeper.collect(who)] == ["northroast99"]
        erasure = Erasure(who)
        keeper.erase_rows(erasure)
        assert erasure.counts["optimizer_storedhashtag"] == 1
        assert [row.name for row in hashtags()] == ["coffee"]


def test_niches_are_those_that_a_model_named_and_those_that_the_user_speaks_of() -> None:
    assert niches_of("Our coffee, slowly brewed.", None) == ("coffee",)
    words = read(answer(niches=["Raku Firing"]), asked())
    found = niches_of("A trip to the beach.", words)
    assert found[0] == "Raku Firing"
    assert {"beach"} <= set(found)
