"""A run as assets: planned, trained by the launcher's program, described, asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.io import TRAINED_RUNS, TRAINING_PLANS
from assets.training import list_runs, read_recipe
from pipelines.provenance import PROVENANCE_FILE
from pipelines.settings import Settings
from pipelines.tables import INSTRUCTIONS
from pipelines.vocabulary import Ability, AnswerType, Source
from tests.assets.graphs import Graph, failures
from training.recipe import load_recipe

CHECKPOINT, PREDICTIONS = dg.AssetKey(["training", "checkpoint"]), dg.AssetKey(["evaluation", "predictions"])


@pytest.fixture(scope="module")
def short_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny recipe, ended after three steps."""
    tree = load_recipe(
        "tiny", {"schedule.max_steps": 3, "curriculum.alignment_share": 0, "batch.global_size": 4, "batch.per_device": 4}
    ).model_dump(mode="json")
    path = tmp_path_factory.mktemp("recipes") / "tiny.toml"
    path.write_text(_write_toml(tree), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, cohort_root: Path, short_recipe: Path) -> Iterator[Graph]:
    """The graph up to the data set, and one run of three steps."""
    settings = Settings(
        storage_root=str(tmp_path_factory.mktemp("trained")),
        sources={"vqa_rad": cohort_root},
        training={"recipes": {"tiny": short_recipe}},
        evaluation={
            "bootstrap_draws": 200,
            "models": {"mine": "checkpoint:tiny?answer=letters&max_new_tokens=4"},
            "controls": ("blind",),
        },
    )
    with dg.DagsterInstance.ephemeral() as instance:
        graph = Graph(settings, instance)
        graph.run("build_corpus", Source.VQA_RAD)
        graph.review_synthetically()
        assert failures(graph.run("assemble_dataset", Source.VQA_RAD)) == []
        assert failures(graph.run("train", "tiny")) == []
        yield graph


def test_every_recipe_and_each_of_its_ablations_is_a_partition() -> None:
    runs = list_runs(Settings())
    assert {"med_mantis", "mim_llava_med", "modern", "projector_only", "tiny", "tiny-without_composed", "tiny-data_25"} <= set(
        runs
    )
    assert len(runs) == len(set(runs))


def test_an_ablations_partition_has_its_value_in_the_recipe() -> None:
    assert read_recipe("med_mantis-without_temporal", Settings()).data.leave_out is Ability.TEMPORAL


def test_a_checkpoint_can_be_walked_back_to_its_data_and_code(trained: Graph) -> None:
    [row] = TRAINED_RUNS.to_rows(trained.table("training/checkpoint", "tiny"))
    folder = Path(trained.settings.storage_root) / row.folder
    made = json.loads((folder / "model" / PROVENANCE_FILE).read_text(encoding="utf-8"))
    assert (made["data_version"], made["recipe_digest"], made["code_version"]) == (
        row.data_version,
        row.recipe_digest,
        row.code_version,
    )
    records = INSTRUCTIONS.to_rows(trained.table("dataset/instructions"))
    closed = [record for record in records if record.answer_type is AnswerType.CLOSED]  # tiny learns no open questions
    facts = {(record.images[: fact.place + 1], fact.code) for record in closed for fact in record.evidence}
    assert row.n_examples == 2 * len(closed) + len(facts)  # each asked for its class alone, too, and each fact named once
    assert row.n_steps == 3


def test_the_run_shows_its_loss_curve_and_its_plan_in_dagster(trained: Graph) -> None:
    event = trained.instance.get_latest_materialization_event(CHECKPOINT)
    assert event is not None and event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert str(metadata["loss"].value).startswith("![loss over steps](data:image/png;base64,")
    assert metadata["steps"].value == 3
    figures = {row.quantity: row.value for row in TRAINING_PLANS.to_rows(trained.table("training/plan", "tiny"))}
    assert figures["fits"] == 1


def test_a_finished_run_is_not_trained_again(trained: Graph) -> None:
    [before] = TRAINED_RUNS.to_rows(trained.table("training/checkpoint", "tiny"))
    current = Path(trained.settings.storage_root) / "runs" / "tiny" / "model"
    current.unlink()
    current.symlink_to("another/model")  # as a run of another seed, or of another version of the recipe, leaves it
    assert failures(trained.run("train", "tiny")) == []
    assert current.resolve() == (Path(trained.settings.storage_root) / before.folder / "model").resolve()
    assert TRAINED_RUNS.to_rows(trained.table("training/checkpoint", "tiny")) == [before]


def test_a_trained_model_stands_in_the_score_table(trained: Graph) -> None:
    assert failures(trained.run("evaluate", "mine")) == []
    [card] = trained.table("evaluation/models", "mine").to_pylist()
    assert card["kind"] == "checkpoint" and "tiny" in card["label"]


def test_predictions_of_a_run_rest_on_its_checkpoint(trained: Graph) -> None:
    from assets.definitions import build_defs

    graph = build_defs(trained.settings).resolve_asset_graph()
    assert CHECKPOINT in graph.get(PREDICTIONS).parent_keys


def test_arms_of_an_ablation_are_trained_from_every_seed_asked_and_compared(trained: Graph) -> None:
    chosen = trained.settings.training.ablations.model_copy(update={"seeds": 2, "arms": ("data_0",), "at_once": 2})
    training = trained.settings.training.model_copy(update={"ablations": chosen})
    graph = Graph(trained.settings.model_copy(update={"training": training}), trained.instance)
    assert failures(graph.run("ablate")) == []
    event = trained.instance.get_latest_materialization_event(dg.AssetKey(["evaluation", "ablations"]))
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["runs"].value == 4  # the full run is always among the arms
    assert graph.settings.export_path("ablations.png").read_bytes()[:4] == b"\x89PNG"
    [row] = TRAINED_RUNS.to_rows(trained.table("training/checkpoint", "tiny"))
    root = Path(trained.settings.storage_root)
    assert (root / "runs" / "tiny" / "model").resolve() == (root / row.folder / "model").resolve()  # no arm's model


def test_a_run_that_cannot_fit_is_not_launched(trained: Graph, tmp_path: Path, short_recipe: Path) -> None:
    tree = json.loads(load_recipe(short_recipe).model_dump_json())
    tree["hardware"] |= {"machine_memory_gb": 0.01}
    path = tmp_path / "large.toml"
    path.write_text(_write_toml(tree), encoding="utf-8")
    settings = trained.settings.model_copy(
        update={"training": trained.settings.training.model_copy(update={"recipes": {"large": path}})}
    )
    told = " ".join(failures(Graph(settings, trained.instance).run("train", "large")))
    assert "large" in told or "the_run_fits" in told
    assert not (Path(settings.storage_root) / "runs" / "large" / "model").exists()


def _write_toml(tree: dict[str, object], prefix: str = "") -> str:
    """Return a recipe as TOML: one level of tables, no null."""
    lines = [
        f"{json.dumps(key)} = {_write_value(value)}"
        for key, value in tree.items()
        if not isinstance(value, dict) and value is not None
    ]
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            lines += [f"[{prefix}{key}]", _write_toml(value, f"{prefix}{key}.")]
    return "\n".join(lines)


def _write_value(value: object) -> str:
    return json.dumps(value)
