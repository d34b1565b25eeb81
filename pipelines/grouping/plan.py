"""The plan as people read it: per sub-task and split how many groups could be made, how many were taken, and why not the rest.

Example:
    >>> from pipelines.tables import PLANNED_COUNTS
    >>> tabulate_plan(PLANNED_COUNTS.to_arrow([]))
    'no groups could be made'
"""

import pyarrow as pa

from pipelines.spilling_database import open_database

_PER_SUBTASK = """
SELECT subtask, coalesce(split, 'no split') AS split, sum(n_groups) AS anchors,
    sum(n_groups) FILTER (fate IN ('taken', 'neighbouring_slice', 'unit_cap', 'image_cap', 'label_balance', 'subtask_cap')),
    sum(n_groups) FILTER (fate = 'taken'),
    string_agg(fate || ' ' || format('{:,}', n_groups), ', ' ORDER BY n_groups DESC, fate) FILTER (fate <> 'taken')
FROM (
    SELECT subtask, split, fate, CAST(sum(n_groups) AS BIGINT) AS n_groups FROM plan GROUP BY ALL
)
GROUP BY ALL ORDER BY ALL
"""
_HEAD = "| sub-task | split | asked about | possible | taken | the others |\n|---|---|---:|---:|---:|---|\n"


def tabulate_plan(plan: pa.Table) -> str:
    """Return the plan as a Markdown table, a line per sub-task and split."""
    with open_database(memory_mb=256) as database:
        database.register("plan", plan)
        rows = database.sql(_PER_SUBTASK).fetchall()
    if not rows:
        return "no groups could be made"
    return _HEAD + "\n".join(
        f"| {subtask} | {split} | {int(anchors):,} | {int(possible or 0):,} | {int(taken or 0):,} | {others or ''} |"
        for subtask, split, anchors, possible, taken, others in rows
    )
