"""The demo as one process of the stack: ``python -m aura.embedded.demo``.

Makes the demo workspace, runs the main job on the bundled sample through the running workers, writes the API's answer
to AURA_HOME/report.json and prints it with a sign-in link. It knows the features by the names of their commands only.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aura.embedded.home import BASE, StackError, home_directory
from aura.embedded.report import lines

ACCOUNT = "northroast"
SAMPLE = BASE / "audience" / "sample" / "data" / "comments.json"
PICTURES = SAMPLE.with_name("pictures")


def manage(*words: str) -> Any:
    """Run a management command and return the JSON it prints. Raises StackError with its own words where it fails."""
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=BASE, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise StackError(f"manage.py {words[0]} ended with exit code {done.returncode}; its lines above say why.")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise StackError(f"manage.py {words[0]} printed no JSON.") from None


def check_import(answer: dict[str, Any]) -> None:
    """Raise StackError where the import left anything out."""
    comments, people = (sum(answer[what].values()) for what in ("comments", "people"))
    if answer["status"] != "done" or answer["errors"] or answer["skipped"] or not comments or not people:
        raise StackError(f"The import is not complete: {json.dumps(answer)}")


def check_demographics(answer: dict[str, Any]) -> None:
    """Raise StackError where the answer does not cover everyone."""
    if not answer["people"] or answer["classified"] != answer["people"]:
        raise StackError(f"Of {answer['people']} people only {answer['classified']} are classified.")


def write_report(path: Path, answer: dict[str, Any]) -> None:
    """Write the API's answer as JSON (mode 0600), in one step."""
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        json.dump(answer, handle, indent=1, ensure_ascii=False)
    fresh.replace(path)


def run(address: str, say: Callable[[str], None], command: Callable[..., Any] = manage) -> dict[str, Any]:
    """Do every step of the demo and return the demographics. Raises StackError at the first step that is not right."""
    began = time.monotonic()
    entry = command("create_demo_workspace", "--account", ACCOUNT)
    slug = entry["workspace"]
    say(f"Reading the sample into @{ACCOUNT} and classifying its people; this takes a minute or two …")
    imported = command(
        "import_comments", ACCOUNT, str(SAMPLE), "--workspace", slug, "--pictures", str(PICTURES), "--wait", "--json"
    )
    check_import(imported)
    answer: dict[str, Any] = command("demographics", ACCOUNT, "--workspace", slug, "--json")
    check_demographics(answer)
    report = home_directory() / "report.json"
    write_report(report, answer)
    for line in [*lines(ACCOUNT, answer), "", f"Report: {report} ({time.monotonic() - began:.1f} s)"]:
        say(line)
    say(f"Sign in (this link works once): {address.rstrip('/')}{entry['link_path']}")
    return answer


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the demo against the stack whose web address is given; returns the exit code."""
    try:
        run(arguments[0], _say)
    except (StackError, KeyError) as error:
        _say(f"The demo failed. {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
