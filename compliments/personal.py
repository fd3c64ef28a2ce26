"""What the app keeps about the people behind posts, and how it finds, erases, exports and sweeps it (M13)."""

from aura.privacy.registry import Kind, impersonal, personal

personal("compliments.InstagramPost", author=Kind.IDENTIFIER, author_id=Kind.IDENTIFIER)
personal("compliments.InstagramPost", author_name=Kind.DERIVED, code=Kind.DERIVED, kind=Kind.DERIVED)
personal("compliments.InstagramPost", caption=Kind.TEXT, url=Kind.TEXT, share=Kind.TEXT, error=Kind.TEXT)
personal("compliments.InstagramPost", tried=Kind.JSON)
impersonal("compliments.InstagramPost", "state", "source", "asking", "handle", "error_code")
personal("compliments.PostImage", alt=Kind.TEXT, error=Kind.TEXT, link=Kind.DERIVED, link_hash=Kind.DERIVED)
impersonal("compliments.PostImage", "kind", "error_code")
# What is written about a post goes with it; a text may name others too.
personal("compliments.Writing", seen=Kind.JSON, tried=Kind.JSON, error=Kind.TEXT)
impersonal("compliments.Writing", "style", "language", "length", "writer", "state", "asked", "written_style", "model")
impersonal("compliments.Writing", "model_version", "prompt_version", "notes", "error_code")
personal("compliments.Compliment", text=Kind.TEXT, written=Kind.TEXT, references=Kind.JSON)
impersonal("compliments.Compliment", "tones", "verdict", "reasons")
personal("compliments.VoicePreset", name=Kind.TEXT, description=Kind.TEXT, examples=Kind.JSON, avoid=Kind.JSON)
