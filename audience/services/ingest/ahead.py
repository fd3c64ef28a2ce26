"""Reads the next batch while the database stores this one: parsing and storing take about as long as each other."""

from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
PAUSE = 0.1


class _Reader(Thread, Generic[T]):
    """Fills a queue with the values of an iterator, then with what ended it."""

    def __init__(self, values: Iterator[T]) -> None:
        super().__init__(name="dataset-reader", daemon=True)
        self.values = values
        self.queue: Queue[T] = Queue(maxsize=1)
        self.stopped = Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for value in self.values:
                if not self._put(value):
                    return
        except BaseException as error:
            self.error = error

    def _put(self, value: T) -> bool:
        while not self.stopped.is_set():
            try:
                self.queue.put(value, timeout=PAUSE)
            except Full:
                continue
            return True
        return False


def ahead(values: Iterator[T]) -> Generator[T, None, None]:
    """The same values, made one ahead in a thread of their own. ``values`` must not use the database.

    What they raise is raised here after the values before it. The thread has ended when this iterator has, so that the
    file under it can be closed.
    """
    reader = _Reader(values)
    reader.start()
    try:
        while True:
            try:
                yield reader.queue.get(timeout=PAUSE)
            except Empty:
                if not reader.is_alive() and reader.queue.empty():
                    break
        if reader.error is not None:
            raise reader.error
    finally:
        reader.stopped.set()
        reader.join()
