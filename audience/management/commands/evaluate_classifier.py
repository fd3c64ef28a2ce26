"""`manage.py evaluate_classifier LABELS.csv --pictures DIR`: how right a model is on labelled pictures (A8)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audience.evaluation import LabelsRefused, lines, read_codes, read_labels
from audience.services.evaluating import SLICE, evaluate
from audience.services.visions import NAMES, vision_named
from aura.providers.errors import ProviderError


class Command(BaseCommand):
    help = "Measure a model on labelled pictures: accuracy, macro-F1, ages, calibration, risk–coverage, bias, cost."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labels", type=Path, help="CSV or TSV with a column for the picture, and gender or age")
        parser.add_argument("--pictures", type=Path, help="folder of the pictures; default: that of the list")
        parser.add_argument("--provider", choices=NAMES, default="local")
        parser.add_argument("--limit", type=int, default=0, help="take a random sample of so many rows")
        parser.add_argument("--json", dest="json_path", default="", help="write the figures as JSON; - for the screen")
        parser.add_argument("--profiles", type=int, default=SLICE, help=f"profiles read at a time (default {SLICE})")
        parser.add_argument("--seed", type=int, default=0, help="of the sample and of the bootstrap intervals")
        parser.add_argument("--gender-codes", default="", help="what codes mean, such as 0=man,1=woman")

    def handle(self, *args: Any, **options: Any) -> None:
        labels: Path = options["labels"]
        folder = options["pictures"] or labels.parent
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if options["profiles"] < 1 or options["limit"] < 0:
            raise CommandError("--profiles is at least 1, --limit at least 0.")
        try:
            vision = vision_named(options["provider"])
            rows = read_labels(labels, read_codes(options["gender_codes"]))
            kinds = {name: options[name] for name in ("limit", "seed")}
            gathered = evaluate(rows, folder, vision, size=options["profiles"], **kinds)
        except (LabelsRefused, ProviderError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{labels} cannot be read: {error.strerror}.") from error
        self._say(gathered.as_json(vision, options["seed"]), options["json_path"])

    def _say(self, answer: dict[str, Any], path: str) -> None:
        if path != "-":
            for line in lines(answer):
                self.stdout.write(line)
        if path == "-":
            self.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False))
        elif path:
            Path(path).write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if answer["stopped"]:
            raise CommandError(f"Stopped early: {answer['stopped']}")
