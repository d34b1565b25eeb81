"""LLaVA JSON holds the same conversation under LLaVA's names."""

import json
from pathlib import Path

from pipelines.formats.llava import write_llava
from pipelines.formats.mantis import read_mantis


def test_released_file_becomes_llava_conversations(med_mim_root: Path, tmp_path: Path) -> None:
    file = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    usable = write_llava(file, tmp_path / "llava.json")
    assert len(usable.records) == 366 and not usable.problems
    for row, record in zip(json.loads((tmp_path / "llava.json").read_text()), file.records, strict=True):
        question, answer = row["conversations"]
        assert question == {"from": "human", "value": record.turns[0].content}
        assert answer == {"from": "gpt", "value": record.turns[1].content}
        assert (row["id"], row["image"], row["source"]) == (record.id, list(record.images), record.source)
