"""From an address to a post with its pictures, and on to what is written about it (C1, C6)."""

from compliments.jobs.downloading import ask_for_post, retry_post, run_download, start_download
from compliments.jobs.handing_over import after_download, on_downloaded
from compliments.jobs.writing import cancel_writing, run_write, start_writing, try_again

__all__ = [
    "after_download",
    "ask_for_post",
    "cancel_writing",
    "on_downloaded",
    "retry_post",
    "run_download",
    "run_write",
    "start_download",
    "start_writing",
    "try_again",
]
