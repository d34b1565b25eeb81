"""Commands around Dagster: `python -m assets demo` runs the whole graph, `python -m assets home` prepares DAGSTER_HOME.

Example:
    >>> build_parser().parse_args(["home"]).command
    'home'
"""

import argparse
import sys
from collections.abc import Sequence

from assets.home import prepare_home
from evaluation.models.spec import ModelSpecError, models_of
from pipelines.cohort.marker import CohortError
from pipelines.settings import SettingsError, load_settings
from pipelines.storage import StorageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = build_parser().parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        if chosen.command == "home":
            print(prepare_home(settings.storage_root))
            return 0
        if chosen.command == "ablations":
            from assets.demo import run_ablations

            return run_ablations(settings)
        models_of(settings)  # a wrong line among the models is told before anything is drawn
        from assets.demo import run_demo  # loads Dagster, which takes seconds

        return run_demo(settings)
    except (CohortError, ModelSpecError, StorageError) as error:
        print(error, file=sys.stderr)
        return 2


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command line."""
    parser = argparse.ArgumentParser(prog="python -m assets", description="Run the graph, or prepare Dagster's home.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="synthetic cohort, every asset, score table")
    commands.add_parser("ablations", help="the paper's ablations on the tiny model, from several seeds; after the demo")
    commands.add_parser("home", help="make DAGSTER_HOME under the storage root and print its path")
    return parser


if __name__ == "__main__":
    sys.exit(main())
