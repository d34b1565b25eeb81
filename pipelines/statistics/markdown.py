"""Markdown tables of counts.

Example:
    >>> print(build_table(("split", "groups"), [("train", "1,200")]))
    | split | groups |
    |---|---:|
    | train | 1,200 |
"""

from collections.abc import Iterable, Sequence

from pipelines.statistics.wording import describe_share


def build_table(heads: Sequence[str], rows: Iterable[Sequence[str]], n_names: int = 1) -> str:
    """Return a table whose first `n_names` columns are names, on the left, and whose others are numbers, on the right.

    Without rows it is "Nothing yet.".
    """
    body = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    if not body:
        return "Nothing yet."
    marks = ["---"] * n_names + ["---:"] * (len(heads) - n_names)
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(marks) + "|"]
    return "\n".join([*lines, *body])


def show_count(count: int, total: int | None = None) -> str:
    """Return a count with thousands separators, and its share where a total is given: "1,200 (12 %)"."""
    return f"{count:,}" if total is None or not count else f"{count:,} ({describe_share(count, total)})"


def escape(text: str) -> str:
    """Return text that cannot break out of a table's cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
