"""Claims a folder for a synthetic cohort, so that drawn data never overwrite patients'.

Example:
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> claim_folder(folder, seed=1, subjects=8)
    >>> is_synthetic(folder)
    True
"""

import json
from pathlib import Path

from pipelines.sources.synthetic_marker import MARKER_NAME, is_synthetic
from pipelines.storage import write_bytes


class CohortError(ValueError):
    """A cohort that cannot be written; the message says why and what to do."""


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
