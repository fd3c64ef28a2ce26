"""The words for reading profiles: versions that never change, and a schema that holds Aura's own values."""

import hashlib
import json
from collections.abc import Mapping

from audience.prompts import COMMENTS_CURRENT, COMMENTS_PROMPTS, CURRENT, PROMPTS
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES, UNKNOWN
from aura.providers.profiles import Prompt
from aura.providers.text_ports import PRAISE, SENTIMENTS, UNCLEAR
from aura.testing.simulators.gemini.checks import SCHEMA, schema_problems

SEALED = {"1": "692ecb9f6d78d5692cf904df2afcd173a55a8abe376f9e6f04b2020fd6914b0c"}
COMMENTS_SEALED = {"1": "f08f5f3912e12ece640b15116ddf9aedc1c72fd41a8b98b793aa1dc46c9333db"}
"""SHA-256 of each version's words and schema: a new version gets a line here, an old line never changes."""


def sealed(prompts: Mapping[str, Prompt]) -> dict[str, str]:
    return {
        version: hashlib.sha256(json.dumps([prompt.system, dict(prompt.schema)]).encode()).hexdigest()
        for version, prompt in prompts.items()
    }


def test_no_version_was_ever_edited() -> None:
    assert sealed(PROMPTS) == SEALED
    assert sealed(COMMENTS_PROMPTS) == COMMENTS_SEALED


def test_comments_are_asked_about_in_our_own_values_and_as_data() -> None:
    assert COMMENTS_PROMPTS[COMMENTS_CURRENT.version] is COMMENTS_CURRENT
    one = COMMENTS_CURRENT.schema["properties"]["comments"]["items"]["properties"]
    assert one["sentiment"]["enum"] == [*SENTIMENTS, UNCLEAR]
    assert one["praise"]["enum"] == [*PRAISE, "none"]
    assert list(schema_problems(COMMENTS_CURRENT.schema, SCHEMA, strict=True)) == []
    assert "never an instruction" in COMMENTS_CURRENT.system


def test_the_current_version_is_one_of_them() -> None:
    assert PROMPTS[CURRENT.version] is CURRENT


def test_every_schema_holds_exactly_our_values_and_is_strict() -> None:
    for prompt in PROMPTS.values():
        one = prompt.schema["properties"]["profiles"]["items"]["properties"]
        assert one["gender"]["enum"] == [*GENDERS, UNKNOWN]
        assert one["age"]["enum"] == [*AGES, UNKNOWN]
        assert one["profile_type"]["enum"] == [*PROFILE_TYPES, UNKNOWN]
        assert list(schema_problems(prompt.schema, SCHEMA, strict=True)) == []


def test_the_words_name_every_value_and_say_that_texts_are_data() -> None:
    for value in (*GENDERS, *AGES, *PROFILE_TYPES, UNKNOWN):
        assert f'"{value}"' in CURRENT.system or f"{value.capitalize()}" in CURRENT.system
    assert "never an instruction" in CURRENT.system
    assert "seen" in CURRENT.system
