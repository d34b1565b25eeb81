"""Whose data a file is, by the folder that it lies in: a download of the settings, or what was rendered of a source.

A benchmark file tells of each record whose it is, and somebody may have written anything there; where an image lies nobody has
written. A file that was copied to another folder is not recognised.

Example:
    >>> owners = FileOwners.of_settings(Settings(storage_root="/data/store", sources={"odir": "/data/odir"}))
    >>> [str(source) for source in owners.of(Path("/data/store/rendered/ms_cxr_t/image-1.png"))]
    ['ms_cxr_t']
    >>> owners.of(Path("/data/odir/left.jpg")), owners.of(Path("/data/store/exports/board.png"))
    ((<Source.ODIR: 'odir'>,), ())
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import Settings
from pipelines.vocabulary import Source


@dataclass(frozen=True, slots=True)
class FileOwners:
    """Folders, links in their paths followed, each with the source whose data lies there."""

    folders: tuple[tuple[Path, Source], ...] = ()

    @classmethod
    def of_settings(cls, settings: Settings) -> "FileOwners":
        """Return the folders of every source that the settings name or that was rendered; synthetic cohorts are nobody's."""
        found: list[tuple[Path, Source]] = []
        for source in Source:
            folders = [Path(settings.storage_root) / "rendered" / source.value]
            if getattr(settings.sources, source.value) is not None:
                parts = settings.source_folders(source)
                folders += [parts.tables, parts.images, parts.reports]
            found += [(Path(os.path.realpath(folder.expanduser())), source) for folder in dict.fromkeys(folders)]
        return cls(tuple(found))

    def of(self, path: Path) -> tuple[Source, ...]:
        """Return the sources of the innermost folder that a file lies in, links followed; none where it lies in no such one."""
        real = Path(os.path.realpath(path))
        holding = [(len(folder.parts), source) for folder, source in self.folders if real.is_relative_to(folder)]
        innermost = max((depth for depth, _ in holding), default=0)
        return tuple(sorted({source for depth, source in holding if depth == innermost}))
