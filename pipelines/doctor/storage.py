"""The storage root: can it be written, is it on a local disk, and is there room for what is not rendered yet?

Example:
    >>> [finding.level.value for finding in examine_storage(Settings(storage_root="s3://bucket/medmim"))]
    ['problem']
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from pipelines import tables
from pipelines.choices import OutputSize, Rendering
from pipelines.doctor.finding import Area, Finding, Level, catch
from pipelines.doctor.mounts import is_network, kind_of, read_mounts
from pipelines.doctor.uses import real_sources
from pipelines.settings import Settings
from pipelines.storage import table_path
from pipelines.vocabulary import Source

_GB = 1e9
_LEAST_GB = 1.0  # tables, ledgers and Dagster's own records
_BYTES_PER_PIXEL = 0.6  # of an 8-bit PNG of a photograph or film
# How many images a whole download gives, and bytes of one as a native-size PNG: rough, from the owners' descriptions.
_TYPICAL: dict[Source, tuple[int, float]] = {
    Source.EMBED: (480_000, 4e6),
    Source.LUMIERE: (50_000, 3e4),
    Source.MS_CXR_T: (2_600, 4e6),
    Source.ODIR: (7_000, 4e6),
    Source.VQA_RAD: (315, 5e5),
    Source.LLAVA_MED: (60_000, 4e5),
}


def examine_storage(settings: Settings, mounts: str | None = None) -> Iterator[Finding]:
    """Yield what there is to say about the storage root; `mounts` replaces the system's table of mounts."""
    root = settings.storage_root
    if "://" in root:
        advice = "set storage_root to a folder; tables alone can lie elsewhere, images and ledgers cannot"
        yield Finding(Area.STORAGE, Level.PROBLEM, "storage root", root, "a URL", "a folder on a local disk", advice)
        return
    if root.startswith("~"):
        yield Finding(Area.STORAGE, Level.PROBLEM, "storage root", root, "~ is not replaced", "a path", "write the path out")
    folder = Path(root).absolute()
    standing = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    looks = {
        "write access": lambda: _judge_access(folder, standing),
        "file system": lambda: _judge_file_system(standing, read_mounts() if mounts is None else mounts),
        "free space": lambda: _judge_space(settings, standing, shutil.disk_usage(standing).free),
    }
    for what, look in looks.items():
        yield from catch(Area.STORAGE, what, str(folder), look)


def bytes_to_render(settings: Settings) -> dict[Source, float]:
    """Return roughly how many bytes the images will take of each real download that is set and not rendered yet."""
    needed: dict[Source, float] = {}
    for source in real_sources(settings):
        if Path(table_path(settings.storage_root, tables.RENDERED_IMAGES.name, source.value)).exists():
            continue
        n_images, n_bytes = _TYPICAL[source]
        needed[source] = (_count_found(settings, source) or n_images) * min(n_bytes, _largest_png(settings.rendering))
    return needed


def _count_found(settings: Settings, source: Source) -> int | None:
    """Return how many image files were read; None where they were not, or each gives many images (LUMIERE's volumes)."""
    path = Path(table_path(settings.storage_root, tables.SOURCE_IMAGES.name, source.value))
    if source is Source.LUMIERE or not path.exists():
        return None
    return pq.read_metadata(path).num_rows


def _largest_png(rendering: Rendering) -> float:
    return float("inf") if rendering.size is OutputSize.NATIVE else rendering.pixels**2 * _BYTES_PER_PIXEL


def _judge_access(folder: Path, standing: Path) -> Iterator[Finding]:
    expected, advice = "a folder that can be written", "mend its permissions, or set storage_root to another folder"
    if not standing.is_dir():
        yield Finding(Area.STORAGE, Level.PROBLEM, "write access", str(standing), "a file", expected, advice)
        return
    try:
        with tempfile.TemporaryFile(dir=standing):
            pass
    except OSError as error:
        got = error.strerror or type(error).__name__
        yield Finding(Area.STORAGE, Level.PROBLEM, "write access", str(standing), got, expected, advice)
        return
    got = "can be written" if folder == standing else f"not there yet; {standing} can be written"
    yield Finding(Area.STORAGE, Level.OK, "write access", str(folder), got, expected)


def _judge_file_system(standing: Path, mounts: str | None) -> Iterator[Finding]:
    place = Path(os.path.realpath(standing))
    kind = kind_of(place, mounts) if mounts is not None else None
    got = kind or "cannot be told on this system"
    if kind is not None and is_network(kind):
        advice = (
            "set storage_root to a folder on a local disk: two machines that write a ledger over a network file system, or a "
            "lost connection, can damage it"
        )
        yield Finding(Area.STORAGE, Level.WARNING, "file system", str(place), got, "a local disk for the ledgers", advice)
        return
    yield Finding(Area.STORAGE, Level.OK, "file system", str(place), got, "a local disk for the ledgers")


def _judge_space(settings: Settings, standing: Path, free: float) -> Iterator[Finding]:
    needed = bytes_to_render(settings)
    listed = ", ".join(f"{source} {size / _GB:,.1f}" for source, size in needed.items())
    expected = f"about {_LEAST_GB + sum(needed.values()) / _GB:,.1f} GB" + (
        f" (images, where downloads are whole: {listed})" if listed else ""
    )
    got = f"{free / _GB:,.1f} GB free"
    if free < _LEAST_GB * _GB:
        advice = "free space, or set storage_root to a folder on a larger disk"
        yield Finding(Area.STORAGE, Level.PROBLEM, "free space", str(standing), got, expected, advice)
    elif free < _LEAST_GB * _GB + sum(needed.values()):
        advice = "render smaller images (rendering.size, rendering.pixels), or set storage_root to a folder on a larger disk"
        yield Finding(Area.STORAGE, Level.WARNING, "free space", str(standing), got, expected, advice)
    else:
        yield Finding(Area.STORAGE, Level.OK, "free space", str(standing), got, expected)
