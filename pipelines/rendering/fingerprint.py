"""The fingerprint of an image file, from which its key is minted: the same of the file on disk and of its bytes in memory.

Pictures are fingerprinted by their whole content; DICOM files and volumes, of which a download holds terabytes, by their size,
first and last 16 KiB.

Example:
    >>> fingerprint_content("a.jpg", b"jpeg") == hash_bytes(b"jpeg")
    True
"""

from pipelines.rendering.file_kind import FileKind, kind_of
from pipelines.rendering.png import hash_bytes

EDGE_BYTES = 16 * 1024


def is_known_by_edges(path: str) -> bool:
    """Return whether a file's fingerprint leaves its middle out."""
    return kind_of(path) is not FileKind.PICTURE


def fingerprint_content(path: str, content: bytes) -> str:
    """Return the fingerprint (64 hex digits) of a file's whole content."""
    if not is_known_by_edges(path):
        return hash_bytes(content)
    head = content[:EDGE_BYTES]
    return fingerprint_edges(len(content), head + content[max(len(head), len(content) - EDGE_BYTES) :])


def fingerprint_edges(size: int, edges: bytes) -> str:
    """Return the fingerprint of a large file: two of one size may share their edges' format, so the size is hashed too."""
    return hash_bytes(str(size).encode() + edges)
