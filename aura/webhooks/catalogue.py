"""Every event that Aura tells about. A feature that emits a new one adds its line here, and to docs/webhooks.md."""

EVENTS = {
    "audience.run.completed": "An analysis of an account has finished",
    "audience.run.failed": "An analysis of an account has failed",
    "audience.run.paused": "An analysis waits for its budget or for a quota",
    "compliment.completed": "Compliments have been written",
    "compliment.failed": "Compliments could not be written",
    "generation.completed": "Pictures have been made",
    "generation.failed": "Pictures could not be made",
    "optimization.completed": "A picture is ready for its platforms",
    "optimization.failed": "A picture could not be made ready for any platform",
    "budget.reached": "This month's budget for outside services is reached: paid work stops",
}
TEST_EVENT = "webhook.test"
"""Goes to one endpoint when a person asks for it; nobody subscribes to it."""


class UnknownEvent(LookupError):
    """A programming error: an event was emitted that stands nowhere."""


def check_event(name: str) -> str:
    """``name`` if it is a known event. Raises :class:`UnknownEvent`."""
    if name not in EVENTS and name != TEST_EVENT:
        raise UnknownEvent(f"The event {name} is not in aura.webhooks.catalogue.")
    return name
