"""Where a base model lies: a folder, or a name on the hub that is in the local cache. Nothing is ever downloaded.

Example:
    >>> find_base_folder("nobody/nothing")
    Traceback (most recent call last):
    training.models.problem.BaseModelError: base.weights = 'nobody/nothing': neither a folder nor in the local Hugging Face \
cache, and training downloads nothing. Fetch it once (hf download nobody/nothing), or give a folder
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.models.problem import BaseModelError

CONFIG = "config.json"


def find_base_folder(weights: str) -> Path:
    """Return the folder of a base model.

    Raises:
        BaseModelError: it is not on this machine; says how it is fetched.
    """
    path = Path(weights).expanduser()
    if not weights:
        raise BaseModelError("base.weights is empty; give a folder or a name on the hub, or set base.layout = 'new'")
    if path.is_dir():
        return path
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(weights, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        raise BaseModelError(
            f"base.weights = {weights!r}: neither a folder nor in the local Hugging Face cache, "
            f"and training downloads nothing. Fetch it once (hf download {weights}), or give a folder"
        ) from None


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the model's config.json; BaseModelError where there is none or it is no object."""
    path = folder / CONFIG
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BaseModelError(f"{folder.name}/{CONFIG}: cannot be read ({error}); fetch the model again") from error
    if not isinstance(found, dict):
        raise BaseModelError(f"{folder.name}/{CONFIG}: expected an object, got {type(found).__name__}; fetch the model again")
    return found
