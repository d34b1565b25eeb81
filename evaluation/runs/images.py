"""The image files that items name: found under one folder, each looked at once: it must decode, and is hashed.

Names come from files that somebody made. What they lead to lies under the folder, or it is not read: no absolute name, no `..`
that leaves it, no link of a file to elsewhere (see `pipelines.safe_path.Enclosure`), and nothing but a regular file.

Example:
    >>> ImageFolder(Path("nowhere")).find("a.png") is None
    True
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from evaluation.benchmark import BenchmarkItem, merge_sources
from evaluation.models.model import ShownImage
from pipelines.governance.whose_files import FileOwners
from pipelines.rendering.decode import load, pillow_warnings
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import Enclosure
from pipelines.vocabulary import Modality

_NOBODY = FileOwners()


@dataclass(frozen=True)
class ImageFolder:
    """Where the images of benchmarks lie."""

    root: Path
    modalities: Mapping[str, Modality | None] = field(default_factory=dict)  # by the name that items give an image
    owners: FileOwners = _NOBODY
    known: frozenset[str] | None = None  # names that we found ourselves, absolute ones too; no other is looked for. None: any
    _found: dict[str, ShownImage | None] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> ShownImage | None:
        """Return an image by the name that items give it, None where no readable file is under the folder."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def has_all(self, item: BenchmarkItem) -> bool:
        """Tell whether every image of an item is there, and there is at least one."""
        return bool(item.images) and all(self.find(name) is not None for name in item.images)

    def count_missing(self, items: Iterable[BenchmarkItem]) -> int:
        """Return how many items lack an image."""
        return sum(not self.has_all(item) for item in items)

    def claim(self, item: BenchmarkItem) -> BenchmarkItem:
        """Return an item with all whose data it is: whose it says, and whose its images are by where they lie.

        A synthetic record of ours is shown with synthetic images.
        """
        if item.sources == ():
            return item
        found = [image for name in item.images if (image := self.find(name)) is not None]
        return replace(item, sources=merge_sources(item.sources, *(self.owners.of(image.path) for image in found)))

    @cached_property
    def _enclosure(self) -> Enclosure:
        return Enclosure(self.root.absolute())

    def _look(self, name: str) -> ShownImage | None:
        try:
            path = (self.root / name).absolute()
            if not self._may_read(name, path) or not path.is_file():  # a pipe or device would never end
                return None
            content = path.read_bytes()
            with pillow_warnings():
                load(content)
        except (OSError, ValueError, ImageProblem):
            return None  # an image that cannot be read is as one that is not there: its record is asked blind
        return ShownImage(path, hashlib.sha256(content).hexdigest(), "", self.modalities.get(name))

    def _may_read(self, name: str, path: Path) -> bool:
        if self.known is not None:
            return name in self.known
        return not Path(name).is_absolute() and self._enclosure.holds(path)
