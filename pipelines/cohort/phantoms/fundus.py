"""A fundus photograph: retina, macula, optic disc and vessels of one eye, changed by what its keywords say.

The optic disc lies on the nose's side of the macula: a right eye has it in the image's right half, a left one in the left.

Example:
    >>> draw_fundus(Laterality.RIGHT, ("normal fundus",), seed=1, person=1)[:2].hex()
    'ffd8'
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipelines.cohort.odir.canvas import Colour, ColourCanvas, Spot
from pipelines.cohort.odir.eye import DISC, FOVEA, Eye, Paint
from pipelines.cohort.odir.signs import SIGNS
from pipelines.cohort.odir.vessels import grow_vessels
from pipelines.cohort.phantoms.canvas import Field, step
from pipelines.vocabulary import Laterality

SIZE = 256
_FIELD = 0.95  # radius of what the camera sees
_GRAIN = 0.03


def draw_fundus(side: Laterality, keywords: Sequence[str], seed: int, person: int) -> bytes:
    """Return a JPEG of 256 x 256 pixels; `person` gives both eyes of a patient one complexion."""
    signs = [SIGNS[keyword] for keyword in keywords]
    eye = Eye(ColourCanvas(SIZE, seed), side)
    for sign in signs:
        if sign.change is not None:
            sign.change(eye.anatomy)
    replacing = next((sign.replaces for sign in signs if sign.replaces is not None), None)
    if replacing is not None:
        replacing(eye)
        return eye.canvas.to_jpeg(_GRAIN)
    _paint_retina(eye, np.random.default_rng(person))
    _paint_all(eye, [sign.under for sign in signs])
    _paint_disc(eye)
    _paint_vessels(eye)
    _paint_all(eye, [sign.over for sign in signs])
    _paint_field(eye)
    _paint_all(eye, [sign.lens for sign in signs])
    return eye.canvas.to_jpeg(_GRAIN)


def _paint_all(eye: Eye, paints: Iterable[Paint | None]) -> None:
    for paint in paints:
        if paint is not None:
            paint(eye)


def _paint_retina(eye: Eye, complexion: np.random.Generator) -> None:
    canvas, shapes = eye.canvas, eye.canvas.shapes
    red, green = complexion.uniform(0.76, 0.90), complexion.uniform(0.34, 0.44)
    canvas.paint(np.ones_like(shapes.x), (red, green, green * 0.45))
    ridges = np.exp(-((shapes.clouds(22) / 0.10) ** 2))  # vessels of the choroid, seen through the retina
    canvas.paint(ridges, (0.95, 0.55, 0.25), eye.anatomy.tessellation)
    canvas.scale(0.5 + shapes.clouds(5), 1.06)
    canvas.scale(step(eye.distance(0.1, 0) - 0.75, 0.7), 0.80)  # light falls off towards the rim
    macula = np.exp(-((eye.distance(*FOVEA) / 0.20) ** 2))
    canvas.scale(macula, 0.66)
    canvas.scale(eye.spots([(*FOVEA, 0.035)], soft=0.02), 0.72)


def _paint_disc(eye: Eye) -> None:
    canvas, anatomy = eye.canvas, eye.anatomy
    x, y = DISC
    radius = anatomy.disc_radius
    if anatomy.crescent:
        atrophy = eye.ellipse(x - anatomy.crescent, y + 0.01, radius + anatomy.crescent, radius * 1.35, soft=0.02)
        canvas.paint(atrophy, (0.97, 0.90, 0.70), 0.95)
        rim = canvas.shapes.ring(*eye.at(x - anatomy.crescent, y + 0.01), radius + anatomy.crescent, radius * 1.35, 0.03)
        canvas.paint(rim, (0.35, 0.16, 0.08), 0.6)
    canvas.paint(eye.ellipse(x, y, radius * 0.94, radius * 1.06, soft=0.03), (0.96, 0.70, 0.38))
    cup = radius * anatomy.cup
    canvas.paint(eye.ellipse(x - 0.01, y, cup * 0.96, cup * 1.04, soft=0.02), (1.0, 0.95, 0.78))


def _paint_vessels(eye: Eye) -> None:
    vessels = grow_vessels(eye.canvas.rng, DISC, FOVEA, eye.anatomy.artery_width)
    cup = eye.anatomy.disc_radius * eye.anatomy.cup
    # They dip over the edge of a deep cup and are lost to sight on its floor.
    seen = 1 - 0.7 * eye.ellipse(*DISC, cup * 0.9, cup * 0.9, soft=0.02) * (eye.anatomy.cup > 0.5)
    for lines, colour in ((vessels.arteries, (0.66, 0.15, 0.07)), (vessels.veins, (0.43, 0.06, 0.05))):
        _paint_lines(eye, lines, colour, seen)


def _paint_lines(eye: Eye, lines: Sequence[Sequence[Spot]], colour: Colour, seen: Field) -> None:
    eye.canvas.paint(eye.lines(lines, soft=0.004) * seen, colour, 0.85 * eye.anatomy.vessel_strength)


def _paint_field(eye: Eye) -> None:
    shapes = eye.canvas.shapes
    seen = step(_FIELD - np.hypot(shapes.x, shapes.y), 0.02)
    eye.canvas.paint(1 - seen, (0.0, 0.0, 0.0))
