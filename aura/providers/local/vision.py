"""The embedded model: faces, names, words and rules put together. Needs no key, no network and no download."""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from aura.providers.errors import ProviderError
from aura.providers.local.combine import (
    age_estimate,
    estimated_years,
    face_log_odds,
    gender_estimate,
    language_estimate,
    profile_type_estimate,
)
from aura.providers.local.faces import Look, face_reader
from aura.providers.local.languages import LanguageReading, read_language
from aura.providers.local.names import NameReading, read_name, read_self_description
from aura.providers.local.profiles import read_profile_type
from aura.providers.ports import UNKNOWN, Estimate, ProfileEvidence, ProfileReading, ReadOutcome

REMEMBERED: Final = 20_000
NOT_ONE_PERSON: Final = {"business", "fan_page", "suspected_bot"}
NOTHING: Final = Estimate(UNKNOWN, 0.0)


class LocalVision:
    """Classifies profiles on this machine; see ``docs/local-model.md`` for how it decides and how far to trust it."""

    name = "local"
    version = "2"
    prompt_version = ""
    paid = False

    def __init__(self) -> None:
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._guard = threading.Lock()
        self._owner = os.getpid()

    def classify(self, profiles: Sequence[ProfileEvidence]) -> list[ProfileReading]:
        """One reading for each profile, in the same order; each different picture is looked at once.

        Raises ``ProviderError`` with code ``model_unavailable`` when the model files cannot be loaded.
        """
        looks = self._look_at(profiles)
        return [_reading(profile, looks.get(_picture_key(profile))) for profile in profiles]

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        """All readings in one outcome; see :meth:`classify`."""
        yield ReadOutcome(tuple(self.classify(profiles)))

    def _look_at(self, profiles: Sequence[ProfileEvidence]) -> Mapping[str, Look]:
        """What the pictures of these profiles show, by key; from memory where a picture was seen before."""
        pictures = {_picture_key(one): one.picture for one in profiles if one.picture}
        self._free_after_fork()
        with self._guard:
            looks = {key: self._looks[key] for key in pictures if key in self._looks}
        new = {key: picture for key, picture in pictures.items() if key not in looks}
        if new:
            try:
                found = face_reader().read(list(new.values()))
            except (OSError, RuntimeError, ImportError) as error:
                raise ProviderError(
                    f"The local face model cannot be used: {type(error).__name__}.", code="model_unavailable"
                ) from error
            looks |= dict(zip(new, found, strict=True))
        self._remember(looks)
        return looks

    def _remember(self, looks: Mapping[str, Look]) -> None:
        with self._guard:
            for key, look in looks.items():
                if not key.startswith("\0"):
                    self._looks[key] = look
                    self._looks.move_to_end(key)
            while len(self._looks) > REMEMBERED:
                self._looks.popitem(last=False)

    def _free_after_fork(self) -> None:
        # Another thread may have held the lock when this process was forked off.
        if self._owner != os.getpid():
            self._guard = threading.Lock()
            self._owner = os.getpid()


def _picture_key(profile: ProfileEvidence) -> str:
    """The content's name; without one, a key of this profile alone, which is not remembered."""
    return profile.picture_key or f"\0{profile.id}"


def _reading(profile: ProfileEvidence, look: Look | None) -> ProfileReading:
    face = look.face if look else None
    name, said = read_name(profile), read_self_description(profile)
    kind = read_profile_type(profile, has_name=name is not None, has_face=face is not None)
    profile_type = profile_type_estimate(kind)
    is_person = profile_type.value not in NOT_ONE_PERSON
    language = read_language(profile.comments, profile.bio)
    evidence = {
        "face": _face_evidence(look),
        "name": _name_evidence(name),
        "self_description": _name_evidence(said),
        "language": _language_evidence(language),
        "rules": list(kind.rules),
        "one_person": is_person,
    }
    return ProfileReading(
        profile.id,
        gender_estimate(face, name, said) if is_person else NOTHING,
        age_estimate(face) if is_person else NOTHING,
        profile_type,
        language_estimate(language),
        evidence,
    )


def _face_evidence(look: Look | None) -> dict[str, Any] | None:
    """None without a picture; the bare network's answers, so that a new calibration can be checked against them."""
    if look is None:
        return None
    if look.face is None:
        return {"faces": look.faces, "used": False}
    numbers = {name: round(value, 4) for name, value in asdict(look.face).items()}
    read = {"log_odds": round(face_log_odds(look.face), 3), "estimated_years": round(estimated_years(look.face), 2)}
    return {"faces": look.faces, "used": True, **numbers, **read}


def _name_evidence(reading: NameReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {"source": reading.source, "woman": reading.woman, "log_odds": round(reading.log_odds, 3)}


def _language_evidence(reading: LanguageReading | None) -> dict[str, Any] | None:
    return None if reading is None else {"source": reading.source, "letters": reading.letters}
