"""The file that marks a folder as a synthetic cohort, so that what is read from it is never taken for patients'.

Example:
    >>> is_synthetic(Path("no/such/folder"))
    False
"""

from pathlib import Path

from pipelines.choices import SourceFolders

MARKER_NAME = "SYNTHETIC_COHORT.json"


def is_synthetic(root: Path) -> bool:
    """Return whether a source's folder is a synthetic cohort. The marker's presence decides, even where it is damaged."""
    return (root / MARKER_NAME).exists()


def are_synthetic(folders: SourceFolders) -> bool:
    """Return whether all parts of a download are: genuine reports beside synthetic tables stay bound by their terms."""
    return all(is_synthetic(folder) for folder in (folders.tables, folders.images, folders.reports))
