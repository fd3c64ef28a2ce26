"""The plainest service there is, for tests of what stands between Aura and any service: it answers with JSON."""

from aura.testing.simulators.server import Answer, Asked, Simulator


class PlainService(Simulator):
    """Answers ``{"ok": true}`` to everything."""

    def answer(self, asked: Asked) -> Answer:
        return Answer.json({"ok": True, "path": asked.path})
