"""Jobs: one per part of the graph, each a target for the UI, the command line and backfills.

Example:
    >>> [job.name for job in JOBS]
    ['build_corpus', 'assemble_dataset', 'evaluate']
"""

import dagster as dg

build_corpus = dg.define_asset_job(
    "build_corpus",
    selection=dg.AssetSelection.groups("corpus"),
    description="One source: from its download to validated records.",
)
assemble_dataset = dg.define_asset_job(
    "assemble_dataset",
    selection=dg.AssetSelection.groups("dataset", "training"),
    description="Apply the review gate to one source, then write the training records and the benchmark of all.",
)
evaluate = dg.define_asset_job(
    "evaluate",
    selection=dg.AssetSelection.groups("evaluation"),
    description="Score one model on every benchmark, then make the score table again.",
)

JOBS = [build_corpus, assemble_dataset, evaluate]
