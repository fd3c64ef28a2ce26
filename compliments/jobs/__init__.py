"""From an address to a post with its pictures, and on to what is written about it (C1, C6)."""

from compliments.jobs.downloading import ask_for_post, retry_post, run_download, start_download
from compliments.jobs.handing_over import after_download, on_downloaded

__all__ = ["after_download", "ask_for_post", "on_downloaded", "retry_post", "run_download", "start_download"]
