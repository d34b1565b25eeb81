"""Looks at one file of a download once: size, fingerprint, and whether it can be an image at all.

Only the beginning is judged here: it tells absent and empty files and files that are no images. Pixels are decoded once, by
`pipelines.rendering`, which then finds the truncated ones. Small rasters are fingerprinted by their whole content; DICOM files
and volumes, of which a download holds terabytes, by their size, first and last 16 KiB.

Example:
    >>> ImageFile("images/a.jpg", 0, None, ImageProblem(Reason.IMAGE_UNREADABLE, "0 bytes")).is_usable
    False
"""

import logging
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipelines.progress import Progress
from pipelines.reasons import Reason
from pipelines.rendering.decode import check_header, pillow_warnings
from pipelines.rendering.fingerprint import EDGE_BYTES, fingerprint_content, fingerprint_edges, is_known_by_edges
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import Enclosure

DICOM_SUFFIXES = frozenset({".dcm", ".dicom"})
_LOG = logging.getLogger(__name__)
_GZIP_MAGIC = b"\x1f\x8b"
_NIFTI_HEADER_SIZES = (348, 540)  # NIfTI-1 and NIfTI-2: the header's first number, in either byte order
_LEADS_OUT = (
    "leads out of the source's folder (.. or a symbolic link) or in a circle; copy the file into it (cp -L), "
    "or link the whole folder in place of the file"
)
_THREADS = 8  # waiting for disks, not computing


@dataclass(frozen=True)
class ImageFile:
    """One file of a download, usable or with its problem."""

    path: str  # relative to the source's folder of images, with forward slashes
    bytes: int
    fingerprint: str | None  # sha256 over what the module's docstring says; None where it was not read
    problem: ImageProblem | None

    @property
    def name(self) -> str:
        """The file name, without its folders."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_usable(self) -> bool:
        """True where the beginning is that of an image."""
        return self.problem is None


def inspect_files(root: Path, paths: Iterable[str]) -> dict[str, ImageFile]:
    """Return what is known of each file by its path relative to the root, in the order given; absent ones are IMAGE_MISSING."""
    ordered, download = list(dict.fromkeys(paths)), Enclosure(root)
    progress = Progress("looked at", "files", len(ordered), _LOG.info)

    def inspect(path: str) -> ImageFile:
        try:
            return inspect_file(download, root / path)
        finally:
            progress.advance()

    with pillow_warnings(), ThreadPoolExecutor(_THREADS, thread_name_prefix="inspect") as pool:
        return dict(zip(ordered, pool.map(inspect, ordered), strict=True))


def inspect_file(download: Enclosure, path: Path) -> ImageFile:
    """Return what is known of one file, whatever its kind; call it inside `pillow_warnings()`."""
    if not path.is_relative_to(download.root):  # an absolute path in a table
        return ImageFile(path.as_posix(), 0, None, ImageProblem(Reason.UNSAFE_PATH, _LEADS_OUT))
    relative = path.relative_to(download.root).as_posix()
    size = 0
    try:
        size = _measure(download, path)
        content = _read_edges(path, size) if is_known_by_edges(relative) else path.read_bytes()
        _check(path, content)
    except ImageProblem as problem:
        return ImageFile(relative, size, None, problem)
    except OSError as error:
        detail = f"cannot be opened: {error.strerror}; check its permissions"
        return ImageFile(relative, size, None, ImageProblem(Reason.IMAGE_UNREADABLE, detail))
    fingerprint = fingerprint_edges(size, content) if is_known_by_edges(relative) else fingerprint_content(relative, content)
    return ImageFile(relative, size, fingerprint, None)


def _measure(download: Enclosure, path: Path) -> int:
    """Return the file's size in bytes; raise ImageProblem where it is no file of this download."""
    if "\0" in str(path):
        raise ImageProblem(Reason.UNSAFE_PATH, "holds a NUL character, which no file name can; mend the table that names it")
    if not download.holds(path):
        raise ImageProblem(Reason.UNSAFE_PATH, _LEADS_OUT)
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        detail = "is not on disk; download it, or leave it out: what is there is used"
        raise ImageProblem(Reason.IMAGE_MISSING, detail) from error
    if stat.S_ISREG(found.st_mode):
        return found.st_size
    kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"  # reading a pipe would wait for ever
    raise ImageProblem(Reason.IMAGE_UNREADABLE, f"is {kind}, expected an image file; put the file in its place")


def _read_edges(path: Path, size: int) -> bytes:
    with path.open("rb") as source:
        head = source.read(EDGE_BYTES)
        if size <= len(head):
            return head
        source.seek(max(len(head), size - EDGE_BYTES))
        return head + source.read()


def _check(path: Path, content: bytes) -> None:
    name = path.name.casefold()
    if not content:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, "the file has 0 bytes; download it again")
    if name.endswith(".nii.gz"):
        if not content.startswith(_GZIP_MAGIC):
            raise ImageProblem(Reason.IMAGE_UNREADABLE, f"no gzip file (it begins {content[:8]!r}); download it again")
    elif name.endswith(".nii"):
        if not any(content[:4] == size.to_bytes(4, order) for size in _NIFTI_HEADER_SIZES for order in ("little", "big")):
            raise ImageProblem(Reason.IMAGE_UNREADABLE, f"no NIfTI file (it begins {content[:8]!r}); download it again")
    elif path.suffix.casefold() not in DICOM_SUFFIXES:  # a DICOM file may lack its preamble: the decoder judges it
        check_header(content)
