"""The evaluation of models in Dagster: resumed, told plainly, held against its controls, and of whoever is in the settings."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from PIL import Image

from assets.definitions import build_defs
from evaluation.runs.answers_file import open_answers
from pipelines.score_records import Condition
from pipelines.settings import Settings
from pipelines.storage import read_table, table_path, write_table
from pipelines.tables import BENCHMARK, CONTROLS, LEADERBOARD, PREDICTIONS, SCORES
from tests.assets.graphs import QUIET, Graph, failures

MODEL = "untrained2"
SPEC = "transformers:untrained?answer=letters&max_new_tokens=4"
PREDICTIONS_OF = ("predictions", "models")
SCORES_OF = ("scores", "answers", "controls", "consistency", "robustness", "robustness_curves")
LEADERBOARD_OF = ("comparisons", "leaderboard")
N_RECORDS = 16


def choose(graph: Graph, **evaluation: object) -> Graph:
    """Return the graph with other settings of the evaluation, over the same storage root."""
    section = type(graph.settings.evaluation).model_validate({**graph.settings.evaluation.model_dump(), **evaluation})
    return Graph(graph.settings.model_copy(update={"evaluation": section}), graph.instance)


def make(graph: Graph, names: Sequence[str], model: str | None = None) -> dg.ExecuteInProcessResult:
    """Make tables of the evaluation: those of one model, or those of all models together."""
    definitions = build_defs(graph.settings)
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=graph.instance,
        partition_key=model,
        asset_selection=[dg.AssetKey(["evaluation", name]) for name in names],
        run_config=QUIET,
        raise_on_error=False,
    )


def find_check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    (found,) = [one for one in result.get_asset_check_evaluations() if one.check_name == name]
    return found


def describe(graph: Graph, name: str, model: str | None = None) -> Mapping[str, Any]:
    """Return what the newest event of a table says of it."""
    records = graph.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(["evaluation", name]), asset_partitions=None if model is None else [model]),
        limit=1,
    )
    event = records.records[0].asset_materialization
    assert event is not None
    return {key: value.value for key, value in event.metadata.items()}


def fewer_records(table: pa.Table, n_records: int) -> pa.Table:
    """Return a benchmark of the first records of each answer type: a test asks a model each of them several times."""
    rows = BENCHMARK.to_rows(table)
    chosen = [row for kind in ("closed", "open") for row in [row for row in rows if row.answer_type == kind][: n_records // 2]]
    return BENCHMARK.to_arrow([row for row in rows if row in chosen])


@pytest.fixture(scope="module")
def scored(finished: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A small benchmark, a model of the settings, every model asked and scored; tests that change it copy it first."""
    storage = tmp_path_factory.mktemp("scored") / "storage"
    shutil.copytree(finished.settings.storage_root, storage)
    shutil.rmtree(storage / "tables" / "evaluation")
    settings = finished.settings.model_copy(update={"storage_root": str(storage)})
    write_table(table_path(str(storage), "dataset/benchmark"), fewer_records(finished.table("dataset/benchmark"), N_RECORDS))
    with dg.DagsterInstance.ephemeral() as instance:
        graph = choose(Graph(settings, instance), models={MODEL: SPEC})
        assert failures(graph.evaluate_every_model()) == []
        yield graph


@pytest.fixture
def copied(scored: Graph, tmp_path: Path) -> Iterator[Graph]:
    """The same over a storage root of the test's own."""
    storage = tmp_path / "storage"
    shutil.copytree(scored.settings.storage_root, storage)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Graph(scored.settings.model_copy(update={"storage_root": str(storage)}), instance)


def stored(graph: Graph, name: str, model: str | None = None) -> Path:
    return Path(table_path(graph.settings.storage_root, f"evaluation/{name}", model))


def test_a_model_of_one_line_in_the_settings_stands_in_the_score_table(scored: Graph) -> None:
    rows = LEADERBOARD.to_rows(scored.table("evaluation/leaderboard"))
    assert {row.condition for row in rows if row.model == MODEL} == {
        Condition.SIGHTED,
        Condition.BLIND,
        Condition.SHUFFLED_IMAGES,
    }
    assert describe(scored, "leaderboard")["models without scores yet"] == "none"


def test_a_run_goes_on_from_a_cut_file_of_answers_and_asks_nothing_twice(copied: Graph) -> None:
    file, table = copied.settings.answers_file(MODEL), stored(copied, "predictions", MODEL)
    undisturbed, predictions = file.read_bytes(), table.read_bytes()
    file.write_bytes(undisturbed[: len(undisturbed) // 2])  # in the middle of a line, as a kill leaves it
    table.unlink()
    assert failures(make(copied, PREDICTIONS_OF, MODEL)) == []
    assert file.read_bytes() == undisturbed
    assert table.read_bytes() == predictions


def test_what_was_answered_is_not_asked_again(copied: Graph) -> None:
    file = copied.settings.answers_file(MODEL)
    kept = file.read_bytes().replace(b'"output": "', b'"output": "kept: ')
    file.write_bytes(kept)
    assert failures(make(copied, PREDICTIONS_OF, MODEL)) == []
    assert file.read_bytes() == kept
    rows = PREDICTIONS.to_rows(copied.table("evaluation/predictions", MODEL))
    assert all(row.output.startswith("kept: ") for row in rows) and rows


def test_a_second_run_of_one_model_is_told_of_the_first(copied: Graph) -> None:
    with open_answers(copied.settings.answers_file(MODEL)):
        (told,) = failures(make(copied, PREDICTIONS_OF, MODEL))
    assert "AnswersError" in told and "another run is writing its answers there; wait for it" in told


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda line: b"\xff\x00" + line, "not valid JSON"),
        (lambda line: line.replace(b'"decoding"', b'"decode"'), "no field 'decoding'"),
        (lambda line: line.replace(b'"finish": "', b'"finish": "un'), "is not a valid Finish"),
        (lambda line: b"null", "line 3"),
    ],
    ids=["no JSON", "a field missing", "an unknown value", "no object"],
)
def test_a_damaged_line_of_answers_is_named_and_no_answer_is_lost(
    copied: Graph, spoil: Callable[[bytes], bytes], told: str
) -> None:
    file = copied.settings.answers_file(MODEL)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2] = spoil(lines[2].rstrip()) + b"\n"
    file.write_bytes(b"".join(lines))
    (message,) = failures(make(copied, PREDICTIONS_OF, MODEL))
    assert "line 3" in message and told in message and "Mend or remove that line" in message
    assert file.read_bytes() == b"".join(lines)


def test_scores_need_no_file_of_answers(copied: Graph) -> None:
    before = stored(copied, "scores", MODEL).read_bytes()
    shutil.rmtree(copied.settings.answers_file(MODEL).parent)
    assert failures(make(copied, SCORES_OF, MODEL)) == []
    assert stored(copied, "scores", MODEL).read_bytes() == before


def test_a_model_taken_out_of_the_settings_leaves_the_table_and_no_error(copied: Graph) -> None:
    assert failures(make(choose(copied, models={}), LEADERBOARD_OF)) == []
    assert MODEL not in {row.model for row in LEADERBOARD.to_rows(copied.table("evaluation/leaderboard"))}
    assert MODEL not in copied.settings.export_path("leaderboard.md").read_text()


def test_a_renamed_model_is_told_of_until_it_is_scored(copied: Graph) -> None:
    renamed = choose(copied, models={"other": SPEC})
    assert failures(make(renamed, LEADERBOARD_OF)) == []
    assert describe(renamed, "leaderboard")["models without scores yet"] == "other"


def test_a_model_that_is_not_on_this_machine_is_named_with_the_fix(copied: Graph, tmp_path: Path) -> None:
    gone = choose(copied, models={MODEL: f"transformers:{tmp_path / 'gone'}"})
    (told,) = failures(make(gone, PREDICTIONS_OF, MODEL))
    assert "ModelError" in told and "neither a folder nor in the local Hugging Face cache" in told


def test_without_controls_there_are_sighted_scores_alone(copied: Graph) -> None:
    fewer = choose(copied, controls=())
    assert failures(make(fewer, PREDICTIONS_OF, MODEL)) + failures(make(fewer, SCORES_OF, MODEL)) == []
    assert {row.condition for row in SCORES.to_rows(fewer.table("evaluation/scores", MODEL))} == {Condition.SIGHTED}
    assert fewer.table("evaluation/controls", MODEL).num_rows == 0


def test_scores_of_two_protocols_stop_the_table_and_its_files(copied: Graph) -> None:
    report = copied.settings.export_path("leaderboard.md")
    before = report.read_bytes()
    assert failures(make(choose(copied, bootstrap_draws=300), SCORES_OF, MODEL)) == []
    result = make(copied, LEADERBOARD_OF)
    check = find_check(result, "scores_are_of_one_protocol")
    assert not result.success and not check.passed
    assert "bootstrap 200 draws" in str(check.metadata["problem"].value) and "bootstrap 300 draws" in str(check.metadata)
    assert report.read_bytes() == before


def test_scores_of_an_older_version_are_named_with_the_command_that_makes_them_anew(copied: Graph) -> None:
    path = stored(copied, "scores", "chance")
    table = read_table(copied.settings.storage_root, "evaluation/scores", "chance")
    assert table is not None
    write_table(str(path), table.drop_columns(["n_unparsed"]))
    (told,) = failures(make(copied, LEADERBOARD_OF))
    assert "TableError" in told and "--select evaluation/scores --partition chance" in told


def test_one_number_has_one_name_for_all_models_and_its_own_value_for_each(scored: Graph) -> None:
    models = ("longest_option", MODEL)
    told = {model: describe(scored, "scores", model) for model in models}
    shown = {model: {name for name in told[model] if name.endswith(", closed")} for model in models}
    assert shown["longest_option"] == shown[MODEL] and shown[MODEL]
    for model in models:
        rows = SCORES.to_rows(scored.table("evaluation/scores", model))
        assert told[model]["dagster/row_count"] == len(rows)
        sighted = [row for row in rows if row.condition is Condition.SIGHTED and row.view == "as_published"]
        numbers = {f"{row.benchmark}, {row.answer_type}": round(100 * row.value, 2) for row in sighted if row.value is not None}
        assert numbers and {name: told[model][name] for name in numbers} == numbers
        assert "synthetic cohort" in told[model]["table"] and str(next(iter(numbers.values()))) in told[model]["table"]


def test_what_is_left_without_the_images_is_among_the_numbers(scored: Graph) -> None:
    told = describe(scored, "controls", MODEL)
    (effect, *_) = [row for row in CONTROLS.to_rows(scored.table("evaluation/controls", MODEL)) if row.view == "as_published"]
    name = f"{effect.benchmark}, {effect.answer_type}, above {effect.condition.replace('_', ' ')}"
    assert told[name] == round(100 * effect.difference, 2)


def test_a_model_that_needs_no_image_is_found_out(scored: Graph, copied: Graph) -> None:
    """Blind answers in place of the sighted ones: nothing is left above them."""
    rows = PREDICTIONS.to_rows(scored.table("evaluation/predictions", MODEL))
    blind = {(row.benchmark, row.record_key): row.output for row in rows if row.condition is Condition.BLIND}
    same = [
        dataclasses.replace(row, output=blind[row.benchmark, row.record_key]) if row.condition is Condition.SIGHTED else row
        for row in rows
    ]
    write_table(str(stored(copied, "predictions", MODEL)), PREDICTIONS.to_arrow(same))
    check = find_check(make(copied, SCORES_OF, MODEL), "scores_are_above_blind")
    assert not check.passed and check.severity is dg.AssetCheckSeverity.WARN
    cells = {row.benchmark for row in CONTROLS.to_rows(copied.table("evaluation/controls", MODEL))}
    assert cells and {name.split(": ")[1].split(",")[0] for name in check.metadata} == cells


def test_right_answers_with_images_and_wrong_ones_without_pass_both_checks(scored: Graph, copied: Graph) -> None:
    keys = {row.record_id: row.conversation[1].content for row in BENCHMARK.to_rows(scored.table("dataset/benchmark"))}
    rows = PREDICTIONS.to_rows(scored.table("evaluation/predictions", MODEL))
    ideal = [
        dataclasses.replace(row, output=keys[row.record_key] if row.condition is Condition.SIGHTED else "I cannot tell.")
        for row in rows
    ]
    write_table(str(stored(copied, "predictions", MODEL)), PREDICTIONS.to_arrow(ideal))
    result = make(copied, SCORES_OF, MODEL)
    assert find_check(result, "scores_are_above_blind").passed
    assert find_check(result, "answers_can_be_read").passed


def test_answers_that_nothing_can_be_read_from_are_counted_by_cell(scored: Graph, copied: Graph) -> None:
    rows = PREDICTIONS.to_rows(scored.table("evaluation/predictions", MODEL))
    mute = [dataclasses.replace(row, output="") for row in rows]
    write_table(str(stored(copied, "predictions", MODEL)), PREDICTIONS.to_arrow(mute))
    check = find_check(make(copied, SCORES_OF, MODEL), "answers_can_be_read")
    assert not check.passed
    told = describe(copied, "scores", MODEL)
    assert told["answers that could not be read"] == told["items"] == N_RECORDS


def test_a_reader_of_answers_that_no_endpoint_serves_is_told(copied: Graph) -> None:
    (told,) = failures(make(choose(copied, choice_judge="nobody"), SCORES_OF, MODEL))
    assert "SettingsError" in told and "nobody" in told


def test_every_check_says_what_it_claims(scored: Graph) -> None:
    specs = [
        spec
        for definition in build_defs(Settings(storage_root=scored.settings.storage_root)).assets or []
        if isinstance(definition, dg.AssetsDefinition)
        for spec in definition.check_specs
        if spec.asset_key.path[0] == "evaluation" and spec.name not in {"keys_are_unique", "nothing_disappears"}
    ]
    assert len(specs) == 7
    assert [spec.name for spec in specs if not spec.description] == []


@pytest.fixture
def paper_file(tmp_path: Path) -> Path:
    """A file that bears the name of one of the paper's and holds a single record, of our own making."""
    path = tmp_path / "Med_MIM_benchmark_Held_out_ODIR.json"
    turns = [
        {"role": "user", "content": "<image><image>Which eye is paler?\nA: the left\nB: the right\n"},
        {"role": "assistant", "content": "A: the left"},
    ]
    record = {"id": "ODIR-0", "images": ["eyes/a.jpg", "eyes/b.jpg"], "conversation": turns, "source": "ODIR"}
    path.write_text(json.dumps([record]))
    return path


def test_a_paper_file_of_another_size_is_told_and_without_images_it_is_asked_blind(copied: Graph, paper_file: Path) -> None:
    released = choose(copied, released={"odir": paper_file})
    result = make(released, ["released_benchmark"])
    size, images = find_check(result, "n_is_as_published"), find_check(result, "images_are_at_hand")
    assert not size.passed and str(size.metadata["odir"].value).startswith("1 closed and 0 open")
    assert not images.passed and images.metadata["records that can be asked blind only"].value == 1
    assert failures(make(released, PREDICTIONS_OF, MODEL)) + failures(make(released, SCORES_OF, MODEL)) == []
    rows = [row for row in SCORES.to_rows(released.table("evaluation/scores", MODEL)) if row.benchmark == "odir"]
    assert {row.condition for row in rows} == {Condition.BLIND}
    assert "odir, closed, blind" in describe(released, "scores", MODEL)
    assert "odir, sighted: without readable images at hand | 1 |" in describe(released, "predictions", MODEL)["not shown"]


def test_images_of_a_released_file_are_found_in_its_folder(copied: Graph, paper_file: Path) -> None:
    for place, name in enumerate(("a", "b")):
        picture = paper_file.parent / "eyes" / f"{name}.jpg"
        picture.parent.mkdir(exist_ok=True)
        Image.new("RGB", (32, 32), (90 * place, 40, 10)).save(picture)
    released = choose(copied, released={"odir": paper_file}, released_images={"odir": paper_file.parent})
    assert find_check(make(released, ["released_benchmark"]), "images_are_at_hand").passed


def test_a_folder_of_images_that_is_not_there_stops_the_import(copied: Graph, paper_file: Path) -> None:
    lost = choose(copied, released={"odir": paper_file}, released_images={"odir": paper_file.parent / "lost"})
    (told,) = failures(make(lost, ["released_benchmark"]))
    assert "ReleasedError" in told and "evaluation.released_images.odir" in told and "is no folder" in told
