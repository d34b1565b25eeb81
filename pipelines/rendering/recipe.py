"""What of the settings and of this code decides an image's pixels: part of its key, so that a change makes a new image.

Example:
    >>> recipe_of(FileKind.DICOM, Rendering()) == recipe_of(FileKind.DICOM, Rendering(plane=Plane.AXIAL))
    True
    >>> recipe_of(FileKind.VOLUME, Rendering()) == recipe_of(FileKind.VOLUME, Rendering(plane=Plane.AXIAL))
    False
"""

from pipelines.choices import OutputSize, Rendering
from pipelines.keys import digest, mint_id
from pipelines.rendering.file_kind import FileKind
from pipelines.vocabulary import Plane

# Raise a number when code of that kind gives other pixels than before.
VERSION_OF = {FileKind.PICTURE: 1, FileKind.DICOM: 1, FileKind.VOLUME: 1}


def recipe_of(kind: FileKind, options: Rendering) -> str:
    """Return the digest of everything but the file itself that decides the pixels of an image of this kind."""
    parts: list[str | int] = [kind, VERSION_OF[kind]]
    if options.size is not OutputSize.NATIVE:
        parts += [options.size, options.pixels]
    if kind is FileKind.DICOM:  # what was allowed once must not be kept once it is forbidden
        parts += [options.window, int(options.allow_burned_in_annotation)]
    if kind is FileKind.VOLUME:
        parts.append(Plane(options.plane))
    return digest(parts)


def mint_image_id(source_image_id: str, slice_index: int | None, recipe: str) -> str:
    """Return the key of one rendered image."""
    return mint_id("image", source_image_id, slice_index, recipe)
