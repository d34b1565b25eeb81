"""Where DeepSpeed's and torch's just-in-time builds lie, and locks that a killed build left behind.

torch builds an extension under a file `lock`, and waits for as long as that file is there: a build that was killed hangs every
later run without a word. The builder keeps the file open, so a lock that no process of this machine has open has no owner. The
folder is per machine, since other machines' processes cannot be seen.

Example:
    >>> place_extensions({"XDG_CACHE_HOME": "/cache"}, "node1").as_posix()
    '/cache/medmim/torch_extensions/node1'
"""

from collections.abc import Iterator, Mapping
from pathlib import Path


def place_extensions(environment: Mapping[str, str], machine_name: str) -> Path:
    """Return the folder of just-in-time builds: TORCH_EXTENSIONS_DIR where it is set, else one in the user's cache."""
    if chosen := environment.get("TORCH_EXTENSIONS_DIR"):
        return Path(chosen)
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "medmim" / "torch_extensions" / machine_name


def remove_stale_locks(extensions: Path) -> list[Path]:
    """Remove the locks of builds whose process has ended; return them."""
    locks = sorted(extensions.glob("**/lock"))
    held = set(_list_open_files()) if locks else set()
    stale = [lock for lock in locks if lock.resolve() not in held]
    for lock in stale:
        lock.unlink(missing_ok=True)
    return stale


def _list_open_files() -> Iterator[Path]:
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            yield descriptor.readlink()
        except OSError:  # closed, or ended, since it was listed; or another user's, who does not build here
            continue
