"""What an API key may be allowed, in words for people."""

SCOPES = {
    "audience:read": "Read accounts, runs and reports",
    "audience:people": "Read and correct what is guessed about single people",
    "audience:write": "Add accounts, upload datasets, stop and resume runs",
    "generation:read": "See generated pictures and their prompts",
    "generation:write": "Make pictures, which may cost money, and delete them",
    "compliments:read": "Read posts and what was written about them",
    "compliments:write": "Fetch and upload posts, have compliments written, which may cost money",
    "optimizer:read": "See optimized pictures, their texts and the table of hashtags",
    "optimizer:write": "Optimize pictures, which may cost money, change and delete them and the table of hashtags",
    "media:read": "See pictures that are worked on",
    "media:write": "Upload pictures to work on",
    "jobs:read": "Read jobs and their progress",
    "jobs:write": "Cancel jobs and try them again",
    "webhooks:read": "Read webhook endpoints and deliveries; needs workspace:admin too",
    "webhooks:write": "Change webhook endpoints and send again; needs workspace:admin too",
    "privacy:read": "Read erasures, exports and the audit log; needs workspace:admin too",
    "privacy:write": "Erase and export people, change retention; needs workspace:admin too",
    "workspace:read": "Read the workspace, its members and invitations",
    "workspace:admin": "Change the workspace, members and invitations; delete accounts",
}
KEY_START = "aura_"
KEY_STATES = ["active", "expired", "revoked"]


def scope_choices() -> list[tuple[str, str]]:
    """Every scope with its words, in the order of the page."""
    return list(SCOPES.items())


def missing_scopes(granted: list[str], needed: set[str]) -> list[str]:
    """The needed scopes that a key lacks, sorted."""
    return sorted(needed - set(granted))
