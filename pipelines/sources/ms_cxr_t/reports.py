"""Reads the reports of studies: `files/p19/p19999901/s59999901.txt`, beside the study's folder, unpacked or still in the zip.

Reports are part of MIMIC-CXR, not of MIMIC-CXR-JPG. Their text is put into no message.

Example:
    >>> report_tail(Reference("p19", "19999901", "59999901", "aaaa-bbbb"))
    'p19/p19999901/s59999901.txt'
"""

import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import ReportSection
from pipelines.sources.json_list import LFS_HEADER
from pipelines.sources.ms_cxr_t.layout import Layout
from pipelines.sources.ms_cxr_t.pairs import SOURCE
from pipelines.sources.ms_cxr_t.reference import Reference
from pipelines.sources.ms_cxr_t.report_sections import has_word, split_report

UNIT = "report"


@dataclass
class ReportReading:
    """The reports of studies by the studies' folders (p19/p19999901/s59999901)."""

    sections: dict[str, tuple[ReportSection, ...]] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    n_found: int = 0

    def reject(self, path: str, reason: Reason, detail: str) -> None:
        """Reject one study's report."""
        self.rejections.append(Rejection(SOURCE, Stage.READ, path, reason, detail, UNIT))


def report_tail(reference: Reference) -> str:
    """Return a study's report below a tree."""
    return f"{reference.group}/p{reference.subject}/s{reference.study}.txt"


def read_reports(layout: Layout, studies: Sequence[Reference], remarks: Counter[str]) -> ReportReading:
    """Return the sections of each study's report; of each study one reference is enough.

    A download without a single one of the reports is a remark, a report that is missing among others a rejection.
    """
    reading = ReportReading()
    with ExitStack() as stack:
        shelf = _Shelf(layout.report_trees, [_open_archive(path, stack, remarks) for path in layout.report_archives])
        contents = [(reference, shelf.read(report_tail(reference))) for reference in studies]
    if not any(content is not None for _, content in contents):
        remarks["study without a report: none of the reports (p19/p19999901/s59999901.txt) is there"] += len(contents)
        return reading
    reading.n_found = len(contents)
    for reference, content in contents:
        _read_report(reading, reference, content, remarks)
    return reading


def _read_report(reading: ReportReading, reference: Reference, content: bytes | None, remarks: Counter[str]) -> None:
    path = f"files/{report_tail(reference)}"
    if content is None or content.startswith(LFS_HEADER):
        detail = "is not there" if content is None else "is a git-LFS pointer"
        reading.reject(path, Reason.REPORT_MISSING, f"the study's report {detail}; download MIMIC-CXR's reports, or go without")
        return
    sections = split_report(_decode(content, remarks))
    if not any(map(has_word, sections)):
        reading.reject(path, Reason.REPORT_EMPTY, f"{len(content)} bytes without a word of text; the study stays")
        return
    reading.sections[reference.study_folder] = sections


def _decode(content: bytes, remarks: Counter[str]) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        remarks["report that is not UTF-8: read as Windows-1252"] += 1
        return content.decode("cp1252", errors="replace")


@dataclass(frozen=True)
class _Shelf:
    trees: Sequence[Path]
    archives: Sequence[zipfile.ZipFile | None]

    def read(self, tail: str) -> bytes | None:
        for tree in self.trees:
            try:
                return (tree / tail).read_bytes()
            except OSError:
                continue
        for archive in self.archives:
            try:
                if archive is not None:
                    return archive.read(f"files/{tail}")
            except (KeyError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error):  # RuntimeError: it asks for a password
                continue
        return None


def _open_archive(path: Path, stack: ExitStack, remarks: Counter[str]) -> zipfile.ZipFile | None:
    try:
        return stack.enter_context(zipfile.ZipFile(path))
    except (OSError, zipfile.BadZipFile):
        remarks[f"{path.name} is no whole zip file: not used; download it again"] += 1
        return None
