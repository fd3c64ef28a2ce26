"""``python -m aura.testing.simulators.openai --port 9903``: an OpenAI-compatible server to try Aura with."""

import argparse
import sys
import threading

from aura.testing.simulators.openai.service import KEY, MODELS, OpenAISimulator


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m aura.testing.simulators.openai", description=__doc__)
    asked.add_argument("--port", type=int, default=9903)
    asked.add_argument("--key", default=KEY)
    asked.add_argument("--latency", type=float, default=1.0, help="seconds before each answer")
    given = asked.parse_args()
    with OpenAISimulator(key=given.key, latency=given.latency, port=given.port) as service:
        sys.stdout.write(f"OPENAI_BASE_URL={service.base} OPENAI_API_KEY={given.key} AURA_OPENAI_MODEL={MODELS[0]}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
