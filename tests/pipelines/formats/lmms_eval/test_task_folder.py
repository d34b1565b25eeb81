"""An exported folder is what lmms-eval's task guide asks for, and holds the benchmark without loss."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest
import yaml

from pipelines.formats.lmms_eval.task_folder import SCHEMA, write_task_folder
from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.records import Turn
from pipelines.vocabulary import Role

# the keys of TaskConfig in lmms-eval 0.7.3 that an exported task may use
KNOWN_KEYS = {
    *("task", "dataset_path", "dataset_kwargs", "test_split", "output_type", "doc_to_visual", "doc_to_text", "doc_to_messages"),
    *("doc_to_target", "process_results", "lmms_eval_specific_kwargs", "generation_kwargs", "metric_list", "cluster_key"),
    *("score_key", "metadata"),
}


class Config(yaml.SafeLoader):
    """Reads `!function utils.x` as that name."""


Config.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))


def record(record_id="r", question="<image>Q\nA: x\nB: y\n", answer="B: y", images=("a.jpg",)):
    return build_record(record_id, images, (Turn(Role.USER, question), Turn(Role.ASSISTANT, answer)), None)


def load_functions(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported_utils", folder / "utils.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_configuration_uses_known_keys_and_names_functions_that_exist(tmp_path: Path) -> None:
    write_task_folder(MantisFile((record(),)), tmp_path / "my_task", None)
    config = yaml.load((tmp_path / "my_task" / "my_task.yaml").read_text(), Config)
    functions = load_functions(tmp_path / "my_task")
    assert set(config) <= KNOWN_KEYS and config["task"] == "my_task"
    named = [value for key, value in config.items() if key.startswith("doc_to_") or key == "process_results"]
    named += [metric["aggregation"] for metric in config["metric_list"]]
    assert len(named) == 9
    for name in named:
        assert callable(getattr(functions, name.removeprefix("utils.")))
    assert (tmp_path / "my_task" / config["dataset_kwargs"]["data_files"][config["test_split"]]).is_file()
    # without it the kit stops an answer at its first blank line
    assert config["generation_kwargs"]["until"] == []


def test_every_metric_that_the_functions_give_has_an_aggregation(tmp_path: Path) -> None:
    write_task_folder(MantisFile((record(), record("o", "<image>Why?", "So."))), tmp_path / "t", None)
    functions = load_functions(tmp_path / "t")
    docs = pq.read_table(tmp_path / "t" / "data.parquet").to_pylist()
    metrics = [metric for doc in docs for metric in functions.process_results(doc, ["B"])]
    config = yaml.load((tmp_path / "t" / "t.yaml").read_text(), Config)
    assert sorted(metrics) == sorted(metric["metric"] for metric in config["metric_list"])
    assert all(config["score_key"] in logged and config["cluster_key"] in logged for logged in
               functions.process_results(docs[0], ["B"]).values())  # fmt: skip


def test_released_benchmark_is_kept_whole(med_mim_root: Path, tmp_path: Path) -> None:
    file = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json")
    write_task_folder(file, tmp_path / "mim_odir", None)
    table = pq.read_table(tmp_path / "mim_odir" / "data.parquet")
    assert table.schema.equals(SCHEMA)
    docs = table.to_pylist()
    assert [doc["content"] for doc in docs] == [record.turns[0].content for record in file.records]
    gap = docs[62]  # prints A, B and D
    assert gap["letters"] == ["A", "B", "D"] and len(gap["options"]) == 3
    repeats = [doc for doc in docs if len(set(doc["options"])) < len(doc["options"])]
    assert len(repeats) == 102  # printed twice, and twice in the export
    assert len({doc["key"] for doc in docs}) == 600


def test_options_up_to_z_repeated_ids_and_texts_that_look_like_times_survive(tmp_path: Path) -> None:
    letters = "ABCDEFGHIJ"
    lines = "".join(f"{letter}: 2019-05-0{place}\n" for place, letter in enumerate(letters))
    file = MantisFile((record("r", f"<image>When?\n{lines}", "J: 2019-05-09"), record("r")))
    write_task_folder(file, tmp_path / "t", None)
    docs = pq.read_table(tmp_path / "t" / "data.parquet").to_pylist()
    assert [doc["key"] for doc in docs] == ["r#0", "r#1"] and docs[0]["letters"] == list(letters)
    assert docs[0]["options"][9] == "2019-05-09" and docs[0]["letter"] == "J"
    assert load_functions(tmp_path / "t").process_results(docs[0], ["j."])["medmim_accuracy"]["score"] == 1


def test_the_exported_functions_need_nothing_of_this_project(tmp_path: Path) -> None:
    write_task_folder(MantisFile((record(),)), tmp_path / "t", None)
    code = "import utils; print(utils.read_letter('(B)', ['A', 'B'], ['x', 'y']))"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path / "t", capture_output=True, text=True, check=True
    )  # -S: standard library alone
    assert ran.stdout == "B\n"


def test_an_earlier_export_is_written_anew_and_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    write_task_folder(MantisFile((record(), record("s"))), tmp_path / "t", None)
    write_task_folder(MantisFile((record(),)), tmp_path / "t", None)
    assert pq.read_table(tmp_path / "t" / "data.parquet").num_rows == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "utils.py").write_text("mine")
    with pytest.raises(FormatError, match="holds other files"):
        write_task_folder(MantisFile((record(),)), tmp_path / "mine", None)
    assert (tmp_path / "mine" / "utils.py").read_text() == "mine"


@pytest.mark.parametrize("name", ["a task", "a,b", "a.b"])
def test_a_folder_whose_name_is_no_task_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match="choose another --out"):
        write_task_folder(MantisFile((record(),)), tmp_path / name, None)
