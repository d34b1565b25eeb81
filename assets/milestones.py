"""What a long command says of itself on a terminal, while all else that Dagster logs stays in Dagster: its milestones.

A step marks a message: `context.log.info("tiny, seed 1: trained and asked, 1 of 30", extra=MILESTONE)`.

Example:
    >>> configure_terminal(started=12.5)["loggers"]["milestones"]
    {'config': {'started': 12.5}}
"""

import logging
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import dagster as dg

MILESTONE: Mapping[str, object] = MappingProxyType({"is_milestone": True})


class _Milestones(logging.Handler):
    def __init__(self, started: float) -> None:
        super().__init__()
        self._started = started

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "is_milestone", False):
            say(self._started, record.__dict__["dagster_meta"]["orig_message"])


@dg.logger(config_schema={"started": float}, description="Prints messages that are marked as milestones.")
def milestones(context: dg.InitLoggerContext) -> logging.Logger:
    """Print milestones with the seconds since `started`, of the monotonic clock."""
    logger = logging.Logger("milestones")  # of one run, and nobody else's
    logger.addHandler(_Milestones(context.logger_config["started"]))
    return logger


def configure_terminal(started: float) -> dict[str, Any]:
    """Return the run configuration of a command: milestones and errors are printed, the rest is in Dagster."""
    return {"loggers": {"console": {"config": {"log_level": "ERROR"}}, "milestones": {"config": {"started": started}}}}


def say(started: float, what: str) -> None:
    """Print a line with the seconds since `started`."""
    print(f"[{time.monotonic() - started:5.1f} s] {what}", flush=True)


LOGGERS = {"console": dg.colored_console_logger, "milestones": milestones}
