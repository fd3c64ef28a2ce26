"""``python -m aura.testing.simulators.gemini --port 9902``: a Gemini to try Aura with, until Ctrl-C."""

import argparse
import sys
import threading

from aura.testing.simulators.gemini import KEY, GeminiSimulator


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m aura.testing.simulators.gemini", description=__doc__)
    asked.add_argument("--port", type=int, default=9902)
    asked.add_argument("--key", default=KEY)
    asked.add_argument("--latency", type=float, default=1.0, help="seconds before each answer")
    given = asked.parse_args()
    with GeminiSimulator(key=given.key, latency=given.latency, port=given.port) as gemini:
        sys.stdout.write(f"GOOGLE_GEMINI_BASE_URL={gemini.url} GEMINI_API_KEY={given.key}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
