"""The audit as an asset: counts in the metadata, texts of records in the exported report alone."""

import json
from pathlib import Path

import dagster as dg

from assets.definitions import build_defs
from pipelines.settings import Settings
from tests.assets.graphs import QUIET


def record(number: int, options: str, answer: str) -> dict[str, object]:
    question = f"<image><image>Which of the two private words is it, {number}?\n{options}"
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": f"r{number}", "images": [f"{number}_left.jpg", f"{number}_right.jpg"], "conversation": turns, "source": "X"}


def run_audit(settings: Settings) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.define_asset_job("audit", selection=dg.AssetSelection.assets(["evaluation", "released_audit"]))
        definitions = build_defs(settings)
        found = dg.Definitions(assets=definitions.assets, jobs=[job], resources=definitions.resources)
        return found.resolve_job_def("audit").execute_in_process(instance=instance, run_config=QUIET)


def test_released_files_of_the_settings_are_audited_and_no_text_reaches_the_metadata(tmp_path: Path) -> None:
    benchmark, train = tmp_path / "b.json", tmp_path / "t.json"
    benchmark.write_text(json.dumps([record(0, "A: cyst\nB: cyst\n", "B: cyst"), record(1, "A: cyst\nB: mass\n", "A: cyst")]))
    train.write_text(json.dumps([record(1, "A: cyst\nB: mass\n", "A: cyst")]))
    settings = Settings(storage_root=str(tmp_path / "st"), audit={"benchmark": (benchmark,), "train": (train,)})
    result = run_audit(settings)
    [made] = [event for event in result.all_events if event.is_step_materialization]
    metadata = made.step_materialization_data.materialization.metadata
    assert "one option text stands under several letters" in str(metadata["audit"].value)
    assert "cyst" not in str(metadata) and "private" not in str(metadata)
    report = json.loads(settings.export_path("released_audit.json").read_text())
    assert report["defects"]["duplicate_options"]["count"] == 1
    assert report["overlap"]["image_groups"] == 1
    assert "duplicate_options" in settings.export_path("released_audit.txt").read_text()


def test_a_file_that_is_both_scored_and_audited_counts_once(tmp_path: Path) -> None:
    benchmark = tmp_path / "b.json"
    benchmark.write_text(json.dumps([record(0, "A: cyst\nB: cyst\n", "B: cyst")]))
    settings = Settings(
        storage_root=str(tmp_path / "st"), evaluation={"released": {"odir": benchmark}}, audit={"benchmark": (benchmark,)}
    )
    run_audit(settings)
    assert json.loads(settings.export_path("released_audit.json").read_text())["records"] == 1


def test_without_a_released_file_the_table_is_empty_and_says_which_setting_names_one(tmp_path: Path) -> None:
    result = run_audit(Settings(storage_root=str(tmp_path)))
    [made] = [event for event in result.all_events if event.is_step_materialization]
    metadata = made.step_materialization_data.materialization.metadata
    assert "audit.benchmark" in str(metadata["audit"].value)
    assert metadata["dagster/row_count"].value == 0
