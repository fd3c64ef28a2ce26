"""The bundled sample is what its generator makes, and is what its readers were promised."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from audience.dataset import CommentItem, ErrorItem, Limits, read_dataset
from audience.sample.count import count, load
from audience.sample.make import files
from audience.sample.people import DEFAULT_PICTURE, Person, make_people
from audience.sample.posts import ACCOUNT, make_posts

SAMPLE = Path(__file__).parents[1] / "sample"
DATA = SAMPLE / "data"
HOST = re.compile(r"https?://([^/\"\\]+)")
SHORT_CODE = re.compile(r"/(?:p|reel)/([A-Za-z0-9_-]+)/")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Items = list[dict[str, Any]]


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return make_people()


@pytest.fixture(scope="module")
def items() -> Items:
    return load(DATA / "comments.json")


def test_the_generator_makes_the_committed_data_files_to_the_byte(people: list[Person]) -> None:
    made = files(people, make_posts())
    different = [name for name, text in made.items() if (DATA / name).read_bytes() != text.encode()]
    assert different == []
    assert {path.name for path in DATA.rglob("*.*") if path.suffix != ".jpg"} == {name.split("/")[-1] for name in made}


def test_the_sample_is_as_large_as_promised(items: Items) -> None:
    counts = count(items)
    assert counts["items"] >= 5000
    assert counts["comments"] >= 5000
    assert counts["people"] == 2000
    assert counts["posts"] == 30
    assert len(counts["by_month"]) == 6
    assert counts["replies"] > 500


def test_the_sample_has_no_flaw_and_the_small_files_have_some(items: Items) -> None:
    whole, small = count(items), count(load(DATA / "small" / "comments.json"))
    assert (whole["errors"], whole["duplicates"]) == (0, 0)
    assert small["errors"] == 3
    assert small["duplicates"] >= 5


def test_items_come_in_every_shape_an_importer_must_read(items: Items) -> None:
    comments = [item for item in items if "commentUrl" in item]
    nested = [reply for item in comments for reply in item["replies"] or []]
    assert min(Counter("owner" in item for item in comments).values()) > 1500
    assert {type(item["likesCount"]) for item in comments} == {int, type(None)}
    assert any(item["likesCount"] == -1 for item in comments)
    assert any(item["replies"] is None for item in comments)
    assert any("owner" not in reply for reply in nested)
    assert any("/r/" in item["commentUrl"] for item in comments)
    assert any(item["text"] == "" and item["media"] for item in comments)
    assert all(isinstance(item["id"], str) for item in [*comments, *nested])
    ids = {int(item["id"]) for item in [*comments, *nested]}
    assert len({float(number) for number in ids}) < len(ids)


def test_everyone_keeps_one_id_one_name_and_one_picture(items: Items) -> None:
    comments = [item for item in items if "commentUrl" in item]
    owners = {(item.get("owner") or {}).get("id") or item["ownerId"]: item for item in comments}
    facts = {(item["ownerUsername"], item["ownerProfilePicUrl"]) for item in comments}
    assert len(facts) == len({name for name, _ in facts}) == len(owners)


def test_the_account_itself_writes_no_comment(items: Items) -> None:
    replies = [reply for item in items for reply in item.get("replies") or []]
    comments = [item for item in items if "commentUrl" in item]
    assert ACCOUNT not in {item["ownerUsername"] for item in [*comments, *replies]}


def test_user_names_are_such_as_instagram_allows(people: list[Person]) -> None:
    allowed = re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9._]{0,28}[a-z0-9_])?")
    assert [person.username for person in people if not allowed.fullmatch(person.username)] == []
    assert len({person.username for person in people}) == len({person.id for person in people}) == len(people)


@pytest.mark.parametrize("name", ["comments.json", "profiles.json", "small/comments.csv"])
def test_links_lead_to_no_real_picture_and_no_real_post(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert set(HOST.findall(text)) <= {"www.instagram.com", "pictures.example"}
    for code in set(SHORT_CODE.findall(text)):
        number = 0
        for letter in code:
            number = number * 64 + ALPHABET.index(letter)
        assert number >= 2**63, f"{code} may be a real post"


@pytest.mark.parametrize("name", ["small/comments.json", "small/comments.jsonl", "small/comments.csv"])
def test_the_counter_runs_alone_and_counts_the_small_files_alike(name: str) -> None:
    command = [sys.executable, "-I", str(SAMPLE / "count.py"), str(DATA / name)]
    counts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert counts == count(load(DATA / "small" / "comments.json"))
    assert counts["items"] == 208


def test_the_counter_counts_each_comment_and_person_once() -> None:
    reply = {"id": "3", "text": "", "ownerUsername": "b", "timestamp": "2026-02-01"}
    first = {
        "id": "1",
        "text": "x",
        "ownerUsername": "a",
        "ownerId": "7",
        "replies": [reply],
        "timestamp": "2026-01-01",
    }
    second = {"id": "2", "text": "x", "ownerUsername": "b", "owner": {"id": "8"}, "timestamp": "2026-01-02"}
    first["postUrl"], second["postUrl"] = "https://x/p/A/", "https://x/reel/A/"
    second["commentUrl"] = "https://x/reel/A/c/1/r/2"
    counts = count([first, second, first, {"error": "no_items", "url": "https://x/p/B/"}])
    wanted = {"items": 4, "comments": 3, "people": 2, "posts": 1, "replies": 2, "errors": 1, "duplicates": 2}
    assert {name: counts[name] for name in wanted} == wanted


@pytest.mark.parametrize("name", ["comments.json", "small/comments.json", "small/comments.jsonl", "small/comments.csv"])
def test_aura_reads_what_the_counter_counts(name: str) -> None:
    with (DATA / name).open("rb") as stream:
        records = list(read_dataset(stream, filename=name, limits=Limits()))
    found = [item for record in records for item in record.items]
    comments = {item.id: item for item in found if isinstance(item, CommentItem)}
    people = {item.person.username for item in comments.values()}
    counts = count(load(DATA / name))
    assert [record.problem for record in records if record.problem] == []
    assert len(records) == counts["items"]
    assert (len(comments), len(people)) == (counts["comments"], counts["people"])
    assert len({item.post.shortcode for item in comments.values()}) == counts["posts"]
    assert sum(bool(item.parent_id) for item in comments.values()) == counts["replies"]
    assert sum(isinstance(item, ErrorItem) for item in found) == counts["errors"]


def test_every_person_has_a_picture_and_no_picture_is_left_over(people: list[Person]) -> None:
    found = {path.name for path in (DATA / "pictures").iterdir()}
    assert found == {person.picture for person in people}
    shared = sum(person.picture == DEFAULT_PICTURE for person in people)
    assert 300 < shared < 700
    assert all(person.picture_url.endswith(f"/{DEFAULT_PICTURE}") for person in people if person.art == "default")
    assert sum(path.stat().st_size for path in (DATA / "pictures").iterdir()) < 5 * 2**20
