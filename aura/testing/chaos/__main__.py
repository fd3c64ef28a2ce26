"""``python -m aura.testing.chaos --jobs 1000``: a run on stores of its own; exit code 1 where a job was lost."""

import argparse
import dataclasses
import sys

from aura.testing.chaos.run import Plan, run
from aura.testing.chaos.stores import durable_stores


def main() -> int:
    """Run what the command line says and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    for field in dataclasses.fields(Plan):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    plan = Plan(**vars(parser.parse_args()))
    with durable_stores() as (database, environ):
        outcome = run(plan, environ, database.crash)
    sys.stdout.write(f"{outcome}\n")
    return 0 if outcome.is_clean(plan) else 1


if __name__ == "__main__":
    sys.exit(main())
