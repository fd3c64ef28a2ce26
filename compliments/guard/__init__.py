"""What may be said to a stranger, decided in code and not only in a prompt (C4). Pure."""

from aura.providers.local.minors import choose_style
from compliments.guard.checking import REASONS, check
from compliments.guard.facts import BriefFacts, facts_of

__all__ = ["REASONS", "BriefFacts", "check", "choose_style", "facts_of"]
