"""What is wrong with an input file or one record of it, said so that a person can mend it.

Example:
    >>> print(Problem(3, "$[3].images", "a list of paths", "null", "give the image paths as a list of strings"))
    record 3 at $[3].images: expected a list of paths, got null; give the image paths as a list of strings
"""

from dataclasses import dataclass


class FormatError(ValueError):
    """A file that cannot be read or written in a format; says what, where, got, expected and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps one record from being used. Texts of records are never quoted: they may be clinical."""

    record: int  # 0-based place in the file
    where: str  # JSON path, "$[3].conversation[1].role", or a path within the record
    expected: str
    got: str
    fix: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"record {self.record} at {self.where}: expected {self.expected}, got {self.got}; {self.fix}"


MAX_LISTED = 20


def list_problems(problems: tuple[Problem, ...], shown: int = MAX_LISTED) -> str:
    """Return the first problems, one a line, and how many more there are."""
    lines = [f"  {problem}" for problem in problems[:shown]]
    if len(problems) > shown:
        lines.append(f"  and {len(problems) - shown:,} more")
    return "\n".join(lines)
