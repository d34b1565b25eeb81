"""One eye that is being painted: its anatomy, its places mirrored by side, and what a sign may change of it.

Example:
    >>> eye = Eye(ColourCanvas(size=64, seed=1), Laterality.LEFT)
    >>> eye.at(*DISC)
    (-0.42, -0.02)
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipelines.cohort.odir.canvas import ColourCanvas, Spot
from pipelines.cohort.phantoms.canvas import Field
from pipelines.vocabulary import Laterality

DISC = (0.42, -0.02)  # of a right eye
FOVEA = (-0.10, 0.06)


@dataclass
class Anatomy:
    """What an eye is like before anything is painted; signs change it."""

    disc_radius: float = 0.155
    cup: float = 0.35  # the cup's diameter as a part of the disc's
    artery_width: float = 0.75  # as a part of the veins'
    shift: float = 0.0  # by how much the eye is turned to the nose's side
    tessellation: float = 0.12  # how far the vessels of the choroid shine through
    crescent: float = 0.0  # width of the atrophy beside the disc
    vessel_strength: float = 1.0


@dataclass
class Eye:
    """One eye under way; positions are those of a right eye, which a left one mirrors."""

    canvas: ColourCanvas
    side: Laterality
    anatomy: Anatomy = field(default_factory=Anatomy)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the right eye lies in this eye's image."""
        return (1.0 if self.side is Laterality.RIGHT else -1.0) * (x + self.anatomy.shift), y

    def spots(self, spots: Iterable[Spot], soft: float = 0.0) -> Field:
        """Return the mask of circles at places of the right eye."""
        return self.canvas.draw_spots([(*self.at(x, y), radius) for x, y, radius in spots], soft)

    def lines(self, lines: Iterable[Sequence[Spot]], soft: float = 0.0) -> Field:
        """Return the mask of lines through places of the right eye."""
        return self.canvas.draw_lines([[(*self.at(x, y), half) for x, y, half in line] for line in lines], soft)

    def ellipse(self, x: float, y: float, rx: float, ry: float, soft: float = 0.02) -> Field:
        """Return the mask of an ellipse at a place of the right eye."""
        return self.canvas.shapes.ellipse(*self.at(x, y), rx, ry, soft=soft)

    def distance(self, x: float, y: float) -> Field:
        """Return each pixel's distance from a place of the right eye."""
        return self.canvas.shapes.radius(*self.at(x, y), 1, 1)


Paint = Callable[[Eye], None]


@dataclass(frozen=True)
class Sign:
    """How a keyword shows: what it changes of the eye, and what it paints at which time."""

    change: Callable[[Anatomy], None] | None = None
    under: Paint | None = None  # below the vessels
    over: Paint | None = None  # above them
    lens: Paint | None = None  # between the eye and the film
    replaces: Paint | None = None  # instead of a fundus
