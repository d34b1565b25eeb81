"""From a trained folder to rows of the study: the model is asked sighted and blind, by the way that every model takes."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from evaluation.ablations.answers import AblationError
from evaluation.ablations.arms import Arm
from evaluation.ablations.asking import ask_run, choose_held_in
from evaluation.ablations.study import measure_ablations
from evaluation.benchmark import gather_benchmarks
from evaluation.models.tiny import write_tiny_model
from evaluation.runs.images import ImageFolder
from pipelines.provenance import Provenance, write_provenance
from pipelines.score_records import Condition
from pipelines.settings import Settings
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Split
from tests.pipelines.made_rows import make_row

MADE = Provenance("tiny", "9f", "51", "0.1.0", "new", 1, 8, 8, 40, DataClass.OPEN, True, ("torch 2.13.0",))

NAMES = {Arm.FULL: "tiny", Arm.DATA_0: "tiny-data_0"}
ARMS = list(NAMES)


def place_of(root: Path, arm: Arm, seed: int) -> Path:
    return root / "runs" / NAMES[arm] / f"seed{seed}" / "model"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, and the models of two arms with two seeds each."""
    root = tmp_path_factory.mktemp("study")
    for place in range(12):
        Image.new("L", (32, 32), 20 * place).save(root / f"{place}.png")
    for number, arm in enumerate(ARMS):
        for seed in (1, 2):
            folder = write_tiny_model(place_of(root, arm, seed), None, seed + 10 * number)
            write_provenance(folder, replace(MADE, run=NAMES[arm], seed=seed))
    return root


@pytest.fixture(scope="module")
def benchmarks():
    rows = [
        make_row(
            id=f"r{place}", record_id=f"r{place}", unit_id=f"u{place}", images=(f"{place}.png", f"{(place + 1) % 12}.png"),
            ability=Ability.COREFERENCE, split=split, is_synthetic=True,
        )
        for place, split in enumerate([Split.HELD_IN] * 11 + [Split.HELD_OUT])
    ]  # fmt: skip
    return gather_benchmarks([], rows)


def test_runs_are_asked_sighted_and_blind_and_give_the_rows_of_the_study(root, benchmarks, tmp_path):
    settings = Settings(storage_root=str(root))
    runs = [
        ask_run(place_of(root, arm, seed), benchmarks, ImageFolder(root), settings, tmp_path / f"{arm}-{seed}.jsonl", None)
        for arm in ARMS
        for seed in (1, 2)
    ]
    assert [(run.arm, run.seed) for run in runs] == [(arm, seed) for arm in ARMS for seed in (1, 2)]
    for run in runs:
        assert {answer.condition for answer in run.answers} == {Condition.SIGHTED, Condition.BLIND}
        assert {answer.benchmark for answer in run.answers} == {"held_in_coreference"}
    study = measure_ablations(runs, draws=100)
    (effect,) = study.effects
    assert (effect.arm, effect.n, effect.n_clusters, effect.n_seeds) == (Arm.DATA_0, 11, 11, 2)
    assert len(study.scores) == 8


def test_a_run_without_provenance_or_of_no_arm_is_not_asked(root, benchmarks, tmp_path):
    folder = root / "runs" / "tiny" / "nobody" / "model"
    write_tiny_model(folder, None, 3)
    for made, told in ((None, r"there is no provenance\.json"), (replace(MADE, run="tiny-half"), "'half' is no arm")):
        if made is not None:
            write_provenance(folder, made)
        with pytest.raises(AblationError, match=told):
            ask_run(folder, benchmarks, ImageFolder(root), Settings(), tmp_path / "a.jsonl", None)
    assert not (tmp_path / "a.jsonl").exists()


def test_open_items_are_asked_where_they_are_wanted(benchmarks):
    both = choose_held_in({**benchmarks, "held_out_odir": benchmarks["held_in_coreference"]}, tuple(AnswerType))
    assert {name: len(items) for name, items in both.items()} == {"held_in_coreference": 11}
    assert choose_held_in(benchmarks, (AnswerType.OPEN,)) == {"held_in_coreference": ()}
