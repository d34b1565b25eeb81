"""The compartments' volumes that LUMIERE states for a session (`measured_volumes_in_mm3.json`), as labels of the study.

Example:
    >>> parse_volumes('{"Enhancing_Core": 1200.0, "Edema_Compartment": 50}')
    {'enhancing_mm3': '1200', 'edema_mm3': '50'}
"""

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from pipelines.compartments import Compartment
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import Label
from pipelines.sources.corpus import Corpus
from pipelines.sources.lumiere.files import MEASURED_VOLUMES
from pipelines.sources.lumiere.folder_listing import FolderListing
from pipelines.sources.lumiere.sessions import SOURCE, Session
from pipelines.sources.row_problem import RowProblem
from pipelines.vocabulary import LabelTarget, SegmentationTool

VOLUMES_UNIT = "file of measured volumes"
KEYS: Mapping[str, Compartment] = MappingProxyType(
    {
        "Enhancing_Core": Compartment.ENHANCING,
        "Necrotic_NonEnhancing": Compartment.NECROTIC_NON_ENHANCING,
        "Edema_Compartment": Compartment.EDEMA,
    }
)
"""The source's name of a compartment; its label's code is ours with `_mm3`."""

_MOST_BYTES = 1 << 16  # a genuine file has about 100
_THREADS = 8  # waiting for disks, not computing


def read_volumes(images: Path, sessions: Sequence[Session], listings: Mapping[str, FolderListing]) -> Corpus:
    """Return the stated volumes of every session that has them, in cubic millimetres."""
    found = [
        (session, f"{session.path}/{inner}")
        for session in sessions
        if (inner := listings[session.path].find(MEASURED_VOLUMES)) is not None
    ]
    labels: list[Label] = []
    rejections: list[Rejection] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="volumes") as pool:
        contents = list(pool.map(lambda one: _read(images / one[1]), found))
    for (session, path), content in zip(found, contents, strict=True):
        if isinstance(content, RowProblem):
            rejections.append(Rejection(SOURCE, Stage.READ, path, content.reason, content.detail, VOLUMES_UNIT))
        else:
            labels += [_label(session, code, value) for code, value in content.items()]
    return Corpus(
        labels=tuple(labels),
        rejections=tuple(rejections),
        found={VOLUMES_UNIT: len(found)},
        used={VOLUMES_UNIT: len(found) - len(rejections)},
    )


def parse_volumes(text: str) -> dict[str, str]:
    """Return the volumes by label code, in the order of `KEYS`; RowProblem where the text holds none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = f"not valid JSON ({str(error)[:80]}); download it again"
        raise RowProblem(Reason.TEXT_DAMAGED, detail) from error
    if not isinstance(content, dict):
        raise RowProblem(Reason.ROW_NOT_AN_OBJECT, f"got a {type(content).__name__}, expected an object of volumes")
    volumes = {f"{compartment}_mm3": _measure(key, content[key]) for key, compartment in KEYS.items() if key in content}
    if not volumes:
        raise RowProblem(Reason.FIELD_MISSING, f"none of the keys {', '.join(KEYS)}")
    return volumes


def _measure(key: str, value: object) -> str:
    try:
        volume = math.nan if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
    except (ValueError, OverflowError):
        volume = math.nan
    if not math.isfinite(volume) or volume < 0:
        raise RowProblem(Reason.FIELD_WRONG_TYPE, f"{key}: got {ascii(value)[:40]}, expected a volume in mm3")
    return f"{volume:.12g}"


def _read(path: Path) -> dict[str, str] | RowProblem:
    try:
        with path.open("rb") as source:
            content = source.read(_MOST_BYTES)
        return parse_volumes(content.decode("utf-8-sig"))
    except RowProblem as problem:
        return problem
    except UnicodeDecodeError as error:
        return RowProblem(Reason.TEXT_DAMAGED, f"byte {error.start} is not UTF-8; download it again")
    except OSError as error:
        return RowProblem(Reason.TEXT_DAMAGED, f"cannot be opened: {error.strerror}")


def _label(session: Session, code: str, value: str) -> Label:
    key, quality = session.key, str(SegmentationTool.DEEP_BRA_TUM_IA)
    return Label(SOURCE, key.subject_id, key.study_id, LabelTarget.STUDY, (), code, value, quality)
