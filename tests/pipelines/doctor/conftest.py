"""A folder with settings and a policy of its own, in which doctor is run as a user runs it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.__main__ import main

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no settings at all."""
    monkeypatch.delenv("MEDMIM_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def doctor(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command with these files; returns exit code, findings and what was printed."""

    def run(settings: str = "", policy: str = "", *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        if settings:
            (here / "medmim.toml").write_text(settings, encoding="utf-8")
        if policy:
            (here / "policy.toml").write_text(policy, encoding="utf-8")
        code = main(["doctor", "--json", "out.json", *arguments])
        printed = capsys.readouterr()
        document = (here / "out.json").read_text()
        return code, json.loads(document)["findings"], printed.out + printed.err + document

    return run


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    return "127.0.0.1", 0
