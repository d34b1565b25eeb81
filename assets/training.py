"""Training: the records as a trainer reads them.

Example:
    >>> training_examples.key.to_user_string()
    'training/examples'
"""

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import TRAINING_EXAMPLES, key_of
from assets.publishing import Results, contract_checks, publish
from pipelines import tables
from pipelines.outcome import Count
from training.messages import build_from_dataset


@dg.asset(
    key=key_of("training/examples"),
    group_name="training",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks("training/examples", is_counted=True),
    ins={"instructions": dg.AssetIn(key_of("dataset/instructions"))},
)
def training_examples(instructions: pa.Table) -> Results:
    """One row per training record: interleaved prompt and answer."""
    with told_plainly():
        examples = [build_from_dataset(record) for record in tables.INSTRUCTIONS.to_rows(instructions)]
    longest = max((example.prompt_chars + example.answer_chars for example in examples), default=0)
    metadata = {"images": sum(example.n_images for example in examples), "longest, characters": longest}
    count = Count("record", instructions.num_rows, len(examples), 0)
    yield publish("training/examples", TRAINING_EXAMPLES.to_arrow(examples), [count], metadata)
