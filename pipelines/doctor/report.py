"""The doctor's report: a table for people, and the same rows as JSON.

Example:
    >>> from pipelines.doctor.finding import Area
    >>> rows = [Finding(Area.STORAGE, Level.PROBLEM, "free space", "/data", "0.2 GB free", "about 3 GB", "free space")]
    >>> print(tabulate(rows))
    state    about    what        got
    problem  storage  free space  0.2 GB free
                                  where     /data
                                  expected  about 3 GB
                                  to do     free space
    <BLANKLINE>
    0 ok, 0 warning(s), 1 problem(s)
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pipelines.doctor.finding import Finding, Level

_HEAD = ("state", "about", "what", "got")


def tabulate(findings: Sequence[Finding]) -> str:
    """Return the findings as a table in their order; below what is not well, where, what was expected and what to do."""
    rows = [_HEAD, *((one.level.value, one.area.value, one.what, _tell(one)) for one in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    indent = " " * (sum(widths) + 2 * len(widths))
    lines: list[str] = []
    for row, finding in zip(rows, (None, *findings), strict=True):
        lines.append("  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])).rstrip())
        lines += [indent + detail for detail in (_details(finding) if finding is not None else ())]
    return "\n".join((*lines, "", summarize(findings)))


def summarize(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each level."""
    counts = Counter(finding.level for finding in findings)
    return f"{counts[Level.OK]} ok, {counts[Level.WARNING]} warning(s), {counts[Level.PROBLEM]} problem(s)"


def as_json(findings: Sequence[Finding]) -> bytes:
    """Return the findings as a JSON document, every one with all its fields."""
    counts = Counter(finding.level for finding in findings)
    document = {
        "counts": {level.value: counts[level] for level in Level},
        "findings": [asdict(finding) for finding in findings],
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def _details(finding: Finding) -> Iterator[str]:
    if finding.level is not Level.OK:
        yield f"where     {finding.where}"
        yield f"expected  {finding.expected}"
    if finding.advice:
        yield f"to do     {finding.advice}"


def _tell(finding: Finding) -> str:
    got = " ".join(finding.got.split())
    return f"{got} (expected: {finding.expected}; at {finding.where})" if finding.level is Level.OK else got
