"""Secrets and personal text of the kinds that pass through Aura, for tests that look for them afterwards."""

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXBhcnQtaGVyZQ"
PLANTED = {
    "bearer": "Bearer 7f3kQz-very-opaque.token_1",
    "jwt": JWT,
    "api key": "aura_9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "webhook secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "password": "password=correct-horse-battery",
    "cookie": "Cookie: aura_session=k3j4h5k3j4h5; csrftoken=abc123abc",
    "apify": "apify_api_w1d8bN3kQz7xY2vR5tH9",
    "google": "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "openai": "sk-proj-abcdefghij1234567890",
    "replicate": "r8_AbCdEfGhIjKlMnOpQrStUvWxYz012345678",
    "shopify": "shpat_0123456789abcdef0123456789abcdef",
    "s3 id": "AKIAIOSFODNN7EXAMPLE",
    "s3 secret": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12",
    "database": "postgres://aura_app:hunter2-hunter2@db.example.org:5432/aura",
    "redis": "redis://:hunter3-hunter3@cache.example.org/0",
    "vault": "hvs.CAESIJlWh3bT0vN1",
    "e-mail": "berta.beispiel@example.org",
    "user name": "@berta_b",
    "profile": "https://www.instagram.com/berta.beispiel/",
}
# What must not be found: the telling part of each.
TRACES = (
    "very-opaque",
    "eyJzdWIi",
    "9f8e7d6c",
    "MfKQ9r8G",
    "correct-horse",
    "k3j4h5",
    "w1d8bN3k",
    "SyA-12345",
    "abcdefghij1234567890",
    "AbCdEfGhIj",
    "0123456789abcdef",
    "IOSFODNN7",
    "wJalrXUt",
    "hunter2",
    "hunter3",
    "CAESIJl",
    "berta",
)
ALL = " | ".join(PLANTED.values())


def found_in(text: str) -> list[str]:
    """The planted things that stand in ``text``."""
    return [trace for trace in TRACES if trace in text]
