"""The table of all grades: what a corruption is for a modality, how strong at levels 1 to 5, and why.

References: ImageNet-C (Hendrycks and Dietterich, ICLR 2019, arXiv 1903.12261); MedMNIST-C (Di Salvo, Doerrich and Ledig, 2024,
arXiv 2406.17536). Both grade pictures of 224 pixels or less; lengths here are of a longer side of 512 (`REFERENCE_SIDE`).

Example:
    >>> find_ladder(Corruption.NOISE, Modality.MRI).rungs[0]
    RicianNoise(sigma=0.02)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from PIL.Image import Image

from evaluation.corruptions.blur import Defocus, MotionBlur, SoftBlur
from evaluation.corruptions.contrast import Fade, Haze, Shade
from evaluation.corruptions.draws import Draws
from evaluation.corruptions.geometry import Crop, Rotation
from evaluation.corruptions.kinds import Corruption
from evaluation.corruptions.noise import QuantumNoise, ReconstructionNoise, RicianNoise, SensorNoise, SpeckleNoise
from evaluation.corruptions.resolution import Jpeg, ShortKSpace, Thumbnail
from pipelines.vocabulary import Modality


class Effect(Protocol):
    """A corruption with its strength; a frozen dataclass of its parameters."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def apply(self, image: Image, draws: Draws) -> Image:
        """Return the corrupted picture: 8-bit gray or RGB in, the same mode and size out."""
        ...


@dataclass(frozen=True, slots=True)
class Ladder:
    """Five effects of rising strength."""

    rungs: tuple[Effect, Effect, Effect, Effect, Effect]
    reason: str


_QUANTUM = Ladder(
    (QuantumNoise(100), QuantumNoise(40), QuantumNoise(16), QuantumNoise(8), QuantumNoise(4)),
    "dose falls to 1/25; relative noise behind bone 10 % to 50 %; for films MedMNIST-C has 300 to 5 quanta in white",
)
_RICIAN = Ladder(
    (RicianNoise(0.02), RicianNoise(0.04), RicianNoise(0.06), RicianNoise(0.09), RicianNoise(0.13)),
    "signal-to-noise in white from 50 to 8; a magnitude, so the background rises a little and never falls",
)
_RECONSTRUCTION = Ladder(
    (
        ReconstructionNoise(0.03),
        ReconstructionNoise(0.06),
        ReconstructionNoise(0.10),
        ReconstructionNoise(0.15),
        ReconstructionNoise(0.20),
    ),
    "of an 80 HU window 2.4 to 16 HU; MedMNIST-C grades abdominal CT 0.04 to 0.20",
)
_SPECKLE = Ladder(
    (SpeckleNoise(0.10), SpeckleNoise(0.17), SpeckleNoise(0.25), SpeckleNoise(0.35), SpeckleNoise(0.45)),
    "MedMNIST-C grades breast ultrasound 0.10 to 0.30 at 224 pixels or less; on a finer raster the same is milder",
)
_SENSOR = Ladder(
    (SensorNoise(0.04), SensorNoise(0.08), SensorNoise(0.12), SensorNoise(0.16), SensorNoise(0.20)),
    "as MedMNIST-C for fundus photographs; ImageNet-C has 0.08 to 0.38",
)
_MOTION = Ladder(
    (MotionBlur(4), MotionBlur(7), MotionBlur(11), MotionBlur(16), MotionBlur(22)),
    "breathing or an unsteady patient: 22 of 512 pixels are some 18 mm on a chest film of 43 cm",
)
_SOFT = Ladder(
    (SoftBlur(1.0), SoftBlur(1.7), SoftBlur(2.5), SoftBlur(3.5), SoftBlur(4.5)),
    "a soft kernel, thick slices or a wide beam; 4.5 pixels are some 2 mm of a head of 25 cm",
)
_DEFOCUS = Ladder(
    (Defocus(1.5), Defocus(2.5), Defocus(4.0), Defocus(5.5), Defocus(7.5)),
    "a quarter to a third of ImageNet-C's radii of 3 to 10 at 224 pixels: findings are finer than objects",
)
_FADE = Ladder(
    (Fade(0.80), Fade(0.65), Fade(0.50), Fade(0.35), Fade(0.22)),
    "MedMNIST-C grades 0.9 to 0.4, ImageNet-C 0.4 to 0.05; beyond 0.2 fewer than 50 gray levels are left",
)
_SHADE = Ladder(
    (Shade(0.30), Shade(0.45), Shade(0.60), Shade(0.75), Shade(0.88)),
    "BrainWeb simulates inhomogeneity of 20 % and 40 %; the last levels are a surface coil's fall-off without correction",
)
_HAZE = Ladder(
    (Haze(0.90, 0.20), Haze(0.78, 0.35), Haze(0.65, 0.50), Haze(0.52, 0.62), Haze(0.40, 0.72)),
    "cataract and a tilted flash; contrast 0.9 to 0.4 as MedMNIST-C for fundus photographs",
)
_JPEG = Ladder(
    (Jpeg(50), Jpeg(30), Jpeg(20), Jpeg(10), Jpeg(7)),
    "as MedMNIST-C for films, but 20 for its 15, whose coarse steps miss black: air would turn gray at that level alone",
)
_THUMBNAIL = Ladder(
    (Thumbnail(0.60), Thumbnail(0.45), Thumbnail(0.33), Thumbnail(0.25), Thumbnail(0.18)),
    "longer side of 307 to 92 pixels; ImageNet-C shrinks to 134 to 56, MedMNIST-C to 67 to 22 for chest films",
)
_SHORT_K_SPACE = Ladder(
    (ShortKSpace(0.50), ShortKSpace(0.38), ShortKSpace(0.28), ShortKSpace(0.21), ShortKSpace(0.15)),
    "matrices of 256 to 77, from a usual one to a survey scan's",
)
_CROP = Ladder(
    (Crop(0.95), Crop(0.90), Crop(0.84), Crop(0.77), Crop(0.70)),
    "narrow collimation or field of view; the last keeps half of the area, what an answer rests on may be outside",
)
_ROTATION = Ladder(
    (Rotation(2.0), Rotation(4.0), Rotation(7.0), Rotation(11.0), Rotation(16.0)),
    "positioning at the bedside or by hand; chosen so that the last two are beyond good practice",
)

_PHOTOGRAPH = None  # the row of every modality that has none of its own, and of the unknown one

GRADES: Mapping[Corruption, Mapping[Modality | None, Ladder]] = MappingProxyType(
    {
        Corruption.NOISE: {
            _PHOTOGRAPH: _SENSOR,
            Modality.XRAY: _QUANTUM,
            Modality.MAMMOGRAPHY: _QUANTUM,
            Modality.CT: _RECONSTRUCTION,
            Modality.MRI: _RICIAN,
            Modality.ULTRASOUND: _SPECKLE,
        },
        Corruption.BLUR: {
            _PHOTOGRAPH: _DEFOCUS,
            Modality.XRAY: _MOTION,
            Modality.MAMMOGRAPHY: _MOTION,
            Modality.CT: _SOFT,
            Modality.MRI: _SOFT,
            Modality.ULTRASOUND: _SOFT,
        },
        Corruption.CONTRAST: {_PHOTOGRAPH: _FADE, Modality.MRI: _SHADE, Modality.FUNDUS: _HAZE},
        Corruption.JPEG: {_PHOTOGRAPH: _JPEG},
        Corruption.DOWN_SAMPLING: {_PHOTOGRAPH: _THUMBNAIL, Modality.MRI: _SHORT_K_SPACE},
        Corruption.CROP: {_PHOTOGRAPH: _CROP},
        Corruption.ROTATION: {_PHOTOGRAPH: _ROTATION},
    }
)


def find_ladder(corruption: Corruption, modality: Modality | None) -> Ladder:
    """Return the five grades of a corruption for a modality; None is an unknown one and gets the photographic grades."""
    ladders = GRADES[corruption]
    return ladders.get(modality, ladders[_PHOTOGRAPH])
