"""Writes a synthetic LLaVA-Med: drawn figures of five kinds and true conversations, in the layout of the genuine repository.

Subjects are articles of one to three figures. Equal seeds give equal bytes (with equal versions of Pillow and numpy).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "llava_med"
    >>> write_llava_med(root, subjects=8, seed=1, tables_only=True)
    >>> sorted(path.name for path in (root / "data").iterdir())
    ['alignment', 'eval', 'instruct', 'llava_med_image_urls.jsonl']
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.flat_folder import fill_folder
from pipelines.cohort.json_stream import write_json_list
from pipelines.cohort.llava_med.additions import write_additions
from pipelines.cohort.llava_med.cases import MAX_SUBJECTS, Figure, draw_article
from pipelines.cohort.llava_med.records import ABSENT, CONSTANT, EMPTY, TRUNCATED, stream_entries
from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.cohort.spoilt_file import make_constant, truncate
from pipelines.reasons import Reason, Stage
from pipelines.sources.corpus import name_row

MIN_SUBJECTS = 8  # each of them bears an oddity
_IMAGE_FOLDER = "images"
QUESTIONS = "data/instruct/llava_med_instruct_60k_inline_mention.json"
_UNNAMED_FIGURE = 9  # of the first article: on disk, and in no record
_SPOILT: Mapping[tuple[int, int], Callable[[Figure], bytes]] = MappingProxyType(
    {
        EMPTY: lambda _: b"",
        TRUNCATED: lambda figure: truncate(figure.draw()),
        CONSTANT: lambda _: make_constant(),
    }
)


def write_llava_med(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; the question file comes last, so with it all is there.

    With `tables_only` no figure is drawn, and memory does not grow with the number of subjects.

    Raises:
        CohortError: fewer than 8 subjects or more than 100,000, or a folder that holds something and is not a cohort.
    """
    if not MIN_SUBJECTS <= subjects <= MAX_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected {MIN_SUBJECTS} to {MAX_SUBJECTS:,} (8 are spoilt on purpose)")
    claim_folder(root, seed, subjects)
    (root / QUESTIONS).unlink(missing_ok=True)
    fill_folder(root / _IMAGE_FOLDER, {} if tables_only else dict(_draw_images(subjects, seed)))
    write_additions(root / "data", subjects, seed)
    write_json_list(root / QUESTIONS, (entry.record for entry in stream_entries(subjects, seed)), indent=1)


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return every rejection that reading and rendering a cohort of this size and seed must make."""
    figures = {place: _find_figure(seed, place) for place in (ABSENT, EMPTY, TRUNCATED, CONSTANT)}
    of_records = [
        PlantedFault(
            fault.what, Stage.READ, name_row(row) + ("" if fault.turn is None else f" turn {fault.turn}"), fault.reason
        )
        for row, entry in enumerate(stream_entries(subjects, seed))
        for fault in entry.faults
    ]
    return (
        *of_records,
        PlantedFault("figure never fetched", Stage.READ, figures[ABSENT].image_name, Reason.IMAGE_MISSING),
        PlantedFault("empty file", Stage.READ, _path(figures[EMPTY]), Reason.IMAGE_UNREADABLE),
        PlantedFault("truncated file", Stage.RENDER, _path(figures[TRUNCATED]), Reason.IMAGE_TRUNCATED),
        PlantedFault("black image", Stage.RENDER, _path(figures[CONSTANT]), Reason.IMAGE_CONSTANT),
    )


def _path(figure: Figure) -> str:
    return f"{_IMAGE_FOLDER}/{figure.image_name}"


def _find_figure(seed: int, place: tuple[int, int]) -> Figure:
    return list(draw_article(seed, place[0]))[place[1]]


def _draw_images(subjects: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    for subject in range(subjects):
        for place, figure in enumerate(draw_article(seed, subject)):
            if (subject, place) != ABSENT:
                yield figure.image_name, _SPOILT.get((subject, place), Figure.draw)(figure)
    first = _find_figure(seed, (0, 0))
    yield f"{first.pmid}_F{_UNNAMED_FIGURE}.jpg", _find_figure(seed, (1, 0)).draw()
