"""Draws the files of one synthetic LUMIERE subject: volumes and masks of every visit, on the atlas and, for some, as acquired.

The anatomy is one over all visits; what changes is the tumour, the scanner's gain and the noise.

Example:
    >>> from pipelines.cohort.lumiere.plan import plan_subject
    >>> plan = plan_subject(seed=1, index=7)
    >>> next(path for path, _ in draw_subject(plan, seed=1))
    'week-000-1/DeepBraTumIA-segmentation/atlas/skull_strip/ct1_skull_strip.nii.gz'
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.choices import LumiereReading
from pipelines.cohort.lumiere.lattice import ATLAS, NATIVE, OTHER_ATLAS, Lattice, encode_volume
from pipelines.cohort.lumiere.plan import Role, SubjectPlan, VisitPlan
from pipelines.cohort.lumiere.tumour import (
    EDEMA,
    ENHANCING,
    NECROSIS,
    Ground,
    Lesion,
    Tumour,
    draw_tumour,
    grow,
    paint_lesion,
    survey_ground,
)
from pipelines.cohort.phantoms.brain import (
    Brain,
    Floats,
    Points,
    Tissues,
    draw_brain,
    draw_waves,
    measure_depth,
    paint_tissues,
    survey_tissues,
)
from pipelines.cohort.spoilt_file import truncate
from pipelines.sources.lumiere.files import MEASURED_VOLUMES, SEQUENCES, list_wanted
from pipelines.vocabulary import Grid, ImageType, SegmentationTool, Sequence

ODD_SESSION = "week-044-old"  # no name of a session
_BRAIN_MASK = "DeepBraTumIA-segmentation/atlas/skull_strip/brain_mask.nii.gz"
_BRIGHT = 620  # of the brightest tissue, in the arbitrary units of MRI
_NOISE = 0.02
_QUANTUM = 10  # values are multiples of it, so that files stay small
_GLIO_NUMBERS = np.array([0, 2, 1, 1], np.uint8)  # HD-GLIO-AUTO's number of what DeepBraTumIA numbers 0 to 3


@dataclass(frozen=True)
class _Sampled:
    """A subject on one grid; arrays hold a value per point inside the brain but for `inside`."""

    lattice: Lattice
    inside: NDArray[np.bool_]
    points: Points
    tissues: Tissues
    ground: Ground  # of the tumour
    texture: Floats
    shading: Floats  # of the receive coil


def draw_subject(subject: SubjectPlan, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield (path in the subject's folder, content) of every file."""
    rng = np.random.default_rng([seed, subject.index])
    brain, tumour = draw_brain(rng), draw_tumour(rng, is_solid=subject.has_native_files)
    atlas = _sample(brain, tumour, ATLAS, seed)
    natives = (
        {sequence: _sample(brain, tumour, NATIVE[sequence], seed) for sequence in SEQUENCES} if subject.has_native_files else {}
    )
    mask = encode_volume(ATLAS, atlas.inside, np.ones(atlas.points.shape[1], np.uint8))
    for place, visit in enumerate(subject.visits):
        yield from _draw_atlas(subject, visit, atlas, np.random.default_rng([seed, subject.index, place]))
        yield f"{visit.session}/{_BRAIN_MASK}", mask
        rng = np.random.default_rng([seed, subject.index, place, 1])
        for sequence, native in natives.items():
            yield from _draw_native(visit, native, sequence, rng)
    if subject.is_in(Role.TRUNCATED):
        yield from _truncate(subject, atlas, seed)
    elif subject.is_in(Role.OTHER_GRID):
        yield from _misplace(subject, _sample(brain, tumour, OTHER_ATLAS, seed))
    elif subject.is_in(Role.ODD_FOLDER):
        yield f"{ODD_SESSION}/note.txt", b"left over from an earlier export\n"


def spoilt_volume(subject: SubjectPlan) -> str:
    """Return the path, in the folder of a subject with a spoilt volume, of that volume."""
    return f"{subject.visits[1].session}/{_atlas_path(Sequence.T1)}"


def spoilt_volumes_file(subject: SubjectPlan) -> str:
    """Return the path, in the subject's folder, of the measured volumes that are no JSON."""
    return f"{subject.visits[1].session}/{MEASURED_VOLUMES}"


def _sample(brain: Brain, tumour: Tumour, lattice: Lattice, seed: int) -> _Sampled:
    everywhere = lattice.points()
    depth = measure_depth(brain, everywhere)
    inside = depth > 0
    points = np.ascontiguousarray(everywhere[:, inside])
    shading = 1 + np.float32(0.05) * draw_waves(np.random.default_rng(seed), 260, 4).at(points)
    tissues = survey_tissues(brain, points, depth[inside])
    return _Sampled(lattice, inside, points, tissues, survey_ground(tumour, points), brain.texture.at(points), shading)


def _draw_atlas(
    subject: SubjectPlan, visit: VisitPlan, atlas: _Sampled, rng: np.random.Generator
) -> Iterator[tuple[str, bytes]]:
    lesion = grow(atlas.ground, visit.state)
    for sequence in SEQUENCES:
        values = _scan(atlas, lesion, sequence, rng)  # also of those that are not written, so that the others do not change
        if sequence in visit.sequences:
            yield f"{visit.session}/{_atlas_path(sequence)}", _encode(atlas, values)
    if visit.has_mask:
        yield f"{visit.session}/{_mask_path(LumiereReading(), None)}", _encode(atlas, lesion.labels)
        is_spoilt = subject.is_in(Role.OTHER_GRID) and spoilt_volumes_file(subject) == f"{visit.session}/{MEASURED_VOLUMES}"
        yield f"{visit.session}/{MEASURED_VOLUMES}", b'{"Enhancing_Core": ' if is_spoilt else _measure(lesion, atlas.lattice)


def _draw_native(
    visit: VisitPlan, native: _Sampled, sequence: Sequence, rng: np.random.Generator
) -> Iterator[tuple[str, bytes]]:
    lesion = grow(native.ground, visit.state)
    yield f"{visit.session}/{sequence}.nii.gz", _encode(native, _scan(native, lesion, sequence, rng).astype(np.uint16))
    numbers = {SegmentationTool.DEEP_BRA_TUM_IA: lesion.labels, SegmentationTool.HD_GLIO_AUTO: _GLIO_NUMBERS[lesion.labels]}
    for tool, labels in numbers.items():
        path = _mask_path(LumiereReading(grid=Grid.NATIVE, segmentation_tool=tool), sequence)
        yield f"{visit.session}/{path}", _encode(native, labels)


def _truncate(subject: SubjectPlan, atlas: _Sampled, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield one volume as an interrupted download leaves it."""
    lesion = grow(atlas.ground, subject.visits[1].state)
    content = _encode(atlas, _scan(atlas, lesion, Sequence.T1, np.random.default_rng([seed, subject.index, 9])))
    yield spoilt_volume(subject), truncate(content)


def _misplace(subject: SubjectPlan, other: _Sampled) -> Iterator[tuple[str, bytes]]:
    """Yield one volume that was brought to another grid than its mask."""
    lesion = grow(other.ground, subject.visits[1].state)
    yield spoilt_volume(subject), _encode(other, _scan(other, lesion, Sequence.T1, np.random.default_rng(subject.index)))


def _scan(sampled: _Sampled, lesion: Lesion, sequence: Sequence, rng: np.random.Generator) -> Floats:
    """Return the signal in the brain: positive multiples of a quantum."""
    values = paint_lesion(lesion, sampled.tissues, paint_tissues(sampled.tissues, sequence, sampled.texture), sequence)
    gain = _BRIGHT * rng.uniform(0.88, 1.12)
    noise = _NOISE * rng.standard_normal(len(values), np.float32)
    signal = (values * sampled.shading + noise) * np.float32(gain / _QUANTUM)
    return np.maximum(np.rint(signal), 1).astype(np.float32) * _QUANTUM


def _measure(lesion: Lesion, lattice: Lattice) -> bytes:
    counts = np.bincount(lesion.labels, minlength=4) * lattice.voxel_mm3
    named = {"Enhancing_Core": ENHANCING, "Necrotic_NonEnhancing": NECROSIS, "Edema_Compartment": EDEMA}
    return json.dumps({name: round(float(counts[number]), 3) for name, number in named.items()}).encode()


def _encode(sampled: _Sampled, values: NDArray[Any]) -> bytes:
    return encode_volume(sampled.lattice, sampled.inside, values)


def _atlas_path(sequence: Sequence) -> str:
    return next(wanted.path for wanted in list_wanted(LumiereReading()) if wanted.sequence is sequence)


def _mask_path(reading: LumiereReading, sequence: Sequence | None) -> str:
    masks = (wanted for wanted in list_wanted(reading) if wanted.image_type is ImageType.SEGMENTATION)
    return next(wanted.path for wanted in masks if wanted.sequence is sequence)
