"""The file that marks a folder as synthetic, so that drawn data are never taken for patients' and never overwrite them.

Example:
    >>> is_synthetic(Path("no/such/folder"))
    False
"""

import json
from pathlib import Path

from pipelines.storage import write_bytes

MARKER_NAME = "SYNTHETIC_COHORT.json"


class CohortError(ValueError):
    """A cohort that cannot be written; the message says why and what to do."""


def is_synthetic(root: Path) -> bool:
    """Return whether a source's folder is a synthetic cohort. The marker's presence decides, even where it is damaged."""
    return (root / MARKER_NAME).exists()


def claim_folder(root: Path, seed: int, subjects: int) -> None:
    """Make a folder a synthetic cohort's own by writing the marker into it, before anything else.

    Raises:
        CohortError: the path is a file, or a folder that holds something and lacks the marker.
    """
    if root.exists() and not root.is_dir():
        raise CohortError(f"{root}: is a file, expected a folder to write the cohort into; choose another --out")
    if root.is_dir() and any(root.iterdir()) and not is_synthetic(root):
        raise CohortError(
            f"{root}: holds files and no {MARKER_NAME}, so it may be a real download; "
            "nothing was written: choose another --out or an empty folder"
        )
    content = {"synthetic": True, "seed": seed, "subjects": subjects}
    write_bytes(str(root / MARKER_NAME), (json.dumps(content) + "\n").encode())
