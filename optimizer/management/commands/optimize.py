"""`manage.py optimize IMAGE`: the same road as the page and the API, from the command line (O12)."""

import contextlib
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from accounts.queries import WorkspaceUnclear
from accounts.services.workspaces import command_workspace
from aura.embedded.home import StackError
from aura.embedded.meanwhile import running_stores
from aura.jobs.errors import QueueFull
from optimizer.layout import caption_text, file_name
from optimizer.management.running import Road, Task, read, refuse
from optimizer.management.watching import View, view_for
from optimizer.models import Optimization
from optimizer.options import CHOICES, RANGES, Choices, WrongOption, choices
from optimizer.photography import STYLES
from optimizer.platforms import ALL, PLATFORMS
from optimizer.readback import ResultsUnreadable, beyond_limits, read_results
from optimizer.saving import SaveRefused, check_free, save
from optimizer.services import intake

INTERRUPTED: Final = 130
RESULTS, CAPTIONS = "results.json", "captions.txt"
WORDS: Final = {
    "output_format": ("--format", "what the files are"),
    "fit": ("--fit", "cut to the platform's shape, or keep all and continue its borders"),
    "hashtag_preset": ("--hashtags", "how many hashtags"),
    "language": ("--language", "of the texts"),
    "writer": ("--writer", "who writes; local needs no key"),
    "photography": ("--photography", "photographs of the product: off, auto (where one is found), on"),
    "maker": ("--maker", "who makes the photographs"),
    "logo_position": ("--logo-position", "where the logo is"),
    "logo_tone": ("--logo-tone", "the logo as it is, light, dark, or by what is under it"),
}
NUMBERS: Final = {
    "logo_scale": "its width as a part of the picture's",
    "logo_margin": "its distance from the border, as a part of the shorter side",
    "logo_opacity": "1 hides what is under it",
}


class Command(BaseCommand):
    help = (
        "Make a picture ready for every platform: files, captions, hashtags, times. Ends with 0, with 1 where "
        "something failed (what was made is written), with 2 where the command is wrong."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("images", nargs="*", metavar="IMAGE", help="files or https addresses")
        parser.add_argument("--platforms", nargs="+", default=[ALL], help=f"of {', '.join(PLATFORMS)}, or all")
        parser.add_argument("--description", default="", help="what the picture shows, in your words")
        parser.add_argument("--use-ai", action="store_true", help="describe it too; without --description it always is")
        parser.add_argument("--sizes", nargs="+", default=[], metavar="PLATFORM=SIZE", help="such as instagram=story")
        for name, (flag, words) in WORDS.items():
            parser.add_argument(flag, dest=name, choices=CHOICES[name], help=words)
        parser.add_argument("--styles", nargs="+", choices=STYLES, help="of the photographs; all where none is named")
        parser.add_argument("--no-accounts", action="store_true", help="look for no accounts to tag")
        parser.add_argument("--fresh", action="store_true", help="ask models anew where the answer is known")
        parser.add_argument("--logo", type=Path, help="a picture to put on every file, best with transparency")
        for name, words in NUMBERS.items():
            low, high = RANGES[name]
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, dest=name, type=float, metavar=f"{low:g}…{high:g}", help=words)
        parser.add_argument("--output", type=Path, metavar="DIR", help="where the files go (here)")
        parser.add_argument("--force", action="store_true", help="write files anew that are there already")
        parser.add_argument("--workspace", default="", help="short name; else the oldest")
        parser.add_argument("--quiet", action="store_true", help="no progress")
        parser.add_argument(
            "--compilation-only", type=Path, metavar="RESULTS.json", help="write the captions again, of edited results"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _ends_politely():
                if options["compilation_only"]:
                    self._compile(options["compilation_only"], options["output"])
                else:
                    self._optimize(options)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
            sys.exit(INTERRUPTED)
        except (SaveRefused, StackError, QueueFull) as error:
            raise CommandError(str(error)) from error

    def _compile(self, path: Path, folder: Path | None) -> None:
        try:
            session = read_results(path.read_bytes())
        except OSError as error:
            refuse(f"Cannot read {path}: {error.strerror}.")
        except ResultsUnreadable as error:
            refuse(f"{path}: {error}")
        for words in beyond_limits(session):
            self.stderr.write(words)
        name = file_name(session.image, CAPTIONS)
        self._written(save(folder or path.parent, {name: caption_text(session).encode()}, force=True))

    def _optimize(self, options: dict[str, Any]) -> None:
        chosen, tasks = _choices(options), _tasks(options["images"])
        folder: Path = options["output"] or Path()
        try:
            for task in tasks:
                names = (file_name(task.name, ending) for ending in (RESULTS, CAPTIONS))
                check_free(folder, names, force=options["force"])
        except SaveRefused as error:
            refuse(str(error))
        logo = read(options["logo"]) if options["logo"] else b""
        written: list[Path] = []
        try:
            with view_for(sys.stderr, quiet=options["quiet"]) as view, running_stores(view.say) as mine:
                right = self._run(options, chosen, tasks, logo, view, alone=mine, written=written)
        finally:
            # Not while bars are drawn on the same terminal.
            self._written(written)
        if not right:
            raise CommandError("Not everything could be made; the lines above say what.")

    def _run(
        self,
        options: dict[str, Any],
        chosen: Choices,
        tasks: Sequence[Task],
        logo: bytes,
        view: View,
        *,
        alone: bool,
        written: list[Path],
    ) -> bool:
        try:
            road = Road(command_workspace(options["workspace"]), view, alone=alone)
        except WorkspaceUnclear as error:
            refuse(str(error))
        order = {"choices": chosen, "description": options["description"], "fresh": options["fresh"]}
        order["logo"] = road.keep_logo(logo) if logo else None
        right = True
        for task in tasks:
            row = road.run(task, order)
            if row is not None and row.state == Optimization.State.DONE:
                written += save(options["output"] or Path(), road.files(row), force=options["force"])
            right &= row is not None and road.is_right(task, row)
        return right

    def _written(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.stdout.write(str(path))


def _choices(options: dict[str, Any]) -> Choices:
    data = {name: options[name] for name in (*WORDS, *NUMBERS, "styles") if options[name] is not None}
    described = bool(options["description"].strip())
    data["mode"] = "ai" if not described else "both" if options["use_ai"] else "user"
    data["find_accounts"] = not options["no_accounts"]
    if options["styles"] and "photography" not in data:
        data["photography"] = "on"
    formats = [one.partition("=") for one in options["sizes"]]
    try:
        return choices({**data, "platforms": options["platforms"], "formats": {name: key for name, _, key in formats}})
    except WrongOption as error:
        refuse(str(error))


def _tasks(sources: Sequence[str]) -> list[Task]:
    """The pictures to make, each with a name of its own. Ends the command where one is not there."""
    if not sources:
        refuse("Name a picture: manage.py optimize IMAGE --platforms instagram facebook")
    found: dict[str, Task] = {}
    for source in sources:
        is_address = source.startswith(("http://", "https://"))
        task = Task(
            source, PurePath(urlsplit(source).path if is_address else source).name or intake.NAMELESS, is_address
        )
        if not task.is_address and not Path(source).is_file():
            refuse(f"There is no file {source}.")
        known = found.setdefault(file_name(task.name, RESULTS), task)
        if known is not task:
            refuse(f"{known.source} and {source} would write the same files: rename one, or use two folders.")
    return list(found.values())


@contextlib.contextmanager
def _ends_politely() -> Iterator[None]:
    """A command that is told to end stops its session and the stores as with Ctrl-C."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:
        # Not the main thread: signals are somebody else's.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
