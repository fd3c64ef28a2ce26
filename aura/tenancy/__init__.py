"""Isolation of workspaces: scopes, the tenant base model, row-level security. The lowest layer of the house."""
