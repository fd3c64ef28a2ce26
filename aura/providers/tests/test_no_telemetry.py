"""Nothing that Aura loads phones home."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_model_runtime_starts_no_telemetry(tmp_path: Path) -> None:
    code = "import os; import aura.providers.local.faces; print(os.getpid())"
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"} | {"HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert not Path(f"/tmp/mat-debug-{done.stdout.strip()}.log").exists()  # noqa: S108  where its reporter writes
    assert not list(tmp_path.rglob("*Microsoft*"))
