"""Keys of all rows: content hashes, minted in one place.

Example:
    >>> mint_id("image", "vqa_rad", "synpic54610.jpg", 0)
    'image-74dbf80c98510c544bd5'
"""

import hashlib
import json

KEY_HEX_DIGITS = 20  # 80 bits: a collision among 10^7 keys has a chance of about 4e-11


def mint_id(kind: str, *parts: str | int | tuple[str, ...] | None) -> str:
    """Return the content-hash key `<kind>-<20 hex digits>` of parts; the only place where keys are made.

    Equal parts give equal keys on every machine; parts are hashed as canonical JSON, so ("ab", "c") and ("a", "bc") differ.
    """
    return f"{kind}-{digest(parts)[:KEY_HEX_DIGITS]}"


def digest(value: object) -> str:
    """Return the sha256 (64 hex digits) of a JSON-like value in canonical form."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
