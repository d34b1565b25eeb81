"""Statistics of the data set: the paper's figure 2 for our data, and how many independent units stand behind the numbers.

Example:
    >>> dataset_statistics.key.path
    ['dataset', 'statistics']
"""

import base64

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import DATASET_STATISTICS, fan_in, key_of, optional
from assets.publishing import Metadata, Results, contract_checks, publish
from pipelines.settings import Settings
from pipelines.statistics.counts import summarise_dataset
from pipelines.statistics.figure import draw_panel, draw_statistics
from pipelines.statistics.panels import Panel
from pipelines.statistics.statistic import Statistic
from pipelines.statistics.text import render_markdown
from pipelines.storage import write_bytes

NAME = "dataset/statistics"


@dg.asset(
    key=key_of(NAME),
    group_name="dataset",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks(NAME),
    ins={
        "groups": fan_in("groups/image_groups"),
        "images": fan_in("rendered/images"),
        "instructions": optional("dataset/instructions"),
        "benchmark": optional("dataset/benchmark"),
    },
)
def dataset_statistics(
    context: dg.AssetExecutionContext,
    groups: dict[str, pa.Table],
    images: dict[str, pa.Table],
    instructions: pa.Table,
    benchmark: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """One number about the groups and records: modalities, abilities, sub-tasks, origins, answers, independent units."""
    with told_plainly():
        statistics = summarise_dataset(groups, images, pa.concat_tables([instructions, benchmark]))
    yield publish(NAME, DATASET_STATISTICS.to_arrow(statistics), metadata=_export(statistics, settings))


def _export(statistics: tuple[Statistic, ...], settings: Settings) -> Metadata:
    picture, report = draw_statistics(statistics), settings.export_path("statistics.md")
    write_bytes(str(report.with_suffix(".png")), picture)
    write_bytes(str(report), render_markdown(statistics, picture="statistics.png").encode())
    panels = {panel.value: _show(draw_panel(statistics, panel)) for panel in Panel}
    return {"tables": dg.MetadataValue.md(render_markdown(statistics)), "report": dg.MetadataValue.path(str(report)), **panels}


def _show(png: bytes) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(f"![panel](data:image/png;base64,{base64.b64encode(png).decode()})")
