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
from pipelines.vocabulary import Source


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

        return run_demo(settings, dict(chosen.subjects))
    except (CohortError, ModelSpecError, StorageError) as error:
        print(error, file=sys.stderr)
        return 2


def _parse_subjects(text: str) -> tuple[Source, int]:
    name, _, number = text.partition("=")
    sources = [source.value for source in Source]
    if name not in sources or not number.isdecimal() or int(number) == 0:
        raise argparse.ArgumentTypeError(f"expected SOURCE=N, N above 0 and SOURCE of {', '.join(sources)}, got {text!r}")
    return Source(name), int(number)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command line."""
    parser = argparse.ArgumentParser(prog="python -m assets", description="Run the graph, or prepare Dagster's home.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="synthetic cohort, every asset, score table")
    demo.add_argument(
        "--subjects",
        nargs="+",
        type=_parse_subjects,
        default=[],
        metavar="SOURCE=N",
        help="subjects to draw of a source, as lumiere=500; any other source keeps its own number",
    )
    commands.add_parser("ablations", help="the paper's ablations on the tiny model, from several seeds; after the demo")
    commands.add_parser("home", help="make DAGSTER_HOME under the storage root and print its path")
    return parser


if __name__ == "__main__":
    sys.exit(main())
