"""The page: every finding in one HTML file that needs no network, no server and no other file.

Example:
    >>> from pathlib import Path
    >>> "No scores yet" in render_page(Findings(), ImageFolder(Path()), Settings(), may_show=lambda item: True)
    True
"""

import base64
import hashlib
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from evaluation.baselines.rules import BASELINES
from evaluation.benchmark import BenchmarkItem
from evaluation.controls.subtasks import score_subtasks
from evaluation.leaderboard.controls import describe_card
from evaluation.leaderboard.table import describe_protocols
from evaluation.published import SOURCE
from evaluation.report.differences import pick_differences
from evaluation.report.figures import is_clear
from evaluation.report.findings import Findings
from evaluation.report.illustrations import illustrate
from evaluation.report.items import build_browser
from evaluation.report.ordering import sort_rows
from evaluation.report.score_table import build_score_table
from evaluation.report.table_cells import format_percent
from evaluation.runs.images import ImageFolder
from evaluation.scores.judged_answers import expand_views
from evaluation.scores.judging import View
from evaluation.titles import order_benchmarks, title_benchmark, write_as_words
from pipelines.settings import Settings


def render_page(
    findings: Findings, images: ImageFolder, settings: Settings, *, may_show: Callable[[BenchmarkItem], bool]
) -> str:
    """Return the page as HTML; it can be written as UTF-8, and equal input gives equal text.

    Args:
        findings: rows of all models.
        images: where the images of items lie.
        settings: how many items the browser holds, for whom exports are made.
        may_show: whether that audience may see an item; what it may not see is left out and counted.

    Raises:
        LeaderboardError: scores of two protocols.
    """
    browser = build_browser(findings, images, most=settings.evaluation.report_items, may_show=may_show)
    names = order_benchmarks(item["benchmark"] for item in browser.items)
    data = {
        "items": browser.items,
        "images": browser.images,
        "models": findings.models,
        "titles": {name: title_benchmark(name) for name in names},
    }
    script = _read("browser.js")
    effects = sort_rows(effect for effect in findings.effects if effect.view == View.AS_PUBLISHED)
    differences = pick_differences(findings.comparisons)
    chosen = settings.evaluation
    own = [answer for answer in expand_views(findings.answers) if answer.model not in BASELINES]
    html = _load_template().render(
        findings=findings,
        tables={view.value: build_score_table(findings, view) for view in View} if findings.scores else {},
        pictures=illustrate(findings, effects, differences),
        effects=effects,
        subtasks=score_subtasks(own, findings.benchmarks, seed=chosen.seed, draws=chosen.bootstrap_draws),
        consistency=sort_rows(findings.consistency),
        differences=differences,
        is_clear=is_clear,
        browser=browser,
        data=embed_json(data),
        style=_read("page.css"),
        script=script,
        script_hash=_hash_source(script),
        paper=SOURCE,
        audience=settings.exports.audience,
        protocols=describe_protocols(findings.scores),
        describe_card=describe_card,
    )
    # Names may hold halves of surrogate pairs, which no encoding takes.
    return html.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def embed_json(data: dict[str, Any]) -> str:
    """Return JSON that may stand within a script element: an answer of a model must not end it, nor begin a comment."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _load_template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evaluation.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"title": title_benchmark, "percent": format_percent, "signed": _signed, "words": write_as_words}
    return environment.get_template("page.html.j2")


def _hash_source(script: str) -> str:
    """Return the source expression that lets this one script run, and none that came in with somebody's answer."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _signed(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:+.1f}"


def _read(name: str) -> str:
    return (resources.files("evaluation.report") / "page" / name).read_text(encoding="utf-8")
