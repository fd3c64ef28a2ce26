"""What generations hold about people: prompts may name anybody (M13)."""

from aura.privacy.registry import Kind, impersonal, personal

personal("generation.Generation", prompt=Kind.TEXT, negative_prompt=Kind.TEXT, error=Kind.TEXT, tried=Kind.JSON)
impersonal("generation.Generation", "provider", "model", "aspect", "state", "maker", "model_version", "external_id")
impersonal("generation.Generation", "reservation")
impersonal("generation.Generation", "error_code")
