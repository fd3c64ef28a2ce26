"""What a rule says about who may use an address."""

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
