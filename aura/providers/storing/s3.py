"""Files in a bucket of Amazon S3 or of what speaks its language: MinIO, Garage, SeaweedFS, Ceph, R2 (M11, M16)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from aura.providers.storing.errors import StorageAway

P = ParamSpec("P")
T = TypeVar("T")
IN_MEMORY = 8 * 2**20
"""Bytes of a file that is read before it goes to a temporary file."""


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Raises :class:`StorageAway` for what the client library raises; its messages may hold addresses and key ids."""

    @wraps(call)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            if code in {"NoSuchKey", "404"}:
                raise FileNotFoundError("The file is not in the bucket.") from None
            raise StorageAway(f"S3 refused: {code}.") from error
        except (BotoCoreError, Boto3Error) as error:
            raise StorageAway(f"S3 does not answer: {type(error).__name__}.") from error

    return inner


class S3(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """django-storages' S3 with limits in time, sums that older servers know, and errors of a file system."""

    def __init__(self, *, addressing: str, **options: Any) -> None:
        config = Config(
            s3={"addressing_style": addressing},
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "max_attempts": 3},
            # Newer clients send and ask for CRC32 sums that many servers besides Amazon's refuse.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        fixed = {"file_overwrite": False, "default_acl": None, "querystring_auth": True, "querystring_expire": 300}
        super().__init__(client_config=config, max_memory_size=IN_MEMORY, **fixed, **options)

    @translated
    def _open(self, name: str, mode: str = "rb") -> Any:
        found = super()._open(name, mode)
        if "r" in mode:
            # Read now, where errors are translated.
            found.file  # noqa: B018
        return found

    @translated
    def _save(self, name: str, content: Any) -> Any:
        return super()._save(name, content)

    def put(self, name: str, data: bytes) -> None:
        """Write a whole file, over another one of this name."""
        self._save(name, ContentFile(data))

    @translated
    def delete(self, name: str) -> None:
        super().delete(name)

    @translated
    def exists(self, name: str) -> bool:
        return bool(super().exists(name))

    @translated
    def size(self, name: str) -> int:
        return int(super().size(name))

    @translated
    def get_modified_time(self, name: str) -> datetime:
        found: datetime = super().get_modified_time(name)
        return found

    @translated
    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        folders, files = super().listdir(name)
        return list(folders), list(files)

    def walk(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when written) of every file below a folder, a thousand to a request."""
        root = self._normalize_name(prefix).rstrip("/") + "/"
        skip = len(root) - len(prefix.rstrip("/")) - 1
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        listing = iter(pages.paginate(Bucket=self.bucket_name, Prefix=root))
        while (page := translated(next)(listing, None)) is not None:
            for entry in page.get("Contents", ()):
                yield entry["Key"][skip:], entry["LastModified"]

    def close(self) -> None:
        """Close this thread's connections."""
        self.connection.meta.client.close()

    def check(self) -> None:
        """Raises ``OSError`` where nothing can be written."""
        name = f"health/{uuid4()}"
        self.put(name, b"aura")
        self.delete(name)
