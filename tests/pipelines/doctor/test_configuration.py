from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Doctor = Callable[..., tuple[int, list[dict[str, Any]], str]]

SECRET = "sk-proj-abcdef0123456789"


@pytest.mark.parametrize(
    "endpoint",
    [
        f'model = "m"\napi_key = "{SECRET}"',
        f'base_url = "http://127.0.0.1:1/v1"\nmodel = "m"\ntimeout_seconds = "{SECRET}"',
        f'base_url = "http://127.0.0.1:1/v1"\nmodel = "m"\napi_key_variable = "{SECRET}"',
        f'base_url = "http://user:{SECRET}@127.0.0.1:1/v1"\nmodel = "m"\napi_key_variable = "{SECRET}"',
    ],
    ids=["unknown key", "wrong field", "instead of the variable's name", "in the address"],
)
def test_a_key_that_was_written_into_the_settings_is_never_repeated(doctor: Doctor, endpoint: str) -> None:
    code, _, text = doctor(f'[generation]\njudge = "x"\n[endpoints.x]\n{endpoint}\n')
    assert code == 1
    assert SECRET not in text


def test_a_missing_key_of_an_endpoint_is_told_without_its_neighbours(doctor: Doctor) -> None:
    _, findings, text = doctor(f'[endpoints.x]\nmodel = "{SECRET}"\n')
    [problem] = [finding for finding in findings if finding["level"] == "problem"]
    assert (problem["what"], problem["got"]) == ("endpoints.x.base_url", "nothing")
    assert SECRET not in text


def test_masks_that_do_not_exist_on_the_chosen_grid_are_a_problem(doctor: Doctor) -> None:
    code, findings, _ = doctor('[reading.lumiere]\nsegmentation_tool = "HD-GLIO-AUTO"\n')
    assert code == 1
    assert [finding["what"] for finding in findings if finding["level"] == "problem"] == ["reading.lumiere"]


def test_files_that_are_named_must_be_files(doctor: Doctor, here: Path) -> None:
    (here / "there.jsonl").write_text("{}\n")
    (here / "folder.json").mkdir()
    code, findings, _ = doctor(
        '[evaluation.models]\ngood = "file:there.jsonl"\nbad = "file:gone.jsonl"\nrule = "baseline:chance"\n'
        '[audit]\ntrain = ["folder.json"]\n'
    )
    assert code == 1
    got = {finding["what"]: finding["got"] for finding in findings if finding["level"] == "problem"}
    assert got == {"evaluation.models.bad": "no such file", "audit.train": "a folder"}


def test_a_price_list_that_cannot_be_read_is_a_problem(doctor: Doctor) -> None:
    code, findings, _ = doctor('prices = "gone.yaml"\n')
    assert code == 1
    assert [finding["what"] for finding in findings if finding["level"] == "problem"] == ["prices"]
