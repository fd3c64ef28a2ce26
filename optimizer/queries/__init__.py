"""Reads of the optimizer, inside the open scope of a workspace."""
