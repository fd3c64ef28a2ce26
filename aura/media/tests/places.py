"""The storages that pictures may lie in, each as a real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from aura.environment import Reader
from aura.storages import default_storage
from aura.testing.simulators.cloudinary import CloudinarySimulator

BUCKET = "aura-files"


def entry(**environ: str) -> dict[str, Any]:
    """Django's ``STORAGES`` for an environment."""
    env = Reader(environ)
    found = default_storage(env)
    assert not env.wrong
    return {"default": found, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@contextmanager
def moto() -> Iterator[str]:
    """A server that speaks S3 and has an empty bucket; gives its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)
    client.create_bucket(Bucket=BUCKET)
    client.close()
    try:
        yield url
    finally:
        server.stop()


KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "hush-hush"}


def s3(url: str, prefix: str = "aura") -> dict[str, Any]:
    """Settings that lead to that server."""
    return entry(
        AURA_STORAGE="s3",
        AURA_S3_BUCKET=BUCKET,
        AURA_S3_ENDPOINT=url,
        AURA_S3_PREFIX=prefix,
        AWS_ACCESS_KEY_ID="key",
        AWS_SECRET_ACCESS_KEY="hush-hush",
    )


def cloudinary(service: CloudinarySimulator) -> dict[str, Any]:
    """Settings that lead to that simulator."""
    return entry(AURA_STORAGE="cloudinary", CLOUDINARY_URL=service.setting)
