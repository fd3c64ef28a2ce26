"""``python -m aura.testing.simulators.apify --port 9901``: an Apify to try Aura with, until Ctrl-C."""

import argparse
import sys
import threading

from aura.testing.simulators.apify import ApifySimulator
from aura.testing.simulators.apify.service import TOKEN
from aura.testing.simulators.world import World


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m aura.testing.simulators.apify", description=__doc__)
    asked.add_argument("--port", type=int, default=9901)
    asked.add_argument("--token", default=TOKEN)
    asked.add_argument("--seconds", type=float, default=10.0, help="how long a run takes")
    asked.add_argument("--account", action="append", metavar="NAME", help="an account that exists (more than once)")
    asked.add_argument("--posts", type=int, default=12, help="posts of each account")
    asked.add_argument("--comments", type=int, default=3000, help="comments of each account")
    given = asked.parse_args()
    world = World()
    for name in given.account or ["northwind", "kilnhouse"]:
        world.add_account(name, posts=given.posts, comments=given.comments)
    world.add_account("hidden_garden", is_private=True)
    with ApifySimulator(world, token=given.token, seconds=given.seconds, port=given.port) as apify:
        sys.stdout.write(
            f"APIFY_API_BASE_URL={apify.url} APIFY_TOKEN={given.token}\nAccounts: {', '.join(world.accounts)}\n"
        )
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
