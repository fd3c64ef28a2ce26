"""Where a post goes next: the one place at which writing takes over from downloading (C6)."""

from collections.abc import Callable

from compliments.models import InstagramPost

AfterDownload = Callable[[InstagramPost], None]
_waiting: list[AfterDownload] = []


def on_downloaded(hook: AfterDownload) -> AfterDownload:
    """Register what happens once the download of a post is over: ``post.state`` is ``downloaded`` or ``failed``.

    For modules of this package, at import. The hook runs inside the transaction and scope in which the post's state
    changes: it starts jobs and touches the database, and nothing else. It may be called again for the same post.
    """
    if hook not in _waiting:
        _waiting.append(hook)
    return hook


def after_download(post: InstagramPost) -> None:
    """Hand a post whose download is over to whatever waits for it."""
    for hook in _waiting:
        hook(post)
