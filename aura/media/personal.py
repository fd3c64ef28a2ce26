"""What pictures hold about people: nothing in the row names anybody; a picture goes with the last row that shows it.

The keeper of a feature deletes its own rows, then calls ``services.erase_unused``; the files go from here.
"""

from collections.abc import Sequence
from uuid import UUID

from aura.media import services
from aura.privacy.registry import Keeper, impersonal, keep
from aura.privacy.subjects import Identifiers

impersonal("media.Picture", "sha256", "path", "thumbnail_path", "media_type")


class MediaKeeper(Keeper):
    """The files of pictures whose rows a feature's keeper has deleted."""

    def erase_files(self, workspace_id: UUID, who: Identifiers, paths: Sequence[str]) -> dict[str, int]:
        count = services.delete_files(workspace_id, paths)
        return {"files of pictures": count} if count else {}


keep(MediaKeeper())
