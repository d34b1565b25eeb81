"""Dagster's home: under the storage root, telemetry off, no sign-up window.

Example:
    >>> "enabled: false" in DAGSTER_YAML
    True
"""

from pathlib import Path

from assets.launchers.choosing import POOL_LIMITS
from pipelines.storage import write_bytes

DAGSTER_YAML = f"""\
# Written by `python -m assets home`; nothing of a run leaves this machine.
telemetry:
  enabled: false
nux:
  enabled: false
# Readers say how far they are through Python's logging; this shows it in a run's log.
python_logs:
  managed_python_loggers: [pipelines]
  python_log_level: INFO
# Training on this machine: one run at a time for each pool of devices (docs/launching.md).
{POOL_LIMITS}"""


def prepare_home(storage_root: str) -> Path:
    """Make `<storage_root>/dagster` with a dagster.yaml, unless the user has put one there, and return its absolute path."""
    home = (Path(storage_root) / "dagster").absolute()
    if not (home / "dagster.yaml").is_file():
        write_bytes(str(home / "dagster.yaml"), DAGSTER_YAML.encode())
    return home
