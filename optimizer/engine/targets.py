"""What is asked of the engine, and what it hands back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Fit = Literal["crop", "extend"]
Encoding = Literal["jpeg", "png", "webp"]
Colour = tuple[int, int, int]
MEDIA_TYPES: dict[Encoding, str] = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Target:
    """One file to make: ``width`` × ``height`` pixels, at most ``max_bytes``.

    ``focus`` is the point that a person wants to see, as parts (0..1) of the upright picture's width and height.
    """

    key: str
    width: int
    height: int
    max_bytes: int
    fit: Fit = "crop"
    focus: tuple[float, float] | None = None
    alpha: bool = True

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the upright original, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels; 0 for what is turned inside out."""
        return max(self.width, 0.0) * max(self.height, 0.0)

    def overlap(self, other: "Box") -> float:
        """Square pixels that both share."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area

    def holds(self, other: "Box", slack: float = 0.5) -> bool:
        """Whether the other lies inside, to ``slack`` pixels."""
        return (
            self.left <= other.left + slack
            and self.top <= other.top + slack
            and self.right >= other.right - slack
            and self.bottom >= other.bottom - slack
        )

    def scaled(self, by: float) -> "Box":
        """The same part of a picture ``by`` times as large."""
        return Box(self.left * by, self.top * by, self.right * by, self.bottom * by)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One target's outcome: a file, or why there is none (``error``, in words; then ``data`` is empty).

    ``crop`` is what was taken of the upright original; ``enlarged`` how many times larger than the original it is
    shown (1 = not at all); ``similarity`` the SSIM of the encoded sample, None for lossless files.
    """

    key: str
    data: bytes = b""
    media_type: str = ""
    width: int = 0
    height: int = 0
    sha256: str = ""
    crop: Box | None = None
    fit: Fit = "crop"
    quality: int | None = None
    similarity: float | None = None
    enlarged: float = 1.0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""


Done = Callable[[Rendered], None]
