"""Reads of the app, each inside a workspace's scope."""
