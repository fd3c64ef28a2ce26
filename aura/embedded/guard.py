"""Ends what a killed supervisor leaves: ``python -m aura.embedded.guard PIPE MARK``.

The kernel ends the supervisor's children with it, but not the processes those have forked (a worker's horse), and
outside Linux not even the children. The guard waits for the end of a pipe that only the supervisor holds open. It also
holds the home's lock, so that the next start waits until all is tidy.
"""

import os
import sys

from aura.embedded.processes import end_leftovers


def main(pipe: int, mark: str) -> None:
    """Block until the other end of the pipe closes, then end every process with the mark."""
    while os.read(pipe, 1):
        continue
    end_leftovers(mark)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
