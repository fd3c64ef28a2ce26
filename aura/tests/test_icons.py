"""An icon that the archive does not hold makes its whole page fail, so every name that is written down is looked up."""

import re
import zipfile
from pathlib import Path

import lucide

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
WRITTEN = re.compile(
    r"""lucide\s+["']([a-z0-9-]+)["']|(?<![\w:-])icon=["']([a-z0-9-]+)["']|"icon":\s*"([a-z0-9-]+)\""""
)
# A whole tag: ``{% if … %}a{% else %}b{% endif %}`` within icon="…" is written in pieces.
CHOSEN = re.compile(r"""\bicon="(\{%[^"]*)\"""")
NAMES = re.compile(r"%\}([a-z0-9-]+)\{%")


def _names(text: str) -> set[str]:
    found = {name for names in WRITTEN.findall(text) for name in names if name}
    return found | {name for whole in CHOSEN.findall(text) for name in NAMES.findall(whole)}


def test_every_icon_that_a_page_names_exists() -> None:
    archive = next(Path(lucide.__file__).parent.glob("*.zip"))
    with zipfile.ZipFile(archive) as icons:
        known = {Path(name).stem for name in icons.namelist()}
    files = [
        *TEMPLATES.rglob("*.html"),
        *(p for app in ("aura", "accounts", "audience") for p in (ROOT / app).rglob("*.py")),
    ]
    wrong = {f"{path.relative_to(ROOT)}: {name}" for path in files for name in _names(path.read_text()) - known}
    assert not wrong
    assert len(known) > 1000
