"""Descriptions and captions without a model, from what a user says and what this machine sees. English. Pure."""

from optimizer.captions.describing import Description, alt_text, combined, described, subjects
from optimizer.captions.writing import IN_CAPTION, VERSION, Caption, Material, with_tags, write, write_all

__all__ = [
    "IN_CAPTION", "VERSION", "Caption", "Description", "Material",
    "alt_text", "combined", "described", "subjects", "with_tags", "write", "write_all",
]  # fmt: skip
