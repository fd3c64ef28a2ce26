"""Profiles a second with Gemini's own client against a simulator: ``python -m benchmarks.classify [PROFILES]``.

The simulator answers after one second and runs in a process of its own. Every way goes through the product's outlet
(gate in a private Valkey, meter, threads) and takes each outcome as a job does. CPU seconds are those of this process
alone. The first line, one picture a request and one request at a time, is what the others are compared with.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID, uuid4

from audience.prompts import CURRENT
from aura.embedded.private import private_stores
from aura.providers.configuration import VisionSettings
from aura.providers.gate import Gate, Service
from aura.providers.gemini import GeminiVision
from aura.providers.images import sanitise
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.ports import ProfileEvidence
from aura.testing.simulators.gemini import KEY

PICTURES = Path(__file__).parents[1] / "audience" / "sample" / "data" / "pictures"
COMMENTS = ("Love this so much, where can I buy it?", "so pretty on the shelf!", "@anna.b look at this 🔥")
MODEL = "gemini-3.5-flash-lite"


class Sum:
    """A meter that adds up."""

    def __init__(self) -> None:
        self.calls = self.tokens = 0

    def reserve(self, expected: Usage) -> UUID:
        return uuid4()

    def together(self) -> AbstractContextManager[object]:
        return nullcontext()

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        self.calls, self.tokens = self.calls + 1, self.tokens + used.input_tokens + used.output_tokens
        return Decimal(0)

    def release(self, reservation: UUID, error_code: str = "") -> None:
        """Nothing was set aside."""

    def keep(self, reservation: UUID, error_code: str) -> Decimal:
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class Figures:
    rate: float
    cpu: float


@contextmanager
def simulator(latency: float) -> Iterator[str]:
    """The address of a Gemini in a process of its own."""
    command = [sys.executable, "-m", "aura.testing.simulators.gemini", "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0].partition("=")[2]
        finally:
            process.terminate()


def people(count: int) -> list[ProfileEvidence]:
    """Profiles with comments and a picture of 150 to 320 pixels, as Instagram has them."""
    clean = [
        sanitise(path.read_bytes(), max_bytes=8 * 2**20, side=320).data
        for path in islice(sorted(PICTURES.glob("*.jpg")), 64)
    ]
    return [
        ProfileEvidence(str(number), f"user{number}", "Anna Example", "Potter. Berlin.", COMMENTS, picture)
        for number, picture in zip(range(count), cycle(clean), strict=False)
    ]


def measure(gate: Gate, url: str, profiles: Sequence[ProfileEvidence], *, together: int, in_flight: int) -> Figures:
    """Read all profiles and print what it took."""
    settings = VisionSettings(url, MODEL, profiles=together, in_flight=in_flight, per_minute=100_000)
    meter = Sum()
    service = Service(f"bench-{uuid4().hex}", key=KEY, part=MODEL, per_minute=100_000, in_flight=in_flight)
    vision = GeminiVision(KEY, settings, CURRENT, Outlet(service, gate, meter, Policy(in_flight=in_flight)))
    started, cpu, read = time.perf_counter(), time.process_time(), 0
    for outcome in vision.read(profiles):
        read += len(outcome.readings)
        if outcome.charge:
            outcome.charge.book()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert read == len(profiles)
    figures = Figures(read / seconds, cpu / read * 1000)
    print(
        f"{in_flight:4} in flight, {together:2} a request: {figures.rate:7.1f} profiles/s, "
        f"{figures.cpu:5.2f} CPU s per 1,000, {meter.calls} calls, {meter.tokens / read:.0f} tokens a profile"
    )
    return figures


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    with private_stores() as stores, simulator(1.0) as url:
        os.environ.update(stores.environ)
        gate = Gate(stores.environ["REDIS_URL"])
        profiles = people(count)
        measure(gate, url, profiles[:16], together=16, in_flight=1)  # the imports of the SDK
        serial = measure(gate, url, profiles[:5], together=1, in_flight=1)
        for together, in_flight in ((1, 32), (8, 32), (16, 32)):
            figures = measure(
                gate, url, profiles[: max(256, count * together // 16)], together=together, in_flight=in_flight
            )
            print(f"{'':22}{figures.rate / serial.rate:7.1f} x the serial way")
    return 0


if __name__ == "__main__":
    sys.exit(main())
