r"""Which kind of file system a folder is on, where the system tells (Linux: /proc/mounts).

Example:
    >>> table = "/dev/sda1 / ext4 rw 0 0\nnas:/data /mnt/my\\040data nfs4 rw 0 0\n"
    >>> kind_of(Path("/mnt/my data/medmim"), table), kind_of(Path("/home"), table), is_network("nfs4")
    ('nfs4', 'ext4', True)
"""

import re
from pathlib import Path

MOUNTS = Path("/proc/mounts")
_NETWORK = frozenset(
    {
        *(
            "nfs",
            "nfs3",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afs",
            "9p",
            "virtiofs",
            "ncpfs",
            "davfs",
            "ocfs2",
            "gfs2",
        ),
        *("lustre", "gpfs", "beegfs", "ceph", "glusterfs", "pvfs2", "orangefs", "panfs", "wekafs", "drvfs", "vboxsf"),
    }
)
_OCTAL = re.compile(r"\\([0-7]{3})")  # how the table writes blanks in a path


def read_mounts(path: Path = MOUNTS) -> str | None:
    """Return the system's table of mounts, None where it has none."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None


def kind_of(folder: Path, table: str) -> str | None:
    """Return the type of the file system that an absolute path lies on, by the innermost mount; None where none fits."""
    kind, depth = None, -1
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1]))
        if len(point.parts) >= depth and folder.is_relative_to(point):  # of two at one place the later one lies on top
            kind, depth = fields[2], len(point.parts)
    return kind


def is_network(kind: str) -> bool:
    """Return whether other machines may write there too, or a server stands between: no place for SQLite's write-ahead log."""
    return kind in _NETWORK or kind.startswith(("fuse.", "nfs", "smb"))
