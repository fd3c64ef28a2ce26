"""What was made goes into Aura's own storage, with where it came from inside the file (G4)."""

from collections.abc import Callable, Sequence

from aura.media import making as made
from aura.media.making import Asked, Prepared
from aura.providers.image_ports import ImageGenerator, Making
from generation.models import GeneratedImage, Generation


def prepare(
    generation: Generation, maker: ImageGenerator, making: Making, on_done: Callable[[int], None]
) -> list[Prepared]:
    """Fetch, clean and label each picture, outside any transaction; ``on_done`` is told how many are ready.

    Raises ``ProviderError``: what fetching raises, or ``made_nothing`` where no picture came or can be read.
    """
    return made.prepare(maker, making, Asked(generation.prompt, generation.seed), on_done)


def store(generation: Generation, prepared: Sequence[Prepared]) -> None:
    """Write the pictures of an order, in the caller's transaction. Storing them again changes nothing."""
    for number, one in enumerate(prepared, start=1):
        GeneratedImage.objects.update_or_create(
            workspace_id=generation.workspace_id,
            generation=generation,
            number=number,
            defaults={"picture": made.store(one), "seed": one.seed},
        )
