"""The folder that a benchmark's images lie in: none given means blind questions alone, a wrong one is an error.

Example:
    >>> said = []
    >>> folder = open_image_folder(None, [], ImageUse.MANY, FileOwners(), said.append)
    >>> said
    ['no --images: every question is asked blind, without its images']
"""

from collections.abc import Sequence
from pathlib import Path

from evaluation.benchmark import BenchmarkError, BenchmarkItem
from evaluation.runs.images import ImageFolder
from pipelines.governance.whose_files import FileOwners
from pipelines.progress import Say
from pipelines.score_records import ImageUse


def open_image_folder(
    folder: Path | None, items: Sequence[BenchmarkItem], use: ImageUse, owners: FileOwners, say: Say
) -> ImageFolder:
    """Return the images of a benchmark, and say how many records cannot be shown with theirs.

    Args:
        folder: that the benchmark's names lead from; None for blind questions alone.
        items: whose images are looked for.
        use: how many images the model takes; one that takes none needs no folder.
        owners: whose an image is by where it lies, whatever the benchmark says.
        say: told what is not at hand.

    Raises:
        BenchmarkError: the folder is none, or has not one image of the benchmark.
    """
    if folder is None:
        if use is not ImageUse.NONE:
            say("no --images: every question is asked blind, without its images")
        return NO_IMAGES
    if use is ImageUse.NONE:
        return ImageFolder(folder, owners=owners)
    if not folder.is_dir():
        raise BenchmarkError(f"--images {folder}: is no folder; give the one that the benchmark's image names lead from")
    images = ImageFolder(folder, owners=owners)
    names = list(dict.fromkeys(name for item in items for name in item.images))
    absent = [name for name in names if images.find(name) is None]
    if names and len(absent) == len(names):
        raise BenchmarkError(
            f"--images {folder}: has not one of the benchmark's {len(names):,} images that can be read; the first would be "
            f"{folder / names[0]}; give the folder that these names lead from, or leave out --images"
        )
    if absent:
        say(
            f"warning: {len(absent):,} of {len(names):,} images are not under {folder} or cannot be read, such as {absent[0]}; "
            f"{images.count_missing(items):,} of {len(items):,} records cannot be shown with theirs"
        )
    elif bare := sum(not item.images for item in items):
        say(f"{bare:,} of {len(items):,} records name no image")
    return images


class _NoImages(ImageFolder):
    """Nothing is looked for where no folder was given: names may be absolute, and the working folder is not meant."""

    def find(self, name: str) -> None:
        return None


NO_IMAGES = _NoImages(Path())
