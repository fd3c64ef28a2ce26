"""O12: the command line takes the same road, writes its files, and says with its exit code how it went."""

import json
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User, Workspace
from accounts.services.people import create_setup_link, set_up
from aura.tenancy.scope import staff_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from optimizer.engine import rendering
from optimizer.layout import HEADINGS, caption_text, results_json
from optimizer.management import running
from optimizer.models import Optimization
from optimizer.tests.live import snapshot
from optimizer.tests.pictures import encoded, grainy, palette_with_alpha, quarters
from optimizer.tests.test_layout import SESSION

live = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
QUICK = ("--writer", "local", "--no-accounts")


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def cup(tmp_path: Path) -> Path:
    path = tmp_path / "blue cup.jpg"
    path.write_bytes(snapshot())
    return path


def optimize(*words: object) -> None:
    call_command("optimize", *map(str, words))


def code_of(*words: object) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        optimize(*words)
    return caught.value.returncode, str(caught.value)


def rows() -> list[Optimization]:
    with staff_scope("test"):
        return list(Optimization.objects.order_by("created_at"))


@live
def test_a_picture_becomes_files_for_its_platforms(
    team: Team, cup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    optimize(cup, "--platforms", "instagram", "x", "--description", "Our cup", "--output", out, *QUICK)
    names = {"blue_cup_instagram.jpg", "blue_cup_x_com.jpg", "blue_cup_results.json", "blue_cup_captions.txt"}
    assert {path.name for path in out.iterdir()} == names
    text = (out / "blue_cup_captions.txt").read_text()
    assert [line for line in text.splitlines() if line in HEADINGS] == list(HEADINGS) * 2
    assert "Our cup" in text
    results = json.loads((out / "blue_cup_results.json").read_text())
    assert set(results["results"]) == {"instagram", "x.com"}
    said = capsys.readouterr()
    assert {Path(line).name for line in said.out.splitlines()} == names
    assert "blue cup.jpg: instagram ready" in said.err
    (row,) = rows()
    assert (row.workspace_id, row.created_by_id, row.options["mode"]) == (team.workspace.pk, None, "user")


@live
def test_options_reach_the_session(team: Team, cup: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(palette_with_alpha())
    words = ["--platforms", "tiktok", "instagram", "--sizes", "instagram=story", "--format", "webp", "--fit", "extend"]
    words += ["--hashtags", "few", "--logo", str(logo), "--logo-position", "top-left", "--logo-scale", "0.3"]
    words += ["--workspace", "south", "--quiet", "--output", str(tmp_path / "out"), *QUICK]
    optimize(cup, *words)
    (row,) = rows()
    chosen = row.choices
    assert chosen.platforms == ("instagram", "tiktok")
    assert (chosen.format_for("instagram"), chosen.output_format, chosen.fit) == ("story", "webp", "extend")
    assert (chosen.logo_position, chosen.logo_scale, chosen.mode, chosen.find_accounts) == (
        "top-left",
        0.3,
        "ai",
        False,
    )
    assert row.logo_id is not None
    assert row.workspace_id == team.elsewhere.pk
    assert (tmp_path / "out" / "blue_cup_tiktok.webp").read_bytes()[8:12] == b"WEBP"


@live
def test_nothing_is_made_where_files_are_in_the_way(team: Team, cup: Path, tmp_path: Path) -> None:
    mine = tmp_path / "blue_cup_captions.txt"
    mine.write_text("mine")
    code, words = code_of(cup, "--output", tmp_path, *QUICK)
    assert (code, rows()) == (2, [])
    assert "--force" in words
    optimize(cup, "--output", tmp_path, "--force", "--platforms", "x", *QUICK)
    assert "READY TO POST CONTENT" in mine.read_text()


@live
def test_a_platform_that_fails_is_named_and_the_others_are_written(
    team: Team, cup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = rendering._finished

    def failing(picture: Any, target: Any, *rest: Any) -> Any:
        if target.key == "tiktok":
            raise MemoryError
        return finished(picture, target, *rest)

    with patch.object(rendering, "_finished", failing):
        code, _ = code_of(cup, "--platforms", "tiktok", "pinterest", "--output", tmp_path / "out", *QUICK)
    assert code == 1
    assert "blue cup.jpg: tiktok failed: " in capsys.readouterr().err
    assert (tmp_path / "out" / "blue_cup_pinterest.jpg").exists()
    assert not (tmp_path / "out" / "blue_cup_tiktok.jpg").exists()
    assert "FAILED" in (tmp_path / "out" / "blue_cup_captions.txt").read_text()


@live
def test_a_photograph_that_cannot_be_made_is_told(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "noise.png"
    path.write_bytes(encoded(grainy(700, 600, grain=30), "PNG"))
    words = ("--styles", "floating", "--maker", "local", "--platforms", "x", "--output", tmp_path / "out")
    assert code_of(path, *words, *QUICK)[0] == 1
    said = capsys.readouterr().err
    assert "noise.png: the photograph floating failed: " in said
    assert "(no_product)" in said
    assert (tmp_path / "out" / "noise_x_com.jpg").exists()


@live
def test_a_picture_that_is_refused_does_not_stop_the_next(
    team: Team, cup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small, broken = tmp_path / "small.png", tmp_path / "broken.jpg"
    small.write_bytes(encoded(quarters(299, 299), "PNG"))
    broken.write_bytes(b"")
    code, _ = code_of(small, broken, cup, "--platforms", "x", "--output", tmp_path / "out", *QUICK)
    said = capsys.readouterr().err
    assert code == 1
    assert "small.png: The picture has 299 × 299 pixels" in said
    assert "(IMAGE_TOO_SMALL)" in said
    assert "broken.jpg: " in said
    assert "(INVALID_IMAGE_FORMAT)" in said
    assert (tmp_path / "out" / "blue_cup_x_com.jpg").exists()
    assert len(rows()) == 1


@live
def test_wrong_usage_ends_with_two_and_says_what_would_be_right(team: Team, cup: Path, tmp_path: Path) -> None:
    twin = tmp_path / "blue_cup.png"
    twin.write_bytes(encoded(quarters(), "PNG"))
    logo = tmp_path / "logo.png"
    logo.write_text("no picture")
    for words, told in (
        ((), "Name a picture"),
        ((tmp_path / "none.jpg",), "There is no file"),
        ((cup, twin), "would write the same files"),
        ((cup, "--platforms", "myspace"), "myspace"),
        ((cup, "--sizes", "instagram=huge"), "huge"),
        ((cup, "--logo-scale", "7"), "logo_scale is a number from 0.02 to 1"),
        ((cup, "--logo", logo), "--logo: "),
        ((cup, "--workspace", "west"), "There are: north, south"),
    ):
        code, said = code_of(*words)
        assert code == 2, said
        assert told in said
    assert rows() == []


@live
def test_ctrl_c_cancels_the_session(team: Team, cup: Path, tmp_path: Path) -> None:
    with patch.object(running, "sleep", side_effect=KeyboardInterrupt), pytest.raises(SystemExit) as caught:
        optimize(cup, "--output", tmp_path / "out", *QUICK)
    assert caught.value.code == 130
    (row,) = rows()
    assert row.state == Optimization.State.CANCELLED
    assert not (tmp_path / "out").exists()


@live
def test_where_workers_run_they_do_the_work(team: Team, cup: Path, tmp_path: Path) -> None:
    def work(seconds: float) -> None:
        drain()

    with (
        patch.object(running, "live_workers", return_value=1),
        patch.object(running, "sleep", work),
        patch.object(running, "Crew", side_effect=AssertionError),
    ):
        optimize(cup, "--platforms", "x", "--output", tmp_path / "out", *QUICK)
    assert (tmp_path / "out" / "blue_cup_x_com.jpg").exists()


@live
def test_what_takes_too_long_is_given_up_without_a_clock(team: Team, cup: Path, tmp_path: Path) -> None:
    def begun(seconds: float) -> None:
        with staff_scope("test"):
            Optimization.objects.filter(state="queued").update(state="running", deadline_at="2026-01-01T00:00:00Z")

    with patch.object(running, "live_workers", return_value=1), patch.object(running, "sleep", begun):
        assert code_of(cup, "--platforms", "x", "--output", tmp_path / "out", *QUICK)[0] == 1
    assert rows()[0].error_code == "PROCESSING_TIMEOUT"


@live
@pytest.mark.usefixtures("db")
def test_an_aura_without_people_works_and_the_first_owner_gets_what_was_made(cup: Path, tmp_path: Path) -> None:
    for n in range(2):
        optimize(cup, "--platforms", "x", "--output", tmp_path / str(n), *QUICK)
    assert [row.reused for row in rows()] == [False, True]
    with staff_scope("test"):
        (workspace,) = Workspace.objects.all()
    assert not User.objects.exists()
    owner, _ = set_up(create_setup_link(), email="first@example.org", password="a long word, twice", workspace="Mine")
    with staff_scope("test"):
        assert Membership.objects.filter(workspace=workspace, user=owner, role="owner").exists()


def test_captions_are_written_again_without_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "edited.json"
    data = json.loads(results_json(SESSION))
    data["results"]["instagram"]["caption"] = "A better line."
    data["results"]["x.com"]["caption"] = "x" * 281
    path.write_text(json.dumps(data))
    (tmp_path / "my_cup_captions.txt").write_text("before")
    started = time.process_time()
    optimize("--compilation-only", path)
    assert time.process_time() - started < 2
    text = (tmp_path / "my_cup_captions.txt").read_text()
    assert "A better line." in text
    assert text.replace("A better line.", "") != caption_text(SESSION)
    said = capsys.readouterr()
    assert said.out.strip() == str(tmp_path / "my_cup_captions.txt")
    assert "x.com: the caption has 281 of 280 characters." in said.err
    optimize("--compilation-only", path, "--output", tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "my_cup_captions.txt").read_text() == text


def test_a_results_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"format": 9, "results": {}}')
    code, words = code_of("--compilation-only", path)
    assert code == 2
    assert "format 9; this version reads 1" in words
    assert code_of("--compilation-only", tmp_path / "none.json")[0] == 2
