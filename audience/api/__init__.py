"""The REST API of the audience system."""
