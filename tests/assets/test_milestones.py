"""On the terminal stands what is marked as a milestone, and nothing else of a run that went well."""

import re
import time

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.milestones import LOGGERS, MILESTONE, configure_terminal
from pipelines.settings import Settings


@dg.asset
def study(context: dg.AssetExecutionContext) -> None:
    """Says two things, one of them to who waits at the terminal."""
    context.log.info("17 of 400 prompts")
    context.log.info("seed 1: trained and asked", extra=MILESTONE)


def test_a_milestone_is_printed_with_the_time_and_nothing_else_is(capfd: pytest.CaptureFixture[str]) -> None:
    job = dg.Definitions([study], loggers=LOGGERS).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance, run_config=configure_terminal(time.monotonic() - 60))
    printed, errors = capfd.readouterr()
    said = re.fullmatch(r"\[ *([\d.]+) s\] seed 1: trained and asked\n", printed)
    assert said is not None and float(said[1]) >= 60
    assert errors == ""


def test_every_job_can_be_told_so() -> None:
    for job in build_defs(Settings()).resolve_all_job_defs():
        assert set(LOGGERS) <= set(job.loggers), job.name


def test_without_being_asked_for_milestones_are_not_printed_twice(capfd: pytest.CaptureFixture[str]) -> None:
    job = dg.Definitions([study], loggers=LOGGERS).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance)
    printed, errors = capfd.readouterr()
    assert (printed + errors).count("seed 1: trained and asked") == 1
