"""Runs of this command line whose process was killed: ended, and what they held given back.

Dagster notes at its start what a run in the caller's own process holds, a place in a pool among it, and nobody gives it back
when that process is killed: the next run would wait for it for ever. Each run is therefore tagged with its process.

Example:
    >>> sorted(tag_process())
    ['medmim/host', 'medmim/process']
"""

import os
import socket

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from pipelines.storage import is_running

_HOST, _PROCESS = "medmim/host", "medmim/process"


def tag_process() -> dict[str, str]:
    """Return the tags of a run that this process executes itself."""
    return {_HOST: socket.gethostname(), _PROCESS: str(os.getpid())}


def end_abandoned_runs(instance: dg.DagsterInstance) -> int:
    """Mark runs failed whose process on this machine is gone, free the places in pools that they held, return their number.

    To be called before this process starts a run: one that bears its number is of a process before it, as in a container whose
    processes are numbered from 1 at every start.
    """
    under_way = RunsFilter(statuses=[DagsterRunStatus.STARTED], tags={_HOST: socket.gethostname()})
    abandoned = [run for run in instance.get_runs(under_way) if not _goes_on(int(run.tags[_PROCESS]))]
    for run in abandoned:
        instance.report_run_failed(run, "its process was killed; run the command again")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(abandoned)


def _goes_on(process_id: int) -> bool:
    return process_id != os.getpid() and is_running(process_id)
