"""Where files lie is said by the environment, and wrong words are refused at the start (M11)."""

from typing import Any

import pytest

from aura.environment import Reader
from aura.storages import DISK, default_storage

S3 = {"AURA_STORAGE": "s3", "AURA_S3_BUCKET": "aura-files"}
CLOUD = {"AURA_STORAGE": "cloudinary"}


def read(**environ: str) -> tuple[dict[str, Any], list[str]]:
    env = Reader(environ)
    return default_storage(env), [f"{error.id} {error}" for error in env.wrong]


def test_files_lie_on_the_disk_unless_told() -> None:
    assert read() == (DISK, [])


def test_a_bucket_of_amazon() -> None:
    found, wrong = read(**S3, AURA_S3_REGION="eu-central-1", AURA_S3_PREFIX="/aura/")
    assert not wrong
    options = found["OPTIONS"]["options"]
    assert (options["addressing"], options["region_name"], options["location"]) == ("virtual", "eu-central-1", "aura")
    assert (options["access_key"], options["endpoint_url"]) == (None, None)
    assert found["OPTIONS"]["local"] == ("imports",)


def test_another_server_is_addressed_by_path() -> None:
    found, _ = read(**S3, AURA_S3_ENDPOINT="http://minio:9000", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    assert found["OPTIONS"]["options"]["addressing"] == "path"


def test_pictures_at_cloudinary() -> None:
    found, wrong = read(
        **CLOUD, CLOUDINARY_URL="cloudinary://123:se%2Fcret@MyCloud?upload_prefix=https://api-eu.cloudinary.com/"
    )
    assert not wrong
    account = {"cloud": "MyCloud", "key": "123", "secret": "se/cret", "api": "https://api-eu.cloudinary.com"}
    assert found["OPTIONS"]["options"] == account
    assert found["OPTIONS"]["only"] == ("pictures",)


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"AURA_STORAGE": "ftp"}, "aura.E103"),
        ({"AURA_STORAGE": "s3"}, "aura.E110"),
        ({**S3, "AURA_S3_BUCKET": "No Bucket"}, "aura.E110"),
        ({**S3, "AWS_ACCESS_KEY_ID": "AKIA"}, "aura.E110"),
        ({**S3, "AURA_S3_ENDPOINT": "minio:9000"}, "aura.E104"),
        ({**S3, "AURA_S3_ADDRESSING": "dns"}, "aura.E103"),
        (CLOUD, "aura.E111"),
        ({**CLOUD, "CLOUDINARY_URL": "cloudinary://key@cloud"}, "aura.E111"),
        ({**CLOUD, "CLOUDINARY_URL": "https://key:hush-hush@cloud"}, "aura.E111"),
        ({**CLOUD, "CLOUDINARY_URL": "cloudinary://k:hush-hush@cloud?upload_prefix=file:///x"}, "aura.E111"),
    ],
)
def test_a_wrong_setting_is_said_without_its_secret(environ: dict[str, str], code: str) -> None:
    _, wrong = read(**environ)
    assert [line.partition(" ")[0] for line in wrong] == [code]
    assert "hush-hush" not in wrong[0]
