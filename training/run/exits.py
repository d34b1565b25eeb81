"""How a program of many libraries ends: with its own exit code, whatever their threads do while the interpreter is taken down.

A run that was finished and said so has been seen to end by SIGABRT ("terminate called without an active exception": a thread of
one of torch, gloo, Arrow or DeepSpeed that is still there when its owner goes), which a launcher takes for a failure.

Example:
    >>> import subprocess, sys
    >>> code = "from training.run.exits import end_process; print('last words', end=''); end_process(75)"
    >>> ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    >>> ended.returncode, ended.stdout
    (75, 'last words')
"""

import atexit
import os
import sys
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """End this process here: what is registered for its end is done, what is printed is written, nothing is taken down."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
