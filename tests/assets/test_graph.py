"""The whole graph on the synthetic cohort: green, repeatable, traceable, and closed where review is short."""

import dataclasses
import json
import shutil
from pathlib import Path

import dagster as dg
import pytest
from PIL import Image, ImageOps

from assets.corpus import raw
from assets.definitions import build_defs
from assets.io import DATASET_STATISTICS, TABLES, ParquetTables
from pipelines.choices import Exports, SourceRoots
from pipelines.records import Record
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.settings import Settings
from pipelines.storage import read_table, table_path, write_table
from pipelines.tables import APPROVED, BENCHMARK, IMAGE_GROUPS, INSTRUCTIONS, QUESTIONS, RENDERED_IMAGES, VALIDATED
from pipelines.terms_of_use import Audience
from pipelines.vocabulary import Source, Split, Verdict
from tests.assets.graphs import QUIET, Graph, failures

# Runs are trained in test_training.py.
OF_RUNS = {"training/plan", "training/checkpoint", "evaluation/ablations"}
MADE = [name for name in TABLES if name not in OF_RUNS]
CORPUS_TABLES = [name for name in TABLES if name.split("/")[0] in {"raw", "rendered", "splits", "groups"}]


def versions(graph: Graph) -> dict[str, str]:
    """Return the newest data version of every asset."""
    found: dict[str, str] = {}
    for name in MADE:
        event = graph.instance.get_latest_materialization_event(dg.AssetKey(name.split("/")))
        assert event is not None and event.asset_materialization is not None, f"{name} was not materialized"
        found[name] = (event.asset_materialization.tags or {})["dagster/data_version"]
    return found


def test_every_table_is_made_and_every_check_passes(finished: Graph) -> None:
    assert set(versions(finished)) == set(MADE)
    every_key = build_defs(finished.settings).resolve_asset_graph().asset_check_keys
    keys = [key for key in every_key if "/".join(key.asset_key.path) not in OF_RUNS]
    records = finished.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    failed = [str(key) for key in keys if key not in records or records[key].status.value != "SUCCEEDED"]
    assert failed == []


def test_a_second_run_with_one_seed_gives_the_same_data_versions(finished: Graph) -> None:
    before = versions(finished)
    assert finished.run("build_corpus", Source.VQA_RAD).success
    assert finished.run("assemble_dataset", Source.VQA_RAD).success
    assert finished.evaluate_every_model().success
    assert versions(finished) == before


def test_another_seed_gives_other_groups(finished: Graph, tmp_path: Path) -> None:
    section = finished.settings.grouping.model_copy(update={"seed": 8})
    other = finished.settings.model_copy(update={"storage_root": str(tmp_path), "grouping": section})
    with dg.DagsterInstance.ephemeral() as instance:
        graph = Graph(other, instance)
        assert graph.run("build_corpus", Source.VQA_RAD).success
    name = "groups/image_groups"
    assert not graph.table(name, "vqa_rad").equals(finished.table(name, "vqa_rad"))
    assert graph.table("splits/subjects", "vqa_rad").equals(finished.table("splits/subjects", "vqa_rad"))


def test_a_record_can_be_walked_back_to_its_files(finished: Graph) -> None:
    (record, *_) = INSTRUCTIONS.to_rows(finished.table("dataset/instructions"))
    approved = {row.record_id: row for row in APPROVED.to_rows(finished.table("qa/approved", "vqa_rad"))}[record.record_id]
    groups = {row.group_id: row for row in IMAGE_GROUPS.to_rows(finished.table("groups/image_groups", "vqa_rad"))}
    questions = {row.question_id: row for row in QUESTIONS.to_rows(finished.table("raw/questions", "vqa_rad"))}
    images = {row.image_id: row for row in RENDERED_IMAGES.to_rows(finished.table("rendered/images", "vqa_rad"))}
    assert approved.digest == record.digest
    for fact in approved.evidence:
        image = images[groups[approved.group_id].image_ids[fact.image_index]]
        assert questions[fact.said_by].study_id == image.study_id
    for path in record.images:
        assert (Path(finished.settings.storage_root) / path).is_file()


def test_the_synthetic_cohort_is_named_wherever_its_numbers_stand(finished: Graph) -> None:
    assert all(row.is_synthetic for row in BENCHMARK.to_rows(finished.table("dataset/benchmark")))
    table = finished.settings.export_path("leaderboard.md").read_text(encoding="utf-8")
    assert "synthetic cohort" in table


def test_beside_each_export_lies_a_sheet_of_its_terms(finished: Graph) -> None:
    for name in ("benchmark", "instructions"):
        sheet = json.loads(finished.settings.export_path(f"{name}.terms.json").read_text())
        n = finished.table(f"dataset/{name}").num_rows
        assert sheet == {
            "audience": "group",
            "records": n,
            "synthetic": n,
            "classes": {"open": n},
            "sources": {"vqa_rad": n},
        }


def test_exports_are_mantis_json_of_the_same_records(finished: Graph) -> None:
    for name, table in (("instructions", INSTRUCTIONS), ("benchmark", BENCHMARK)):
        exported = json.loads(finished.settings.export_path(f"{name}.json").read_text(encoding="utf-8"))
        assert [row["id"] for row in exported] == [row.record_id for row in table.to_rows(finished.table(f"dataset/{name}"))]
        assert set(exported[0]) == {"id", "images", "conversation", "source"}


def test_the_gate_fails_closed_without_decisions_and_says_what_is_missing(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    result = graph.run("assemble_dataset", Source.VQA_RAD)
    assert not result.success
    assert "python -m pipelines review list --source vqa_rad --pending" in failures(result)[0]
    (check,) = [one for one in result.get_asset_check_evaluations() if one.check_name == "review_is_complete"]
    needed = check.metadata["decisions needed"].value
    assert not check.passed and isinstance(needed, int) and needed > 0
    assert read_table(graph.settings.storage_root, "qa/approved", "vqa_rad") is None
    assert read_table(graph.settings.storage_root, "dataset/instructions") is None


def test_one_missing_decision_keeps_the_gate_closed(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    graph.review_synthetically()
    reviewed = graph.settings.review_ledger()
    with open_ledger(reviewed) as ledger:
        decisions = ledger.read()
    reviewed.unlink()
    for sibling in reviewed.parent.glob("decisions.sqlite-*"):
        sibling.unlink()
    with open_ledger(reviewed) as ledger:
        ledger.append(
            [
                NewDecision(one.item, one.item_digest, one.reviewer, one.verdict, None, None, is_synthetic=True)
                for one in decisions[1:]
                if one.verdict is Verdict.APPROVE
            ]
        )
    assert "decisions" in failures(graph.run("assemble_dataset", Source.VQA_RAD))[0]


def test_demo_decisions_open_nothing_for_a_real_source(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    graph.review_synthetically()
    real = [dataclasses.replace(row, is_synthetic=False) for row in VALIDATED.to_rows(graph.table("qa/validated", "vqa_rad"))]
    write_table(table_path(graph.settings.storage_root, "qa/validated", "vqa_rad"), VALIDATED.to_arrow(real))
    assert "synthetic" in failures(graph.run("assemble_dataset", Source.VQA_RAD))[0]


def run_dataset(graph: Graph, settings: Settings) -> dg.ExecuteInProcessResult:
    """Write the data set from what is approved, without asking the review gate again."""
    return (
        build_defs(settings)
        .resolve_job_def("assemble_dataset")
        .execute_in_process(
            instance=graph.instance,
            partition_key="vqa_rad",
            asset_selection=[dg.AssetKey(["dataset", name]) for name in ("benchmark", "instructions", "withheld_records")],
            run_config=QUIET,
            raise_on_error=False,
        )
    )


def with_leak(records: list[Record]) -> list[Record]:
    (held_out, *_) = [row for row in records if row.split is Split.HELD_OUT]
    return [*records, dataclasses.replace(held_out, record_id="record-leak", split=Split.TRAIN)]


def test_a_subject_on_both_sides_closes_the_review_gate(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    leaky = with_leak(VALIDATED.to_rows(graph.table("qa/validated", "vqa_rad")))
    write_table(table_path(graph.settings.storage_root, "qa/validated", "vqa_rad"), VALIDATED.to_arrow(leaky))
    graph.review_synthetically()
    result = graph.run("assemble_dataset", Source.VQA_RAD)
    assert "did not pass no_subject_is_in_two_splits" in failures(result)[0]
    assert read_table(graph.settings.storage_root, "qa/approved", "vqa_rad") is None


def test_a_subject_on_both_sides_stops_the_training_records(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    leaky = with_leak(VALIDATED.to_rows(graph.table("qa/validated", "vqa_rad")))
    write_table(table_path(graph.settings.storage_root, "qa/approved", "vqa_rad"), APPROVED.to_arrow(leaky))
    result = run_dataset(graph, graph.settings)
    assert "nothing_is_shared_with_training, no_subject_is_in_two_splits" in failures(result)[0]
    assert read_table(graph.settings.storage_root, "dataset/instructions") is None
    assert not list(graph.settings.export_path("x").parent.glob("*.json"))


def test_one_table_of_several_can_be_made_alone(graph: Graph) -> None:
    run = dg.materialize(
        [raw],
        partition_key="vqa_rad",
        selection=dg.AssetSelection.assets(["raw", "studies"]),
        instance=graph.instance,
        resources={"io_manager": ParquetTables(storage_root=graph.settings.storage_root), "settings": graph.settings},
        run_config=QUIET,
    )
    assert run.success
    assert graph.table("raw/studies", "vqa_rad").num_rows > 0
    assert read_table(graph.settings.storage_root, "raw/labels", "vqa_rad") is None


def test_a_second_rendering_of_the_same_download_writes_no_image_again(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    folder = Path(graph.settings.storage_root) / "rendered" / "vqa_rad"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert graph.run("build_corpus", Source.VQA_RAD).success
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_table_of_rendered_images_that_cannot_be_read_is_made_again(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    whole = graph.table("rendered/images", "vqa_rad")
    Path(table_path(graph.settings.storage_root, "rendered/images", "vqa_rad")).write_bytes(b"PAR1 cut short")
    assert graph.run("build_corpus", Source.VQA_RAD).success
    assert graph.table("rendered/images", "vqa_rad").equals(whole)


def test_a_replaced_image_takes_the_approvals_of_its_records_away(graph: Graph, tmp_path: Path) -> None:
    root = tmp_path / "download"
    shutil.copytree(graph.settings.source_folders(Source.VQA_RAD).images, root)
    own = Graph(graph.settings.model_copy(update={"sources": SourceRoots(vqa_rad=root)}), graph.instance)
    assert own.run("build_corpus", Source.VQA_RAD).success
    before = VALIDATED.to_rows(own.table("qa/validated", "vqa_rad"))
    images = {row.image_id: row for row in RENDERED_IMAGES.to_rows(own.table("rendered/images", "vqa_rad"))}
    replaced = images[before[0].image_ids[0]]
    with Image.open(root / replaced.source_path) as picture:
        ImageOps.flip(picture).save(root / replaced.source_path, quality=95)
    assert own.run("build_corpus", Source.VQA_RAD).success
    after = {row.digest for row in VALIDATED.to_rows(own.table("qa/validated", "vqa_rad"))}
    shown_it = {row.digest for row in before if replaced.image_id in row.image_ids}
    assert shown_it and not shown_it & after


def test_a_missing_download_is_told_with_its_path_and_the_fix(tmp_path: Path) -> None:
    settings = Settings(storage_root=str(tmp_path / "storage"), sources={"vqa_rad": tmp_path / "nowhere"})
    with dg.DagsterInstance.ephemeral() as instance:
        result = Graph(settings, instance).run("build_corpus", Source.VQA_RAD)
    assert not result.success
    (message,) = failures(result)
    assert "SourceError" in message and str(tmp_path / "nowhere") in message


@pytest.mark.parametrize("name", ["build_corpus", "assemble_dataset", "evaluate"])
def test_the_jobs_are_there(finished: Graph, name: str) -> None:
    assert build_defs(finished.settings).resolve_job_def(name).name == name


def test_groups_are_those_of_the_design_and_the_ablations(finished: Graph) -> None:
    graph = build_defs(finished.settings).resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {"corpus", "dataset", "training", "evaluation", "ablations"}


def test_every_source_is_a_partition(finished: Graph) -> None:
    graph = build_defs(finished.settings).resolve_asset_graph()
    partitions = graph.get(dg.AssetKey(["raw", "studies"])).partitions_def
    assert partitions is not None and partitions.get_partition_keys() == [str(source) for source in Source]


def test_the_statistics_are_of_the_groups_and_records_of_this_graph(finished: Graph) -> None:
    rows = DATASET_STATISTICS.to_rows(finished.table("dataset/statistics"))
    size = {
        row.population: row.value
        for row in rows
        if row.measure == "size" and row.counted == "item" and row.source is None and row.split is None and row.subtask is None
    }
    n_records = sum(finished.table(name).num_rows for name in ("dataset/instructions", "dataset/benchmark"))
    assert size == {"groups": finished.table("groups/image_groups", "vqa_rad").num_rows, "records": n_records}
    report = finished.settings.export_path("statistics.md").read_text()
    assert "SYNTHETIC" in report.upper() and finished.settings.export_path("statistics.png").is_file()


def test_a_public_export_of_what_may_not_be_given_away_writes_no_file(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    records = VALIDATED.to_rows(graph.table("qa/validated", "vqa_rad"))
    real = [dataclasses.replace(record, source=Source.EMBED, is_synthetic=False) for record in records]
    write_table(table_path(graph.settings.storage_root, "qa/approved", "vqa_rad"), APPROVED.to_arrow(real))
    settings = graph.settings.model_copy(update={"exports": Exports(audience=Audience.PUBLIC)})
    result = run_dataset(graph, settings)
    assert not result.success
    (said,) = failures(result)
    assert "ExportError" in said and "embed" in said
    assert not list(settings.export_path("x").parent.glob("*.json"))
