"""The pages about people and workspaces."""
