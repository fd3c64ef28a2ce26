"""Writes and decisions of the optimizer, inside the open scope of a workspace unless a function says otherwise."""
