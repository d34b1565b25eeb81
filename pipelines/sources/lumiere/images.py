"""The volumes and masks of LUMIERE's sessions as rows; what is stated and absent, or cannot be a volume, is rejected.

Example:
    >>> UNITS[ImageType.VOLUME]
    'volume'
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.choices import LumiereReading
from pipelines.keys import mint_id
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import SourceImage
from pipelines.sources.corpus import Corpus, SourceError
from pipelines.sources.image_file import ImageFile, inspect_files
from pipelines.sources.lumiere.completeness import Stated
from pipelines.sources.lumiere.files import Wanted, list_volumes, list_wanted
from pipelines.sources.lumiere.folder_listing import FolderListing
from pipelines.sources.lumiere.sessions import SOURCE, Session, SessionKey
from pipelines.vocabulary import Grid, ImageType, Modality, Organ, SegmentationTool

UNITS: Mapping[ImageType, str] = {ImageType.VOLUME: "volume", ImageType.SEGMENTATION: "mask"}


@dataclass(frozen=True, slots=True)
class _Place:
    """One wanted file of one session: where it is, or where it should be."""

    session: Session
    wanted: Wanted
    path: str  # relative to the folder of images
    is_there: bool


def read_images(
    images: Path,
    sessions: Sequence[Session],
    listings: Mapping[str, FolderListing],
    completeness: Mapping[SessionKey, Stated] | None,
    reading: LumiereReading,
) -> Corpus:
    """Return the volumes of the chosen grid and their masks, ordered by subject, visit, kind and sequence.

    Raises:
        SourceError: no session has a volume on the chosen grid, and some have on the other.
    """
    places = [_locate(session, wanted, listings[session.path]) for session in sessions for wanted in list_wanted(reading)]
    there = [place for place in places if place.is_there]
    n_other = _count_other_grid(sessions, listings, reading.grid)
    if n_other and not any(place.wanted.image_type is ImageType.VOLUME for place in there):
        raise _complain(images, sessions, reading, n_other)
    files = inspect_files(images, [place.path for place in there])
    usable = [place for place in there if files[place.path].is_usable]
    missing = [place for place in places if not place.is_there and _is_stated(place, completeness, reading)]
    found = Counter(UNITS[place.wanted.image_type] for place in (*there, *missing))
    used = Counter(UNITS[place.wanted.image_type] for place in usable)
    return Corpus(
        images=tuple(_build(place, files[place.path], reading.segmentation_tool) for place in usable),
        rejections=(*_reject_files(there, files), *map(_reject_missing, missing)),
        found={unit: found[unit] for unit in UNITS.values()},
        used={unit: used[unit] for unit in UNITS.values()},
        remarks=_remark(places, completeness, reading, n_other),
    )


def _locate(session: Session, wanted: Wanted, listing: FolderListing) -> _Place:
    spelled = listing.find(wanted.path)
    return _Place(session, wanted, f"{session.path}/{spelled or wanted.path}", spelled is not None)


def _count_other_grid(sessions: Sequence[Session], listings: Mapping[str, FolderListing], grid: Grid) -> int:
    others = [wanted for other in Grid if other is not grid for wanted in list_volumes(other)]
    return sum(listings[session.path].find(wanted.path) is not None for session in sessions for wanted in others)


def _complain(images: Path, sessions: Sequence[Session], reading: LumiereReading, n_other: int) -> SourceError:
    other = next(grid for grid in Grid if grid is not reading.grid)
    expected = list_wanted(reading)[0].path
    return SourceError(
        f"LUMIERE: none of the {len(sessions):,} sessions in {images} has a volume on the {reading.grid} grid "
        f"(expected files like {sessions[0].path}/{expected}); set reading.lumiere.grid = {other}, where there are {n_other:,}"
    )


def _is_stated(place: _Place, completeness: Mapping[SessionKey, Stated] | None, reading: LumiereReading) -> bool:
    """Return whether the table says that the file exists; the atlas grid is DeepBraTumIA's own output."""
    if completeness is None or (stated := completeness.get(place.session.key)) is None:
        return False
    tools = [SegmentationTool.DEEP_BRA_TUM_IA] if reading.grid is Grid.ATLAS else []
    if place.wanted.image_type is ImageType.SEGMENTATION:
        tools = [reading.segmentation_tool]
    sequence = place.wanted.sequence
    return all(stated.states(tool) for tool in tools) and (sequence is None or stated.states(sequence))


def _reject_files(there: Sequence[_Place], files: Mapping[str, ImageFile]) -> Iterator[Rejection]:
    for place in there:
        if (problem := files[place.path].problem) is not None:
            yield problem.as_rejection(SOURCE, Stage.READ, place.path, UNITS[place.wanted.image_type])


def _reject_missing(place: _Place) -> Rejection:
    detail = "datacompleteness states it, it is not on disk; download it, or leave it out: what is there is used"
    return Rejection(SOURCE, Stage.READ, place.path, Reason.IMAGE_MISSING, detail, UNITS[place.wanted.image_type])


def _remark(
    places: Sequence[_Place], completeness: Mapping[SessionKey, Stated] | None, reading: LumiereReading, n_other: int
) -> dict[str, int]:
    remarks: Counter[str] = Counter()
    for place in places:
        mark = place.wanted.sequence or reading.segmentation_tool
        kind = f"{mark} mask" if place.wanted.image_type is ImageType.SEGMENTATION else f"{mark}"
        if not place.is_there:
            remarks[f"session without {kind} on the {reading.grid} grid"] += 1
        if completeness is None or (stated := completeness.get(place.session.key)) is None:
            continue
        if not place.is_there and _is_stated(place, completeness, reading):
            remarks[f"datacompleteness says {kind}, disk has none"] += 1
        elif place.is_there and not stated.states(mark):
            remarks[f"disk has {kind}, datacompleteness does not say so"] += 1
    if n_other:
        other = next(grid for grid in Grid if grid is not reading.grid)
        remarks[f"volume on the {other} grid, not read (reading.lumiere.grid = {reading.grid})"] = n_other
    return dict(sorted(remarks.items()))


def _build(place: _Place, file: ImageFile, tool: SegmentationTool) -> SourceImage:
    key, wanted = place.session.key, place.wanted
    return SourceImage(
        source=SOURCE,
        source_image_id=mint_id("source_image", SOURCE, file.path, file.fingerprint),
        subject_id=key.subject_id,
        study_id=key.study_id,
        series_id=str(tool) if wanted.image_type is ImageType.SEGMENTATION else None,
        path=file.path,
        modality=Modality.MRI,
        organ=Organ.HEAD,
        view=None,
        laterality=None,
        sequence=wanted.sequence,
        bytes=file.bytes,
        is_readable=True,
        image_type=wanted.image_type,
    )
