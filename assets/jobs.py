"""Jobs: one per part of the graph, each a target for the UI, the command line and backfills.

Example:
    >>> [job.name for job in JOBS]
    ['build_corpus', 'assemble_dataset', 'train', 'evaluate', 'ablate']
"""

import dagster as dg

build_corpus = dg.define_asset_job(
    "build_corpus",
    selection=dg.AssetSelection.groups("corpus"),
    description="One source: from its download to validated records.",
)
assemble_dataset = dg.define_asset_job(
    "assemble_dataset",
    selection=dg.AssetSelection.groups("dataset"),
    description="Apply the review gate to one source, then write the training records and the benchmark of all.",
)
train = dg.define_asset_job(
    "train",
    selection=dg.AssetSelection.groups("training"),
    tags={"dagster/max_retries": "3"},  # each goes on from the last checkpoint; an end that no retry can mend sets it to 0
    description="One run: its plan, then the model itself, on whatever the settings launch it.",
)
evaluate = dg.define_asset_job(
    "evaluate",
    selection=dg.AssetSelection.groups("evaluation"),
    description="Score one model on every benchmark, then make the score table again.",
)
ablate = dg.define_asset_job(
    "ablate",
    selection=dg.AssetSelection.groups("ablations"),
    tags={"dagster/max_retries": "3"},
    description="The paper's ablations rerun from several seeds: thirty runs.",
)

JOBS = [build_corpus, assemble_dataset, train, evaluate, ablate]
