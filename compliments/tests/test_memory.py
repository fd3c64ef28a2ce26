"""A worker's memory stays small, whatever a carousel is made of (C2)."""

import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from PIL import Image

from aura.testing.simulators.server import Answer, Asked, Simulator

ROOT = Path(__file__).resolve().parents[2]
MOST = 300
"""MB for a whole worker process."""
WORK = """
import os, re
from django.conf import settings
from aura.jobs import memory
from aura.jobs.queue import load_jobs
from aura.providers.writer_ports import Brief, Picture
from aura.testing.drawings import drawn
from compliments.models import PostImage
from compliments.services import pictures, writers

# Not ru_maxrss: that begins with the memory of the process that started this one.
peak = lambda: int(re.search(r"VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1]) // 1024
settings.AURA_ALLOW_LOOPBACK = True
load_jobs()
before = peak()
writers.local_writer().write(Brief((Picture(1, drawn(1, 480), key="1"),), "poetic"))
# As between two jobs.
memory.give_back()
sides = [pictures.fetch(PostImage(link=link)).width for link in os.environ["LINKS"].split()]
print(before, peak(), len(sides), min(sides))
"""


@cache
def large() -> bytes:
    """A JPEG of 12 million pixels."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((3000, 4000)).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


class Host(Simulator):
    """Serves large pictures."""

    def answer(self, asked: Asked) -> Answer:
        return Answer(200, large(), {"Content-Type": "image/jpeg"})


def test_a_carousel_of_twenty_large_pictures_takes_less_than_300_mb() -> None:
    with Host() as host:
        links = " ".join(f"{host.url}/{number}" for number in range(20))
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", WORK]
        environ = os.environ | {"AURA_SECRET_KEY": "x" * 50, "LINKS": links}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    before, peak, count, width = (int(value) for value in done.stdout.split())
    assert (count, width) == (20, 1500)
    sys.stdout.write(f"{before} MB with all jobs loaded, {peak} MB at most\n")
    assert peak < MOST
