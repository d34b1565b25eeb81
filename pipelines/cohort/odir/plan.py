"""The patients of a synthetic ODIR: what their eyes show, and what is odd or wrong about their rows and files.

Example:
    >>> patient = draw_patient(seed=1, index=0)
    >>> patient.id, patient.age, patient.eyes[Laterality.LEFT]
    (70001, 1, ('normal fundus',))
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipelines.vocabulary import Laterality

_FIRST_ID = 70001  # the genuine IDs end below 5000
_FIRST_TESTING_ID = 90001
_N_TESTING = 2

# The letter of the diagnosis that follows from each keyword; those that judge the photograph have none.
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "normal fundus": "N",
        "mild nonproliferative retinopathy": "D",
        "moderate nonproliferative retinopathy": "D",
        "glaucoma": "G",
        "suspected glaucoma": "G",
        "cataract": "C",
        "dry age-related macular degeneration": "A",
        "hypertensive retinopathy": "H",
        "pathological myopia": "M",
        "drusen": "O",
        "macular epiretinal membrane": "O",
        "laser spot": "O",
    }
)
_QUALITY = ("lens dust", "low image quality", "optic disk photographically invisible", "image offset")
Keywords = tuple[str, ...]


class Part(StrEnum):
    """What a patient is there for; each is played by the one whose place in the cohort is that of the name here."""

    AGE_PLACEHOLDER = "age 1"
    FRONT_OF_EYE = "an eye without a row in full_df.csv"
    REPEATED_KEYWORD = "a keyword twice in one cell, and an ASCII comma"
    PERMUTED_KEYWORDS = "the same keywords in both eyes in another order, and a space at the end"
    MISSING_FILE = "no file for the right eye"
    TRUNCATED_FILE = "half a file for the left eye"
    BAD_FLAG = "a 2 among the diagnoses"
    BAD_NAME = "an image's name that is misspelt in full_df.csv, and an eye whose preprocessed copy alone is there"


PARTS = tuple(Part)
_MODERATE, _MEMBRANE, _LASER = "moderate nonproliferative retinopathy", "macular epiretinal membrane", "laser spot"
_FIXED: Mapping[Part, tuple[Keywords, Keywords]] = MappingProxyType(
    {
        Part.AGE_PLACEHOLDER: (("normal fundus",), ("normal fundus",)),
        Part.FRONT_OF_EYE: (("cataract",), ("anterior segment image", "no fundus image")),
        Part.REPEATED_KEYWORD: ((_MEMBRANE, _MEMBRANE), ("drusen", "lens dust")),
        Part.PERMUTED_KEYWORDS: ((_MODERATE, _LASER), (_LASER, _MODERATE)),
    }
)
# Every sign once in each cohort of 20, the eyes now alike, now not.
_PAIRS: tuple[tuple[Keywords, Keywords], ...] = (
    (("glaucoma",), ("glaucoma",)),
    (("hypertensive retinopathy",), ("hypertensive retinopathy",)),
    ((_MODERATE,), ("mild nonproliferative retinopathy",)),
    (("pathological myopia",), ("pathological myopia",)),
    (("dry age-related macular degeneration",), ("drusen",)),
    (("normal fundus",), ("normal fundus", "lens dust")),
    (("normal fundus",), ("mild nonproliferative retinopathy",)),
    ((_MODERATE, "hypertensive retinopathy"), (_MODERATE, "hypertensive retinopathy")),
    (("cataract",), ("normal fundus",)),
    (("normal fundus",), (_MEMBRANE,)),
    (("normal fundus", "optic disk photographically invisible"), ("normal fundus",)),
    (("drusen",), ("drusen", "image offset")),
    (("glaucoma",), ("suspected glaucoma",)),
    (("pathological myopia", "low image quality"), ("pathological myopia",)),
    (("normal fundus",), ("normal fundus",)),
    ((_LASER,), ("dry age-related macular degeneration",)),
)


@dataclass(frozen=True)
class Patient:
    """One patient as drawn; the tables and the photographs are both made from this."""

    index: int
    id: int
    age: int
    sex: str
    eyes: Mapping[Laterality, Keywords]
    part: Part | None
    seed: int

    def letters(self, side: Laterality) -> tuple[str, ...]:
        """Return the diagnoses of one eye; none where its photograph shows no fundus."""
        found = {LETTERS[keyword] for keyword in self.eyes[side] if keyword in LETTERS}
        return tuple(letter for letter in "NDGCAHMO" if letter in found)

    def is_in_image_table(self, side: Laterality) -> bool:
        """Return whether full_df.csv has a row of this eye: whoever made it left out what shows no fundus."""
        return bool(self.letters(side))


def draw_patients(subjects: int, seed: int) -> Iterator[Patient]:
    """Yield the patients in the order of their IDs; one at a time, so that any number of them can be drawn."""
    return (draw_patient(seed, index) for index in range(subjects))


def draw_patient(seed: int, index: int) -> Patient:
    """Return one patient; the first eight play the parts of `Part`."""
    rng = random.Random(f"odir {seed} {index}")
    part = PARTS[index] if index < len(PARTS) else None
    left, right = _FIXED[part] if part is not None and part in _FIXED else _draw_pair(rng, index)
    if part is None and rng.random() < 0.5:
        left, right = right, left
    return Patient(
        index=index,
        id=_FIRST_ID + 2 * index + index // 3,  # with gaps, as in the genuine tables
        age=1 if part is Part.AGE_PLACEHOLDER else rng.randint(28, 88),
        sex=rng.choice(["Female", "Male"]),
        eyes={Laterality.LEFT: left, Laterality.RIGHT: right},
        part=part,
        seed=rng.randrange(2**31),
    )


def draw_testing_patients(seed: int) -> list[Patient]:
    """Return the patients whose photographs come without labels."""
    drawn = [draw_patient(seed + 1, len(PARTS) + number) for number in range(_N_TESTING)]
    return [
        Patient(patient.index, _FIRST_TESTING_ID + number, patient.age, patient.sex, patient.eyes, None, patient.seed)
        for number, patient in enumerate(drawn)
    ]


def _draw_pair(rng: random.Random, index: int) -> tuple[Keywords, Keywords]:
    place = index - len(_FIXED)
    if place < len(_PAIRS):
        return _PAIRS[place]
    diseases = [keyword for keyword in LETTERS if keyword != "normal fundus"]
    first = (rng.choice(diseases),) if rng.random() < 0.7 else ("normal fundus",)
    second = first if rng.random() < 0.5 else rng.choice([("normal fundus",), (rng.choice(diseases),)])
    return (*first, rng.choice(_QUALITY)) if rng.random() < 0.15 else first, second
