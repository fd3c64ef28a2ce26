"""Reads from the environment where files lie (M11): on this machine, in a bucket, or pictures at Cloudinary."""

import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aura.environment import Reader, WrongSetting

KINDS = ("local", "s3", "cloudinary")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
DISK = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
DIVIDED = "aura.providers.storing.divided.Divided"
# Uploads that wait to be read are cut, cleaned and appended to in place.
AT_WORK = ("imports",)
PICTURES = ("pictures",)
FORM = "CLOUDINARY_URL takes cloudinary://KEY:SECRET@CLOUD; the secret is not shown."


def default_storage(env: Reader) -> dict[str, Any]:
    """The entry ``default`` of Django's ``STORAGES``."""
    kind = env.choice("AURA_STORAGE", "local", KINDS)
    if kind == "s3":
        return env.attempt(lambda: _s3(env), DISK)
    if kind == "cloudinary":
        return env.attempt(lambda: _cloudinary(env.text("CLOUDINARY_URL")), DISK)
    return DISK


def _s3(env: Reader) -> dict[str, Any]:
    bucket, endpoint = env.text("AURA_S3_BUCKET"), env.url("AURA_S3_ENDPOINT")
    key, secret = env.text("AWS_ACCESS_KEY_ID"), env.text("AWS_SECRET_ACCESS_KEY")
    if not BUCKET.fullmatch(bucket):
        raise WrongSetting(
            f"AURA_S3_BUCKET is {bucket[:63]!r}; AURA_STORAGE=s3 takes the name of a bucket.", "aura.E110"
        )
    if bool(key) != bool(secret):
        words = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; leave both out to use the machine's role."
        raise WrongSetting(words, "aura.E110")
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": env.text("AURA_S3_REGION", "us-east-1"),
        "location": env.text("AURA_S3_PREFIX").strip("/"),
        "access_key": key or None,
        "secret_key": secret or None,
        # Only Amazon has a host name for every bucket.
        "addressing": env.choice("AURA_S3_ADDRESSING", "path" if endpoint else "virtual", ("path", "virtual")),
    }
    inner = {"backend": "aura.providers.storing.s3.S3", "options": options, "local": AT_WORK}
    return {"BACKEND": DIVIDED, "OPTIONS": inner}


def _cloudinary(value: str) -> dict[str, Any]:
    try:
        parts = urlsplit(value)
        good = parts.scheme == "cloudinary" and all((parts.hostname, parts.username, parts.password))
    except ValueError:
        good = False
    if not good:
        raise WrongSetting(f"AURA_STORAGE=cloudinary: {FORM}", "aura.E111")
    options = _account(parts)
    inner = {"backend": "aura.providers.cloudinary.storage.Cloudinary", "options": options, "only": PICTURES}
    return {"BACKEND": DIVIDED, "OPTIONS": inner}


def _account(parts: SplitResult) -> dict[str, str]:
    # Not ``hostname``, which is in small letters: names of clouds are not.
    account = {
        "cloud": parts.netloc.rpartition("@")[2],
        "key": unquote(parts.username or ""),
        "secret": unquote(parts.password or ""),
    }
    query = parse_qs(parts.query)
    for name, option in (("upload_prefix", "api"), ("delivery", "delivery")):
        if name in query:
            address = query[name][-1].rstrip("/")
            if urlsplit(address).scheme not in {"https", "http"} or not urlsplit(address).hostname:
                raise WrongSetting(f"CLOUDINARY_URL has a {name} that is no address. {FORM}", "aura.E111")
            account[option] = address
    return account
