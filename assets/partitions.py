"""Partitions: one per source data set that has a reader, one per model that is scored.

Example:
    >>> SOURCES.get_partition_keys()
    ['vqa_rad']
"""

import dagster as dg

from pipelines.stages import readable_sources

SOURCES = dg.StaticPartitionsDefinition([source.value for source in readable_sources()])
