"""The genuine VQA-RAD release and the released MIM-RAD benchmark through the graph."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import Settings
from pipelines.tables import IMAGE_GROUPS, LEADERBOARD, RELEASED_BENCHMARK, SCORES, SUBJECT_SPLITS
from pipelines.vocabulary import AnswerType, Source
from tests.assets.graphs import Graph, failures

RELEASED = "Med_MIM_benchmark_Held_out_RAD.json"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, vqa_rad_root: Path, med_mim_root: Path) -> Iterator[Graph]:
    """The corpus of the genuine release, and every baseline on the released benchmark."""
    settings = Settings(
        storage_root=str(tmp_path_factory.mktemp("real")),
        sources={"vqa_rad": vqa_rad_root},
        evaluation={"released": {"mim_rad_released": med_mim_root / RELEASED}, "bootstrap_draws": 200},
    )
    with dg.DagsterInstance.ephemeral() as instance:
        graph = Graph(settings, instance)
        assert failures(graph.run("build_corpus", Source.VQA_RAD)) == []
        assert failures(graph.evaluate_every_model()) == []
        yield graph


def test_every_question_and_every_image_is_accounted_for(real: Graph) -> None:
    rejected = real.table("raw/rejected", "vqa_rad").column("item").to_pylist()
    rows = [item for item in rejected if item.startswith("row ")]
    assert real.table("raw/questions", "vqa_rad").num_rows + len(rows) == 2248
    assert real.table("raw/images", "vqa_rad").num_rows + len(rejected) - len(rows) == 315
    rendered = real.table("rendered/images", "vqa_rad").num_rows + real.table("rendered/rejected_images", "vqa_rad").num_rows
    assert rendered == real.table("raw/images", "vqa_rad").num_rows


def test_the_counts_are_shown_as_metadata(real: Graph) -> None:
    event = real.instance.get_latest_materialization_event(dg.AssetKey(["raw", "questions"]))
    assert event is not None and event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["questions found"].value == 2248
    assert metadata["image files found"].value == 315


def test_no_subject_and_no_image_stands_in_two_splits(real: Graph) -> None:
    splits = {row.subject_id: row.split for row in SUBJECT_SPLITS.to_rows(real.table("splits/subjects", "vqa_rad"))}
    groups = IMAGE_GROUPS.to_rows(real.table("groups/image_groups", "vqa_rad"))
    assert len(groups) > 500
    for group in groups:
        assert {splits[subject] for subject in group.subject_ids} == {group.split}
        assert len(set(group.image_ids)) == len(group.image_ids) in (2, 3)


def test_no_image_is_used_more_often_than_the_setting_says(real: Graph) -> None:
    groups = IMAGE_GROUPS.to_rows(real.table("groups/image_groups", "vqa_rad"))
    uses = [image_id for group in groups for image_id in group.image_ids]
    assert max(map(uses.count, set(uses))) <= real.settings.grouping.max_groups_per_image


def test_every_image_of_the_released_benchmark_is_found(real: Graph) -> None:
    rows = RELEASED_BENCHMARK.to_rows(real.table("evaluation/released_benchmark"))
    assert len(rows) == 366
    assert not any(row.missing_images for row in rows)
    assert sum(len(row.images) for row in rows) == 961
    assert all((Path(real.settings.storage_root) / path).is_file() for row in rows for path in row.images)


def test_released_ids_name_the_rows_of_their_images(real: Graph) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["evaluation", "released_benchmark"]), "ids_name_their_rows")
    (record,) = real.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    assert record.event is not None and record.event.dagster_event is not None
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert evaluation.passed
    assert evaluation.metadata["images"].value == 961


def test_the_longest_option_beats_the_released_benchmark(real: Graph) -> None:
    scores = SCORES.to_rows(real.table("evaluation/scores", "longest_option"))
    (published,) = [score for score in scores if score.view == "as_published"]
    assert (published.n, round((published.value or 0) * published.n)) == (293, 208)
    assert published.n_unparsed == 0


@pytest.fixture(scope="module")
def reviewed(real: Graph) -> Graph:
    """The same after a review that let everything through; comes last, for it writes on."""
    real.approve_all("Reviewer One", "Reviewer Two")
    assert failures(real.run("assemble_dataset", Source.VQA_RAD)) == []
    assert failures(real.evaluate_every_model()) == []
    return real


def test_the_score_table_holds_every_baseline(real: Graph) -> None:
    table = real.settings.export_path("leaderboard.md").read_text(encoding="utf-8")
    for name in ("chance", "majority_letter", "longest_option", "text_only", "shuffled_reference"):
        assert f"| {name} |" in table
    assert "70.99" in table
    assert "synthetic" not in table


def test_rules_without_images_do_not_beat_the_rebuilt_benchmark(reviewed: Graph) -> None:
    scores = [one for one in LEADERBOARD.to_rows(reviewed.table("evaluation/leaderboard")) if one.view == "as_published"]
    rebuilt = {one.model: one for one in scores if one.benchmark == "held_out_vqa_rad" and one.answer_type is AnswerType.CLOSED}
    assert rebuilt["chance"].n > 300
    for name in ("majority_letter", "longest_option", "text_only"):
        assert (rebuilt[name].cluster_low or 0) <= (rebuilt["chance"].value or 0), f"{name} beats chance"


def test_released_records_whose_subjects_are_trained_on_are_warned_of(reviewed: Graph) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["evaluation", "released_benchmark"]), "subjects_are_not_trained_on")
    (record,) = reviewed.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    assert record.event is not None and record.event.dagster_event is not None
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    shown = evaluation.metadata["records that show a subject of dataset/instructions"].value
    assert isinstance(shown, int) and 0 < shown <= 366
