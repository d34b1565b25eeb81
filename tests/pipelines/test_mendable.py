import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.mendable import guard_command

ROOT = Path(__file__).parents[2]


def test_an_error_of_another_kind_is_not_hidden() -> None:
    def run(args: argparse.Namespace) -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        guard_command("calls", (ValueError,), run)(argparse.Namespace())


def test_the_code_of_a_command_that_ends_well_is_its_own() -> None:
    assert guard_command("calls", (ValueError,), lambda args: 1)(argparse.Namespace()) == 1


def test_a_reader_that_has_seen_enough_ends_a_command_quietly() -> None:
    code = (
        "import sys; from pipelines.mendable import guard_command\n"
        "def run(args):\n    for number in range(100_000): print(number)\n    return 0\n"
        "sys.exit(guard_command('calls', (), run)(None))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0
