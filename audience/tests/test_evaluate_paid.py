"""A8: paid models are measured by the same command, with what they cost."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from PIL import Image

from aura.testing.simulators.gemini.service import KEY, GeminiSimulator


def test_gemini_is_measured_with_its_cost_and_without_a_key_the_command_says_so(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,gender,username\n" + "".join(f"{n}.jpg,woman,person{n}\n" for n in range(20)))
    for number in range(20):
        Image.new("RGB", (160, 160), (number * 9, 80, 120)).save(tmp_path / f"{number}.jpg")
    keys = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "")
    with override_settings(AURA_PROVIDER_SECRETS=keys), pytest.raises(CommandError, match="not set up"):
        call_command("evaluate_classifier", str(labels), "--provider", "gemini")
    with GeminiSimulator(lambda shown: {"gender": "woman"}) as gemini:
        outside = settings.AURA_OUTSIDE
        placed = replace(outside, gemini=replace(outside.gemini, url=gemini.url))
        out = io.StringIO()
        with override_settings(AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=keys | {"gemini": KEY}):
            call_command("evaluate_classifier", str(labels), "--provider", "gemini", "--json", "-", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["cost"]["usd_per_1000"] > 0
    assert len(gemini.read) == 20
