"""Partitions: one per source data set that has a reader; models are partitions too, made from the settings.

Example:
    >>> SOURCES.get_partition_keys()
    ['embed', 'lumiere', 'ms_cxr_t', 'odir', 'vqa_rad', 'llava_med']
"""

import warnings

import dagster as dg

from pipelines.stages import readable_sources

SOURCES = dg.StaticPartitionsDefinition([source.value for source in readable_sources()])
ALL_IN_ONE_RUN = dg.BackfillPolicy.single_run()
# Beta in dagster 1.13, whose range we pin; the warning would greet every user of every command.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`")
