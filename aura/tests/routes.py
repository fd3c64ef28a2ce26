"""Who may use which address: the table of :mod:`aura.tests.test_route_matrix`. A new address needs a line here."""

from dataclasses import dataclass, field

from accounts.models import Role

OPEN, PERSON, OWN, OBJECT = "open", "person", "own", "object"
FORM = {"GET": Role.VIEWER, "POST": Role.VIEWER}
READ = {"GET": Role.VIEWER}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use an address.

    ``kind``: ``open`` to anybody; ``person`` for whoever is signed in; ``own`` for a workspace that is chosen by the
    caller, so that a stranger gets their own; ``object`` for something of one workspace, a 404 for strangers.
    ``methods`` gives the lowest role for each method. ``args`` are names in :class:`World`.
    """

    kind: str
    methods: dict[str, Role] = field(default_factory=lambda: dict(READ))
    args: tuple[str, ...] = ()
    body: dict[str, str] = field(default_factory=dict)


def does(kind: str, *args: str, body: dict[str, str] | None = None, **methods: Role) -> Rule:
    """A rule whose methods are given in small letters: ``post=Role.ANALYST``."""
    return Rule(kind, {name.upper(): role for name, role in methods.items()}, args, body or {})


V, AN, AD, OW = Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.OWNER

RULES: dict[str, Rule] = {
    # pages that join features
    "home": Rule(OWN),
    "system": Rule(OWN),
    "healthz": Rule(OPEN),
    "readyz": Rule(OPEN),
    "metrics": Rule(OPEN),  # to this machine, or to a token: test_metrics.py
    # ways in
    "accounts:sign_in": Rule(OPEN, FORM),
    "accounts:sign_in_by_link": Rule(OPEN, READ, ("word",)),
    "accounts:sign_out": does(OPEN, post=V),
    "accounts:setup": does(OPEN, "word", get=V, post=V),
    "accounts:invitation": does(OPEN, "invitation_token", get=V, post=V),
    "account_login": Rule(OPEN, FORM),
    "account_logout": does(OPEN, post=V),
    "account_signup": Rule(OPEN, FORM),
    "account_inactive": Rule(OPEN),
    "account_email_verification_sent": Rule(OPEN),
    "account_confirm_email": does(OPEN, "word", get=V, post=V),
    "account_reset_password": Rule(OPEN, FORM),
    "account_reset_password_done": Rule(OPEN),
    "account_reset_password_from_key_done": Rule(OPEN),
    "account_reset_password_from_key": Rule(OPEN, FORM, ("uid", "word")),
    "mfa_authenticate": Rule(OPEN, FORM),
    # a person's own settings
    "accounts:settings": Rule(PERSON),
    "accounts:profile": does(PERSON, get=V, post=V),
    "accounts:security": Rule(PERSON),
    "accounts:end_programs": does(PERSON, post=V),
    "accounts:switch_workspace": does(PERSON, post=V),
    "accounts:no_workspace": does(PERSON, get=V, post=V),
    "accounts:new_workspace": does(PERSON, get=V, post=V),
    "account_reauthenticate": Rule(PERSON, FORM),
    "account_email": Rule(PERSON, FORM),
    "account_change_password": Rule(PERSON, FORM),
    "account_set_password": Rule(PERSON, FORM),
    "mfa_index": Rule(PERSON),
    "mfa_reauthenticate": Rule(PERSON, FORM),
    "mfa_activate_totp": Rule(PERSON, FORM),
    "mfa_deactivate_totp": Rule(PERSON, FORM),
    "mfa_view_recovery_codes": Rule(PERSON),
    "mfa_generate_recovery_codes": Rule(PERSON, FORM),
    "mfa_download_recovery_codes": Rule(PERSON),
    "usersessions_list": Rule(PERSON, FORM),
    # settings of a workspace
    "accounts:workspace": Rule(OWN),
    "accounts:rename_workspace": does(OWN, post=AD),
    "accounts:transfer_workspace": does(OBJECT, post=OW, body={"member": "viewer_member"}),
    "accounts:leave_workspace": does(OWN, post=V),
    "accounts:delete_workspace": does(OWN, post=OW),
    "accounts:members": Rule(OWN),
    "accounts:change_member": does(OBJECT, "viewer_member", post=AD),
    "accounts:remove_member": does(OBJECT, "viewer_member", post=AD),
    "accounts:invitations": does(OWN, get=AD, post=AD),
    "accounts:withdraw_invitation": does(OBJECT, "invitation", post=AD),
    "accounts:keys": does(OWN, get=AD, post=AD),
    "accounts:providers": does(OWN, get=AD, post=AD),
    "accounts:check_provider": does(OWN, "provider", post=AD),
    "accounts:remove_provider": does(OWN, "provider", post=AD),
    "accounts:usage": does(OWN, get=AN),
    "accounts:budget": does(OWN, post=AD),
    "accounts:usage_export": does(OWN, "csv", get=AN),
    "accounts:revoke_key": does(OBJECT, "api_key", post=AD),
    # audience pages
    "audience:list": does(OWN, get=V, post=V),
    "audience:runs": Rule(OWN),
    "audience:run": Rule(OBJECT, READ, ("run",)),
    "audience:run_progress": Rule(OBJECT, READ, ("run",)),
    "audience:cancel_run": does(OBJECT, "run", post=AN),
    "audience:resume_run": does(OBJECT, "run", post=AN),
    "audience:review": does(OWN, get=AN, post=AN),
    "audience:accuracy": does(OWN, get=AN),
    "audience:model_card": Rule(OWN),
    "audience:picture": Rule(OBJECT, READ, ("pictured",)),
    "audience:account": Rule(OBJECT, READ, ("username",)),
    "audience:account_posts": Rule(OBJECT, READ, ("username",)),
    "audience:account_print": Rule(OBJECT, READ, ("username",)),
    "audience:account_workbook": Rule(OBJECT, READ, ("username",)),
    "audience:follow": does(OBJECT, "username", get=AN, post=AN),
    "audience:fetch": does(OBJECT, "username", post=AN),
    "generation:gallery": does(OWN, get=V, post=V),
    "generation:detail": Rule(OBJECT, READ, ("generation",)),
    "generation:fragment": Rule(OBJECT, READ, ("generation",)),
    "generation:cancel": does(OBJECT, "generation", post=AN),
    "generation:again": does(OBJECT, "generation", post=AN),
    "generation:favourite": does(OBJECT, "generation", "one", post=AN),
    "generation:remove": does(OBJECT, "generation", post=AN),
    "generation_hooks:replicate": does(OPEN, "workspace_id", "generation", post=V),
    "audience_hooks:apify": does(OPEN, "workspace_id", "run", post=V),
    "audience:import": does(OBJECT, "username", get=AN, post=AN),
    "audience:account_export": Rule(OBJECT, READ, ("username", "export_table", "csv")),
    "audience:comments": Rule(OBJECT, READ, ("username",)),
    "audience:words_export": Rule(OBJECT, READ, ("username", "words_table", "csv")),
    "audience:people": Rule(OBJECT, READ, ("username",)),
    "audience:people_export": Rule(OBJECT, READ, ("username", "people_table", "csv")),
    "audience:growth": Rule(OBJECT, READ, ("username",)),
    "audience:compare": Rule(OWN),
    "audience:compare_export": Rule(OWN, READ, ("csv",)),
    "audience:overlap": Rule(OWN),
    "audience:overlap_export": Rule(OWN, READ, ("overlap_table", "csv")),
    # jobs pages
    "jobs:list": Rule(OWN),
    "jobs:detail": Rule(OBJECT, READ, ("job",)),
    "jobs:fragment": Rule(OBJECT, READ, ("job",)),
    "jobs:cancel": does(OBJECT, "job", post=AN),
    "jobs:requeue": does(OBJECT, "job", post=AN),
    # files of lists
    "table": Rule(OWN, READ, ("table", "csv")),
    "account_table": Rule(OBJECT, READ, ("username", "account_table", "csv")),
    # pictures
    "media:picture": Rule(OBJECT, READ, ("stored_picture",)),
    "media:small": Rule(OBJECT, READ, ("stored_picture",)),
    # webhooks pages
    "webhooks:list": does(OWN, get=AD),
    "webhooks:new": does(OWN, get=AD, post=AD),
    "webhooks:endpoint": does(OBJECT, "endpoint", get=AD),
    "webhooks:edit": does(OBJECT, "endpoint", get=AD, post=AD),
    "webhooks:switch": does(OBJECT, "endpoint", post=AD),
    "webhooks:rotate": does(OBJECT, "endpoint", post=AD),
    "webhooks:test": does(OBJECT, "endpoint", post=AD),
    "webhooks:delete": does(OBJECT, "endpoint", post=AD),
    "webhooks:delivery": does(OBJECT, "delivery", get=AD),
    "webhooks:redeliver": does(OBJECT, "delivery", post=AD),
    # privacy pages
    "privacy:home": does(OWN, get=AD),
    "privacy:erase": does(OWN, post=AD),
    "privacy:erasure": does(OBJECT, "erasure", get=AD),
    "privacy:erasure_progress": does(OBJECT, "erasure", get=AD),
    "privacy:export_person": does(OWN, post=AD),
    "privacy:download": does(OBJECT, "export", get=AD),
    "privacy:opt_out": does(OWN, post=AD),
    "privacy:retention": does(OWN, post=AD),
    "privacy:audit": does(OWN, get=AD),
    "privacy:audit_export": does(OWN, "csv", get=AD),
    # API: open
    "api:schema": Rule(OPEN),
    "api:docs": Rule(OPEN),
    "api:health": Rule(OPEN),
    "api:register": does(OPEN, post=V),
    "api:verify_email": does(OPEN, post=V),
    "api:token": does(OPEN, post=V),
    "api:token_refresh": does(OPEN, post=V),
    "api:logout": does(OPEN, post=V),
    "api:password_reset": does(OPEN, post=V),
    "api:password_reset_confirm": does(OPEN, post=V),
    # API: people and workspaces
    "api:me": does(PERSON, get=V, patch=V),
    "api:accept_invitation": does(PERSON, post=V),
    "api:workspaces": does(PERSON, get=V, post=V),
    "api:workspace": does(OBJECT, "slug", get=V, patch=AD, delete=OW),
    "api:leave_workspace": does(OBJECT, "slug", post=V),
    "api:members": Rule(OBJECT, READ, ("slug",)),
    "api:member": does(OBJECT, "slug", "viewer_member", get=V, patch=AD, delete=AD),
    "api:transfer_workspace": does(OBJECT, "slug", "viewer_member", post=OW),
    "api:invitations": does(OBJECT, "slug", get=AD, post=AD),
    "api:invitation": does(OBJECT, "slug", "invitation", delete=AD),
    "api:api_keys": does(OBJECT, "slug", get=AD, post=AD),
    "api:api_key": does(OBJECT, "slug", "api_key", get=AD, delete=AD),
    "api:providers": does(OBJECT, "slug", get=AD),
    "api:provider": does(OBJECT, "slug", "provider", put=AD, delete=AD),
    "api:usage": does(OBJECT, "slug", get=AN),
    "api:usage_entries": does(OBJECT, "slug", get=AN),
    "api:budget": does(OBJECT, "slug", get=AN, patch=AD),
    # API: jobs
    "api:jobs:jobs": Rule(OWN),
    "api:jobs:job": Rule(OBJECT, READ, ("job",)),
    "api:jobs:cancel": does(OBJECT, "job", post=AN),
    "api:jobs:retry": does(OBJECT, "job", post=AN),
    # API: audience
    "api:audience:accounts": does(OWN, get=V, post=AN),
    "api:audience:account": does(OBJECT, "account", get=V, patch=AD, delete=AD),
    "api:audience:demographics": Rule(OBJECT, READ, ("account",)),
    "api:audience:activity": Rule(OBJECT, READ, ("account",)),
    "api:audience:top_commenters": Rule(OBJECT, READ, ("account",)),
    "api:audience:sentiment": Rule(OBJECT, READ, ("account",)),
    "api:audience:topics": Rule(OBJECT, READ, ("account",)),
    "api:audience:questions": Rule(OBJECT, READ, ("account",)),
    "api:audience:authenticity": Rule(OBJECT, READ, ("account",)),
    "api:audience:pods": does(OBJECT, "account", get=AN),
    "api:audience:waiting_questions": does(OBJECT, "account", get=AN),
    "api:audience:account_runs": does(OBJECT, "account", get=V, post=AN),
    "api:audience:posts": Rule(OBJECT, READ, ("account",)),
    "api:audience:comments": Rule(OBJECT, READ, ("account",)),
    "api:audience:commenters": Rule(OBJECT, READ, ("account",)),
    "api:audience:loyalty": Rule(OBJECT, READ, ("account",)),
    "api:audience:segments": Rule(OBJECT, READ, ("account",)),
    "api:audience:types": Rule(OBJECT, READ, ("account",)),
    "api:audience:quality": Rule(OBJECT, READ, ("account",)),
    "api:audience:growth": Rule(OBJECT, READ, ("account",)),
    "api:audience:compare": Rule(OWN),
    "api:audience:overlap": Rule(OWN),
    "api:audience:classification": does(OBJECT, "person", get=AN, patch=AN, delete=AN),
    "api:audience:accuracy": does(OWN, get=AN),
    "api:audience:imports": does(OWN, post=AN),
    "api:audience:runs": Rule(OWN),
    "api:audience:run": Rule(OBJECT, READ, ("run",)),
    "api:audience:run_cancel": does(OBJECT, "run", post=AN),
    "api:audience:run_resume": does(OBJECT, "run", post=AN),
    # API: generation
    "api:generation:generate": does(OWN, post=AN),
    "api:generation:status": Rule(OBJECT, READ, ("job",)),
    "api:generation:generations": Rule(OWN),
    "api:generation:generation": does(OBJECT, "generation", get=V, delete=AN),
    "api:generation:cancel": does(OBJECT, "generation", post=AN),
    "api:generation:image": does(OBJECT, "generation", "one", patch=AN),
    # API: compliments
    "api:compliments:posts": does(OWN, get=V, post=AN),
    "api:compliments:post": does(OBJECT, "asked_post", get=V, delete=AN),
    "api:compliments:post_retry": does(OBJECT, "asked_post", post=AN),
    # API: pictures
    "api:media:upload": does(OWN, post=AN),
    "api:media:picture": Rule(OBJECT, READ, ("stored_picture",)),
    "api:media:file": Rule(OBJECT, READ, ("stored_picture",)),
    "api:media:small": Rule(OBJECT, READ, ("stored_picture",)),
    # API: webhooks
    "api:webhooks:endpoints": does(OWN, get=AD, post=AD),
    "api:webhooks:endpoint": does(OBJECT, "endpoint", get=AD, patch=AD, delete=AD),
    "api:webhooks:rotate_secret": does(OBJECT, "endpoint", post=AD),
    "api:webhooks:test": does(OBJECT, "endpoint", post=AD),
    "api:webhooks:deliveries": does(OWN, get=AD),
    "api:webhooks:delivery": does(OBJECT, "delivery", get=AD),
    "api:webhooks:redeliver": does(OBJECT, "delivery", post=AD),
    # API: privacy
    "api:privacy:erasures": does(OWN, get=AD, post=AD),
    "api:privacy:erasure": does(OBJECT, "erasure", get=AD),
    "api:privacy:exports": does(OWN, get=AD, post=AD),
    "api:privacy:export": does(OBJECT, "export", get=AD),
    "api:privacy:export_download": does(OBJECT, "export", get=AD),
    "api:privacy:opt_outs": does(OWN, get=AD, post=AD, delete=AD),
    "api:privacy:opt_out": does(OBJECT, "opt_out", delete=AD),
    "api:privacy:retention": does(OWN, get=AD, patch=AD),
    "api:privacy:audit": does(OBJECT, "slug", get=AD),
}

# What an allowed call may answer besides success: the world lacks what is asked for, or the body is empty.
ALSO: dict[str, set[int]] = {
    # Without its secret a webhook finds nothing.
    "audience_hooks:apify": {404},
    "generation_hooks:replicate": {404},
    "audience:picture": {404},
    **dict.fromkeys(("media:picture", "media:small", "api:media:file", "api:media:small"), {404}),  # no file
    "audience:compare_export": {404},  # without two sides in the query
    "audience:overlap_export": {404},
    "account_confirm_email": {404},
    "api:provider": {404},
    "privacy:download": {404},
    "api:privacy:export_download": {404},
    "mfa_view_recovery_codes": {404},
    "mfa_download_recovery_codes": {404},
    "mfa_deactivate_totp": {404},
    "account_reauthenticate": {403},  # these people have neither password nor second factor
    "mfa_reauthenticate": {403},
}
