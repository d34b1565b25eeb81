"""What answers give away and how few units stand behind them, as tables for a terminal.

Example:
    >>> from pipelines.audit.audit import audit_files
    >>> show_priors(audit_files([], [])), show_units(audit_files([], []))
    ([], [])
"""

from pipelines.audit.columns import cut, percent, tabulate
from pipelines.audit.priors import Priors
from pipelines.audit.report import AuditReport
from pipelines.formats.closed_question import letter_at


def show_priors(report: AuditReport) -> list[str]:
    """Return the tables of blind rules, letters, answer texts and options that are never right; none without questions."""
    parts = (_show_longest, _show_letters, _show_answers, _show_never_correct)
    return [line for part in parts for line in part(report.priors)]


def _show_longest(priors: Priors) -> list[str]:
    rows = [
        (
            row.side.value,
            row.tag,
            f"{row.correct:,}",
            f"{row.n:,}",
            percent(row.accuracy),
            f"{percent(row.low)} to {percent(row.high)}",
            percent(row.chance),
        )
        for row in sorted(priors.longest_option, key=lambda row: (row.side, row.chance - row.low, row.tag))
    ]
    header = ("as", "source tag", "right", "of", "accuracy", "95 % Wilson", "chance")
    return tabulate("Blind rule: take the longest option (the first of equal ones)", header, rows)


def _show_letters(priors: Priors) -> list[str]:
    rows = [
        (
            row.side.value,
            row.tag,
            str(row.n_options),
            "  ".join(f"{letter_at(place)} {n:,}" for place, n in enumerate(row.counts)),
            f"{row.chi_square:.1f}",
            _p_value(row.p_value),
        )
        for row in sorted(priors.letters, key=lambda row: (row.side, row.p_value is None, row.p_value or 0.0, -row.chi_square))
    ]
    header = ("as", "source tag", "options", "records", "chi-square", "p")
    return tabulate("Which letter is the key, against equal shares (p only where 5 a letter are expected)", header, rows)


def _show_answers(priors: Priors) -> list[str]:
    rows = [
        (
            row.side.value,
            row.tag,
            "closed" if row.is_closed else "open",
            f"{row.n:,}",
            f"{row.n_distinct:,}",
            percent(row.share),
            cut(row.majority, 40),
        )
        for row in sorted(priors.answers, key=lambda row: (row.side, not row.is_closed, -row.share, row.tag))
    ]
    return tabulate("Most frequent answer text", ("as", "source tag", "type", "answers", "distinct", "share", "text"), rows)


def _show_never_correct(priors: Priors) -> list[str]:
    rows = [
        (
            row.side.value,
            row.tag,
            f"{row.n_texts:,}",
            percent(row.slots / row.n_slots),
            ", ".join(f"{cut(text, 26)} {n:,}" for text, n in row.examples[:2]),
        )
        for row in sorted(priors.never_correct, key=lambda row: (row.side, -row.slots / row.n_slots, row.tag))
    ]
    title = "Option texts that stand 5 times or more and are never the key"
    return tabulate(title, ("as", "source tag", "texts", "of all options", "most offered"), rows)


def show_units(report: AuditReport) -> list[str]:
    """Return the table of questions per independent unit; none without images."""
    rows = [
        (
            unit.side.value,
            unit.tag,
            f"{unit.questions:,}",
            f"{unit.units:,}",
            f"{unit.subjects:,}",
            f"{unit.mean:.1f}",
            f"{unit.largest:,}",
            cut(unit.examples[0][0], 34),
        )
        for unit in sorted(report.units, key=lambda unit: (unit.side, -unit.mean, unit.tag))
    ]
    header = ("as", "source tag", "questions", "units", "known subjects", "mean", "most", "most asked about")
    return tabulate("Questions per independent unit (visits shown, else set of images)", header, rows)


def _p_value(p_value: float | None) -> str:
    if p_value is None:
        return "-"
    return f"{p_value:.1e}" if p_value < 0.001 else f"{p_value:.3f}"
