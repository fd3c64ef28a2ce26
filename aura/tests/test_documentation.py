"""The README tells the truth about the configuration."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'env\.(?:text|required|flag|number|choice|words|url|origins|keys)\(\s*"([A-Z_]+)"')
INTERNAL = {"AURA_WEB_PROCESS"}


def settings_read() -> set[str]:
    """Every environment variable that the product's code reads through aura.environment."""
    files = [path for path in (ROOT / "aura").rglob("*.py") if "tests" not in path.parts]
    return {name for path in files for name in READ.findall(path.read_text())} - INTERNAL


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [name for name in sorted(settings_read()) if f"`{name}`" not in readme]
    assert not missing, missing


def test_the_readme_names_no_setting_that_nobody_reads() -> None:
    table = (ROOT / "README.md").read_text().split("| variable |")[1].split("##")[0]
    named = {
        name
        for row in table.splitlines()
        if "|" in row[1:]
        for name in re.findall(r"`([A-Z]+_[A-Z_]+)`", row.split("|")[1])
    }
    code = "\n".join(p.read_text() for p in (ROOT / "aura").rglob("*.py") if "tests" not in p.parts)
    assert {name for name in named if f'"{name}"' not in code} == set()


def test_every_linked_file_exists() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
