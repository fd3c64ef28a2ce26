"""What is no dataset, and how much of one is taken."""

from dataclasses import dataclass


class DatasetRefused(ValueError):
    """The whole file is refused. ``code`` is for programs, ``message`` for the person who uploaded it.

    Codes: empty_file, not_a_dataset, wrong_encoding, file_too_large, archive_bomb, no_comments, other_account.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a dataset may hold, in bytes of (unpacked) text; ``max_ratio`` is unpacked to packed bytes."""

    max_bytes: int = 2**31
    max_item_bytes: int = 2**20
    max_ratio: int = 200
