"""Holds back what transformers prints while it loads and saves: progress bars, and remarks on weights that are checked here.

Example:
    >>> with quiet_files():
    ...     pass
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_files() -> Iterator[None]:
    """Silence it; bars and remarks come back afterwards."""
    from transformers.utils import logging as transformers_logging

    level = transformers_logging.get_verbosity()
    has_bar = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if has_bar:
            transformers_logging.enable_progress_bar()
