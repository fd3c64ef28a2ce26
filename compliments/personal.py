"""What the app keeps about the people behind posts, and how it finds, erases, exports and sweeps it (M13)."""

from aura.privacy.registry import Kind, impersonal, personal

personal("compliments.InstagramPost", author=Kind.IDENTIFIER, author_id=Kind.IDENTIFIER)
personal("compliments.InstagramPost", author_name=Kind.DERIVED, code=Kind.DERIVED, kind=Kind.DERIVED)
personal("compliments.InstagramPost", caption=Kind.TEXT, url=Kind.TEXT, share=Kind.TEXT, error=Kind.TEXT)
personal("compliments.InstagramPost", tried=Kind.JSON)
impersonal("compliments.InstagramPost", "state", "source", "asking", "handle", "error_code")
personal("compliments.PostImage", alt=Kind.TEXT, error=Kind.TEXT, link=Kind.DERIVED, link_hash=Kind.DERIVED)
impersonal("compliments.PostImage", "kind", "error_code")
