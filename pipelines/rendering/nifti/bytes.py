"""The bytes of a NIfTI file, unpacked where it is packed, and never more of them than the header promises.

A gzip file is read to its end and its checksum is compared, unless voxels that nobody asked for follow (the later volumes of a
4-D file): then reading stops. Several gzip members in a row are one file, as RFC 1952 has it.

Example:
    >>> import gzip
    >>> read_start(gzip.compress(b"348 bytes of header, then voxels"), 9)
    b'348 bytes'
"""

from isal import isal_zlib

from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem

MAX_BYTES = 2**31  # 2 GiB: a whole-body CT at 0.7 mm has a quarter of it
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's code for "gzip header and checksum, 32 KiB window"


def read_start(content: bytes, n_bytes: int) -> bytes:
    """Return the first bytes of a file, or all of them where it has fewer.

    Raises:
        ImageProblem: a gzip file that is broken or cut short before.
    """
    if not content.startswith(_GZIP_MAGIC):
        return content[:n_bytes]
    start, is_whole = _inflate(content, n_bytes)
    if len(start) < n_bytes and not is_whole:
        detail = f"the gzip data end within the header, after {len(start)} unpacked bytes; download it again"
        raise ImageProblem(Reason.IMAGE_TRUNCATED, detail)
    return start


def read_exactly(content: bytes, n_bytes: int, is_all: bool) -> bytes | bytearray:
    """Return at least the first `n_bytes` of a file; `is_all` says that it should end there, so that its checksum is due.

    Raises:
        ImageProblem: more than `MAX_BYTES`, too few bytes in the file, or gzip data that are broken or cut short.
    """
    if n_bytes > MAX_BYTES:
        detail = f"the header promises {n_bytes} bytes of voxels; at most {MAX_BYTES} are read: crop or resample the volume"
        raise ImageProblem(Reason.IMAGE_TOO_LARGE, detail)
    is_whole = True
    if content.startswith(_GZIP_MAGIC):
        unpacked = _inflate_at_once(content, n_bytes) if is_all else None
        if unpacked is not None:
            return unpacked
        # The byte too many makes the unpacker reach the checksum, which stands behind the last byte.
        content, is_whole = _inflate(content, n_bytes + 1 if is_all else n_bytes)
    if len(content) < n_bytes or (is_all and len(content) == n_bytes and not is_whole):
        detail = f"ends after {len(content)} of {n_bytes} bytes that its header promises; download it again"
        raise ImageProblem(Reason.IMAGE_TRUNCATED, detail)
    return content


def _inflate_at_once(content: bytes, n_bytes: int) -> bytes | bytearray | None:
    """Return a file of one gzip member that unpacks to just so many bytes; None for any other, whole or broken.

    By libdeflate, which takes three quarters of ISA-L's time but cannot stop half-way nor say what is wrong.
    """
    import imagecodecs

    try:
        unpacked = imagecodecs.gzip_decode(content, out=n_bytes)
    except Exception:  # imagecodecs' own or its arguments' checks; the slower way tells what is the matter
        return None
    return unpacked if len(unpacked) == n_bytes else None


def _inflate(content: bytes, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` unpacked bytes, and whether the end of a member with the right checksum was reached."""
    parts: list[bytes] = []
    found, is_whole = 0, False
    while found < limit and content.startswith(_GZIP_MAGIC):
        member = isal_zlib.decompressobj(_GZIP_WINDOW)
        try:
            parts.append(member.decompress(content, limit - found))
        except Exception as error:  # isal's own, or what its parser raises on random bytes
            detail = f"the gzip data are broken after {found} bytes or later ({error}); download it again"
            raise ImageProblem(Reason.IMAGE_UNREADABLE, detail) from error
        found += len(parts[-1])
        is_whole = member.eof
        content = member.unused_data if member.eof else b""
    return parts[0] if len(parts) == 1 else b"".join(parts), is_whole
