"""Lines of a byte stream, and datasets with one item a line (JSONL)."""

from collections.abc import Iterator

from audience.dataset.parsing import BrokenJson, parse_json
from audience.dataset.refusals import Limits
from audience.dataset.splitting import Piece, too_large


def lines(chunks: Iterator[bytes], most: int) -> Iterator[tuple[int, bytes | None]]:
    """(1-based number, line without its newline); None for the text of a line longer than ``most`` bytes.

    A too long line is read past, never held.
    """
    number, rest, dropping = 1, b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield number, None if dropping or len(line) > most else line
            number, dropping = number + 1, False
        if len(rest) > most:
            rest, dropping = b"", True
    if rest or dropping:
        yield number, None if dropping or len(rest) > most else rest


def split_lines(chunks: Iterator[bytes], limits: Limits) -> Iterator[Piece]:
    """The values of a JSONL file; empty lines are skipped."""
    for number, line in lines(chunks, limits.max_item_bytes):
        if line is None:
            yield Piece(number, problem=too_large(limits.max_item_bytes))
        elif text := line.strip():
            try:
                yield Piece(number, parse_json(text))
            except BrokenJson as error:
                yield Piece(number, problem=str(error))
