"""``python -m aura.testing.simulators.replicate --port 9904``: a Replicate to try Aura with, until Ctrl-C."""

import argparse
import sys
import threading

from aura.testing.simulators.replicate import TOKEN, ReplicateSimulator


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m aura.testing.simulators.replicate", description=__doc__)
    asked.add_argument("--port", type=int, default=9904)
    asked.add_argument("--token", default=TOKEN)
    asked.add_argument("--seconds", type=float, default=3.0, help="how long a prediction takes")
    given = asked.parse_args()
    with ReplicateSimulator(token=given.token, seconds=given.seconds, port=given.port) as service:
        sys.stdout.write(f"REPLICATE_BASE_URL={service.url} REPLICATE_API_TOKEN={given.token}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
