"""What each keyword looks like in a fundus photograph.

Example:
    >>> sorted(SIGNS)[:3]
    ['anterior segment image', 'cataract', 'drusen']
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from pipelines.cohort.odir.canvas import Colour, Spot
from pipelines.cohort.odir.eye import DISC, FOVEA, Anatomy, Eye, Sign
from pipelines.cohort.phantoms.canvas import step

_RED_DOT: Colour = (0.50, 0.04, 0.03)
_BLOOD: Colour = (0.36, 0.02, 0.02)
_EXUDATE: Colour = (1.0, 0.93, 0.55)
_COTTON: Colour = (0.98, 0.92, 0.80)
_PIGMENT: Colour = (0.20, 0.09, 0.05)
_HAZE: Colour = (0.62, 0.52, 0.36)


def _around(eye: Eye, n: int, near: float, far: float, radii: tuple[float, float]) -> list[Spot]:
    """Return spots scattered around the fovea between two distances, none of them on the disc."""
    rng = eye.canvas.rng
    spots: list[Spot] = []
    while len(spots) < n:
        angle, away = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(near**2, far**2))
        x, y = FOVEA[0] + away * math.cos(angle), FOVEA[1] + away * math.sin(angle)
        if math.dist((x, y), DISC) > 0.22:
            spots.append((x, y, float(rng.uniform(*radii))))
    return spots


def _paint_drusen(eye: Eye) -> None:
    eye.canvas.paint(eye.spots(_around(eye, 55, 0.0, 0.32, (0.010, 0.024)), soft=0.006), (1.0, 0.86, 0.42), 0.85)


def _paint_dry_amd(eye: Eye) -> None:
    _paint_drusen(eye)
    atrophy = eye.spots([(FOVEA[0], FOVEA[1], 0.13), *_around(eye, 5, 0.06, 0.14, (0.05, 0.08))], soft=0.006)
    eye.canvas.paint(atrophy, (0.99, 0.76, 0.52), 0.9)
    eye.canvas.paint(eye.spots(_around(eye, 12, 0.10, 0.24, (0.008, 0.018)), soft=0.003), _PIGMENT, 0.8)


def _paint_microaneurysms(eye: Eye, n: int = 16) -> None:
    eye.canvas.paint(eye.spots(_around(eye, n, 0.10, 0.55, (0.011, 0.016))), _RED_DOT, 0.95)


def _paint_moderate_retinopathy(eye: Eye) -> None:
    _paint_microaneurysms(eye, 26)
    eye.canvas.paint(eye.spots(_around(eye, 9, 0.20, 0.65, (0.025, 0.045)), soft=0.010), _BLOOD, 0.9)
    rng = eye.canvas.rng
    for x, y, _ in _around(eye, 3, 0.18, 0.36, (0.1, 0.1)):  # exudates lie in rings around what leaks
        angles, sizes = rng.uniform(0, 2 * math.pi, 18), rng.normal(rng.uniform(0.07, 0.10), 0.016, 18)
        places = [(x + size * math.cos(a), y + size * math.sin(a)) for a, size in zip(angles, sizes, strict=True)]
        ring = [(*place, float(rng.uniform(0.007, 0.018))) for place in places]
        eye.canvas.paint(eye.spots(ring, soft=0.002), _EXUDATE, 0.95)


def _paint_flames(eye: Eye) -> None:
    """Bleeding between the nerve fibres, which run to the disc, draws flames; blocked fibres swell to cotton wool."""
    rng = eye.canvas.rng
    fibres: list[list[Spot]] = []
    for _ in range(8):
        angle, near = rng.uniform(0, 2 * math.pi), rng.uniform(0.19, 0.34)
        for _ in range(7):
            away, bend = near + rng.uniform(-0.03, 0.03), angle + rng.normal(0, 0.055)
            length = rng.uniform(0.06, 0.13)
            tip = (away, away + length)
            fibres.append([(DISC[0] + r * math.cos(bend), DISC[1] + r * math.sin(bend), 0.006) for r in tip])
    eye.canvas.paint(eye.lines(fibres, soft=0.003), _BLOOD, 0.95)
    wool = [(DISC[0] - 0.05 + x, y, r) for x, y, r in ((-0.22, -0.30, 0.05), (-0.20, 0.33, 0.06), (0.10, 0.36, 0.045))]
    eye.canvas.paint(eye.spots(wool, soft=0.018), _COTTON, 0.85)


def _paint_membrane(eye: Eye) -> None:
    """A glistening sheet over the macula, whose shrinking draws the retina into folds."""
    rng = eye.canvas.rng
    x, y = FOVEA[0] + float(rng.uniform(-0.06, 0.06)), FOVEA[1] + float(rng.uniform(-0.05, 0.05))
    sheet = eye.ellipse(x, y, 0.30, 0.25, soft=0.10)
    eye.canvas.paint(sheet * (0.75 + 0.5 * eye.canvas.shapes.clouds(9)), (0.80, 0.80, 0.66), 0.42)
    folds: list[list[Spot]] = []
    for angle in np.linspace(0, 2 * math.pi, 26, endpoint=False) + rng.normal(0, 0.09, 26):
        near, far, turn = rng.uniform(0.04, 0.09), rng.uniform(0.18, 0.34), rng.normal(0, 0.25)
        places = [(near + (far - near) * part, angle + turn * part) for part in np.linspace(0, 1, 8)]
        folds.append([(x + r * math.cos(a), y + 0.85 * r * math.sin(a), 0.0055) for r, a in places])
    eye.canvas.paint(eye.lines(folds, soft=0.003), (0.98, 0.97, 0.88), 0.60)


def _paint_laser_spots(eye: Eye) -> None:
    """Scars of panretinal coagulation: round, pale, in rows, with pigment in the middle; the macula is spared."""
    rng = eye.canvas.rng
    grid = [(x, y) for x in np.arange(-1, 1.3, 0.15) for y in np.arange(-0.9, 0.91, 0.15)]
    placed = [(float(x + rng.normal(0, 0.018)), float(y + rng.normal(0, 0.018))) for x, y in grid]
    kept = [place for place in placed if math.dist(place, FOVEA) > 0.46 and math.dist(place, DISC) > 0.28]
    eye.canvas.paint(eye.spots([(x, y, 0.040) for x, y in kept], soft=0.006), (0.98, 0.86, 0.60), 0.85)
    eye.canvas.paint(eye.spots([(x, y, float(rng.uniform(0.010, 0.020))) for x, y in kept], soft=0.004), _PIGMENT, 0.8)


def _paint_patches(eye: Eye) -> None:
    """Patches of bare sclera at the posterior pole, with pigment at their edges."""
    places = _around(eye, 4, 0.10, 0.34, (0.055, 0.10))
    eye.canvas.paint(eye.spots([(x, y, r + 0.012) for x, y, r in places], soft=0.006), _PIGMENT, 0.5)
    eye.canvas.paint(eye.spots(places, soft=0.008), (0.98, 0.93, 0.76), 0.92)


def _cloud_lens(eye: Eye) -> None:
    seen = (eye.canvas.rgb.max(axis=2) > 0.06).astype(np.float32)
    eye.canvas.blur(0.035)
    eye.canvas.paint(seen * (0.9 + 0.3 * eye.canvas.shapes.clouds(4)), _HAZE, 0.55)
    eye.canvas.paint(1 - seen, (0.0, 0.0, 0.0))


def _spoil_picture(eye: Eye) -> None:
    """Out of focus, dark, and lit from one side alone."""
    eye.canvas.blur(0.022)
    shapes = eye.canvas.shapes
    angle = float(eye.canvas.rng.uniform(0, 2 * math.pi))
    lit = step(math.cos(angle) * shapes.x + math.sin(angle) * shapes.y + 0.1, 1.6)
    eye.canvas.scale(1 - lit, 0.18)
    eye.canvas.scale(np.ones_like(lit), 0.62)


def _scatter_dust(eye: Eye) -> None:
    """Dust on the camera's lens is far out of focus: pale rings and blots, alike in every picture of that camera."""
    rng = eye.canvas.rng
    for _ in range(9):
        away, angle, size = rng.uniform(0.15, 0.78), rng.uniform(0, 2 * math.pi), float(rng.uniform(0.03, 0.07))
        x, y = float(away * math.cos(angle)), float(away * math.sin(angle))
        eye.canvas.paint(eye.canvas.draw_spots([(x, y, size)], soft=0.012), (0.86, 0.86, 0.84), 0.62)
        eye.canvas.paint(eye.canvas.draw_spots([(x, y, size * 0.55)], soft=0.012), (0.60, 0.50, 0.42), 0.45)


def _paint_front(eye: Eye) -> None:
    """The front of the eye, taken in place of the fundus: white, iris, pupil and the flash's reflection."""
    canvas, shapes = eye.canvas, eye.canvas.shapes
    canvas.paint(np.ones_like(shapes.x), (0.80, 0.58, 0.47))  # skin of the lids
    canvas.scale(0.5 + shapes.clouds(7), 1.15)
    opening = step(0.62 - 0.5 * shapes.x**2 - np.abs(shapes.y), 0.05)
    canvas.paint(opening, (0.90, 0.86, 0.82))
    iris = shapes.ellipse(0, 0, 0.52, 0.52) * opening
    canvas.paint(iris, (0.36, 0.22, 0.11))
    angles = np.arctan2(shapes.y, shapes.x)
    canvas.paint(iris * (0.5 + 0.5 * np.sin(46 * angles + 6 * shapes.clouds(10))), (0.52, 0.34, 0.17), 0.7)
    canvas.paint(shapes.ring(0, 0, 0.52, 0.52, 0.06) * opening, (0.14, 0.09, 0.06), 0.8)
    canvas.paint(shapes.ellipse(0, 0, 0.19, 0.19), (0.03, 0.02, 0.02))
    canvas.paint(shapes.ellipse(0.08, -0.09, 0.05, 0.05), (1.0, 1.0, 1.0))


def _change_glaucoma(anatomy: Anatomy) -> None:
    anatomy.cup = 0.86


def _change_suspected_glaucoma(anatomy: Anatomy) -> None:
    anatomy.cup = 0.64


def _change_hypertension(anatomy: Anatomy) -> None:
    anatomy.artery_width = 0.34


def _change_myopia(anatomy: Anatomy) -> None:
    anatomy.crescent, anatomy.tessellation, anatomy.vessel_strength = 0.11, 0.75, 0.75


def _turn_away(anatomy: Anatomy) -> None:
    anatomy.shift = 0.78


SIGNS: Mapping[str, Sign] = MappingProxyType(
    {
        "normal fundus": Sign(),
        "drusen": Sign(under=_paint_drusen),
        "dry age-related macular degeneration": Sign(under=_paint_dry_amd),
        "mild nonproliferative retinopathy": Sign(over=_paint_microaneurysms),
        "moderate nonproliferative retinopathy": Sign(over=_paint_moderate_retinopathy),
        "glaucoma": Sign(change=_change_glaucoma),
        "suspected glaucoma": Sign(change=_change_suspected_glaucoma),
        "cataract": Sign(lens=_cloud_lens),
        "hypertensive retinopathy": Sign(change=_change_hypertension, over=_paint_flames),
        "pathological myopia": Sign(change=_change_myopia, under=_paint_patches),
        "macular epiretinal membrane": Sign(over=_paint_membrane),
        "laser spot": Sign(under=_paint_laser_spots),
        "lens dust": Sign(lens=_scatter_dust),
        "low image quality": Sign(lens=_spoil_picture),
        "optic disk photographically invisible": Sign(change=_turn_away),
        "image offset": Sign(lens=lambda eye: eye.canvas.move(0.34, -0.22)),
        "anterior segment image": Sign(replaces=_paint_front),
        "no fundus image": Sign(replaces=_paint_front),
    }
)
