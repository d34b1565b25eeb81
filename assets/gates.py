"""The gates as blocking checks: what rules that never look at an image may not reach on a set of records.

Example:
    >>> [spec.name for spec in gate_specs("qa/validated")][:2]
    ['no_letter_is_preferred', 'no_answer_is_preferred']
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import dagster as dg

from assets.io import key_of
from evaluation.shortcuts.blind_rules import judge_blind_solver
from evaluation.shortcuts.gate import Gate, GateResult, describe_gate, failed, tabulate
from evaluation.shortcuts.judge import judge_records
from pipelines.generation.model.blind_solver import BlindResult
from pipelines.records import Record
from pipelines.settings import Settings

NAMES: Mapping[Gate, str] = MappingProxyType(
    {
        Gate.LETTER_BALANCE: "no_letter_is_preferred",
        Gate.LABEL_BALANCE: "no_answer_is_preferred",
        Gate.LONGEST_OPTION: "the_longest_option_is_no_shortcut",
        Gate.TEXT_ONLY: "the_text_is_no_shortcut",
        Gate.QUESTION_ONLY: "the_question_is_no_shortcut",
        Gate.NEVER_CORRECT: "every_option_can_be_right",
        Gate.SUBJECT_OVERLAP: "no_subject_is_in_two_splits",
    }
)


BLIND_SOLVER = "a_blind_model_is_no_better_than_chance"


def gate_specs(name: str) -> tuple[dg.AssetCheckSpec, ...]:
    """Return the specs of the checks that `check_gates` reports for a table of records."""
    return tuple(
        dg.AssetCheckSpec(check, asset=key_of(name), description=describe_gate(gate), blocking=True)
        for gate, check in NAMES.items()
    )


def blind_solver_spec(name: str) -> dg.AssetCheckSpec:
    """Return the spec of the check that `check_blind_solver` reports."""
    return dg.AssetCheckSpec(BLIND_SOLVER, asset=key_of(name), description=describe_gate(Gate.BLIND_SOLVER), blocking=True)


def check_gates(name: str, records: Sequence[Record], settings: Settings) -> list[dg.AssetCheckResult]:
    """Return one check per gate; all scopes that it looked at are in its metadata, as counts and shares."""
    results = judge_records(records, seed=settings.evaluation.seed, max_label_excess=settings.grouping.max_label_excess)
    sources = sorted({str(record.source) for record in records})  # Dagster keeps a check of an asset, not of its partition
    return [_check(name, gate, check, results, sources) for gate, check in NAMES.items()]


def check_blind_solver(
    name: str, records: Sequence[Record], blind: BlindResult | None, settings: Settings
) -> dg.AssetCheckResult:
    """Return the check of the blind solver; it passes where the settings name none, and fails where it answered nothing."""
    closed = [record for record in records if record.letter is not None]
    results = [] if blind is None else judge_blind_solver(closed, blind.letters, settings.evaluation.seed)
    is_silent = blind is not None and bool(closed) and not results  # nothing was measured
    answered = "" if blind is None else f"answered: {blind.n_answered:,} of {len(closed):,}\n\n"
    note = "generation.blind_solver is not set" if blind is None else f"{answered}{tabulate(results)}"
    return dg.AssetCheckResult(
        check_name=BLIND_SOLVER,
        asset_key=key_of(name),
        passed=not failed(results, Gate.BLIND_SOLVER) and not is_silent,
        metadata={
            "sources": ", ".join(sorted({str(record.source) for record in records})),
            "results": dg.MetadataValue.md(note),
        },
    )


def _check(name: str, gate: Gate, check: str, results: Sequence[GateResult], sources: Sequence[str]) -> dg.AssetCheckResult:
    found = [result for result in results if result.gate is gate]
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=key_of(name),
        passed=not failed(results, gate),
        metadata={
            "sources": ", ".join(sources),
            "scopes": len(found),
            "failed": len(failed(results, gate)),
            "results": dg.MetadataValue.md(tabulate(found)),
        },
    )
