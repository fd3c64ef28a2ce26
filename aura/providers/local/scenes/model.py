"""What is known of one picture. Shares are 0..1 of the picture; places are 0..1 from the left and from the top."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """One face. ``x``, ``y`` are its middle, ``width`` is its share of the picture's width.

    ``years`` is the network's age, ``minor`` the probability (0..1) that the person is under 18, both only estimates.
    """

    x: float
    y: float
    width: float
    years: float
    minor: float


@dataclass(frozen=True, slots=True)
class Colour:
    """A group of alike pixels: ``name`` is the nearest of ``palette.NAMED``, ``lab`` its middle in CIELAB (D65)."""

    name: str
    share: float
    lab: tuple[float, float, float]
    chroma: float


@dataclass(frozen=True, slots=True)
class Light:
    """``brightness`` and ``contrast`` are mean and standard deviation of L* (0..100), ``warmth`` is the mean of b*

    with a quarter of a* (about -40 cold … 40 warm), ``saturation`` the mean chroma. ``key`` is high, middle or low.
    """

    brightness: float
    contrast: float
    warmth: float
    saturation: float
    key: str
    golden: float
    night: bool
    backlit: bool


@dataclass(frozen=True, slots=True)
class Composition:
    """How the picture is built. ``orientation`` is landscape, portrait or square, ``frame`` close, middle or wide.

    ``x``, ``y`` is the middle of what stands out, ``spread`` how far it is scattered (0 a point, 0.4 all over).
    ``symmetry`` is the correlation of the left half with the mirrored right one (-1..1), ``space`` the share of even
    area, ``depth`` how many times sharper what stands out is than the rest, ``horizon`` the height of a line across
    the picture (None without one), ``texture`` and ``sharpness`` the mean and the 95th percentile of the edges (0..1).
    """

    orientation: str
    frame: str
    x: float
    y: float
    spread: float
    symmetry: float
    space: float
    depth: float
    horizon: float | None
    texture: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Nature:
    """Shares that look like sky, leaves and water; each 0 unless it is fairly sure."""

    sky: float = 0.0
    greenery: float = 0.0
    water: float = 0.0


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing worth saying: ``code`` (``golden``, ``symmetry`` …), ``strength`` 0..1 and the names of its colours."""

    code: str
    strength: float
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is known of one picture; ``facts`` are the strongest first. ``readable`` is false for broken bytes."""

    width: int
    height: int
    faces: tuple[Face, ...]
    colours: tuple[Colour, ...]
    light: Light
    composition: Composition
    nature: Nature
    facts: tuple[Fact, ...]
    readable: bool = True

    @property
    def possible_minor(self) -> bool:
        """Whether somebody in it may be under 18; the same bar as for profiles."""
        return any(face.minor >= MINOR_SHARE for face in self.faces)


MINOR_SHARE = 0.2
