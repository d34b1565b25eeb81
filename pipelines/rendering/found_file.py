"""Reads an image file of a download for rendering, and notices one that is no longer the file that the reader saw.

Example:
    >>> from pipelines.vocabulary import Source
    >>> image = SourceImage(Source.ODIR, "image-1", "s", "t", None, "../a.jpg", None, None, None, None, None, 9, True)
    >>> read_found(Enclosure(Path("downloads")), image)
    Traceback (most recent call last):
    pipelines.rendering.problem.ImageProblem: unsafe_path: leads out of the source's folder; copy the file into it
"""

from pathlib import Path

from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.rendering.fingerprint import fingerprint_content, is_known_by_edges
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import Enclosure
from pipelines.source_records import SourceImage


def read_found(download: Enclosure, image: SourceImage) -> bytes:
    """Return the bytes of an image file.

    Raises:
        ImageProblem: unsafe_path, image_missing, image_unreadable, or image_changed: other bytes than the key was minted of.
    """
    path = download.root / image.path
    if not download.holds(path):
        raise ImageProblem(Reason.UNSAFE_PATH, "leads out of the source's folder; copy the file into it")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ImageProblem(Reason.IMAGE_MISSING, "was there when the source was read and is gone; read it again") from error
    except OSError as error:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"cannot be opened: {error.strerror}; check its permissions") from error
    fingerprint = fingerprint_content(image.path, content)
    if mint_id("source_image", image.source, image.path, fingerprint) != image.source_image_id:
        detail = (
            f"holds other bytes ({len(content)}) than when the source was read ({image.bytes}); materialize raw/images again"
        )
        raise ImageProblem(Reason.IMAGE_CHANGED, detail)
    return content


def may_be_newer(download: Enclosure, image: SourceImage, written: Path) -> bool:
    """Return whether a file may have other bytes than when a view was written of it, though its fingerprint is the same.

    Fingerprints of large files leave the middle out. A file that was loaded again, moved or copied since is taken for new:
    programs that mend a download set the former time of modification, but none sets that of the inode.
    """
    if not is_known_by_edges(image.path):
        return False
    try:
        found = (download.root / image.path).stat()
    except OSError:
        return False  # what is gone is no newer
    return max(found.st_mtime_ns, found.st_ctime_ns) > written.stat().st_mtime_ns
