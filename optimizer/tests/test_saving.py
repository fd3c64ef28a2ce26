"""Files of a session land in their folder, whole or not at all, and nowhere else."""

import os
from pathlib import Path

import pytest

from optimizer import saving
from optimizer.saving import SaveRefused, save

FILES = {"cup_instagram.jpg": b"picture", "cup_captions.txt": "Käffchen".encode()}


def test_files_are_written_and_the_folder_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert save(folder, FILES) == [folder / name for name in FILES]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_a_file_that_is_there_stops_all_of_them_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "cup_captions.txt").write_bytes(b"mine")
    with pytest.raises(SaveRefused, match="is there already; --force"):
        save(tmp_path, FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"cup_captions.txt": b"mine"}
    save(tmp_path, FILES, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES


def test_somebody_who_was_faster_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(folder: Path, data: bytes) -> Path:
        (folder / "cup_instagram.jpg").write_bytes(b"theirs")
        return fresh(folder, data)

    fresh = saving._fresh
    monkeypatch.setattr(saving, "_fresh", late)
    with pytest.raises(SaveRefused, match="is there already"):
        save(tmp_path, FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"cup_instagram.jpg": b"theirs"}


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../cup.jpg", "/etc/cup.jpg", "a\\b.jpg", "a/b.jpg", "a\0.jpg", "ä" * 150]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SaveRefused, match="is no name for a file"):
        save(tmp_path / "out", {"good.txt": b"", name: b"x"}, force=True)
    assert not (tmp_path / "out").exists()


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.txt", tmp_path / "out"
    secret.write_bytes(b"secret")
    folder.mkdir()
    (folder / "cup_captions.txt").symlink_to(secret)
    (folder / "dangling.txt").symlink_to(tmp_path / "nowhere")
    for name in ("cup_captions.txt", "dangling.txt"):
        with pytest.raises(SaveRefused, match="is there already"):
            save(folder, {name: b"x"})
    save(folder, {**FILES, "dangling.txt": b"x"}, force=True)
    assert secret.read_bytes() == b"secret"
    assert not (folder / "cup_captions.txt").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "cup_captions.txt").mkdir()
    with pytest.raises(SaveRefused, match="is a folder"):
        save(tmp_path, FILES, force=True)


@pytest.mark.parametrize("fails", ["fsync", "link"])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, fails, full)
    with pytest.raises(SaveRefused, match="No space left on device"):
        save(tmp_path, FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_gets_its_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlinked(*arguments: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unlinked)
    save(tmp_path, FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES
