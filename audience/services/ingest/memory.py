"""What the files of one run have in common, so that nothing in two of them is counted twice."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audience.services.ingest.seen import Keys


@dataclass(frozen=True, slots=True)
class Memory:
    """Hashes of what earlier files of a run held, in the file ``path``; they held ``first`` records together."""

    path: Path
    first: int

    def load(self) -> dict[str, Keys]:
        """What was kept; nothing before the first file."""
        try:
            with np.load(self.path, allow_pickle=False) as found:
                return {name: found[name] for name in found.files}
        except FileNotFoundError:
            return {}

    def save(self, keys: Mapping[str, Keys]) -> None:
        """Keep the hashes of everything so far, in one step."""
        fresh = self.path.with_suffix(".new")
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with fresh.open("wb") as out:
            np.savez(out, allow_pickle=False, **keys)
        os.replace(fresh, self.path)
