"""Invented records shaped like the release, written to files and audited as a user would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.audit.audit import audit_files
from pipelines.audit.kinds import Kind
from pipelines.audit.report import AuditReport, KindReport

Make = Callable[..., dict[str, Any]]


def make_record(
    question: str = "What does the first image show?",
    answer: str = "A nodule",
    images: tuple[str, ...] = ("a/1.png", "a/2.png"),
    id: object = "r1",
    source: str = "demo",
    n_marks: int | None = None,
) -> dict[str, Any]:
    marks = "<image>" * (len(images) if n_marks is None else n_marks)
    talk = [{"role": "user", "content": marks + question}, {"role": "assistant", "content": answer}]
    return {"id": id, "images": list(images), "conversation": talk, "source": source}


@pytest.fixture
def make() -> Make:
    return make_record


class Desk:
    """Writes lists of records to files and audits them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_files = 0

    def write(self, records: list[Any]) -> Path:
        self.n_files += 1
        path = self.folder / f"file{self.n_files}.json"
        path.write_text(json.dumps(records))
        return path

    def audit(self, benchmark: list[Any], *trains: list[Any]) -> AuditReport:
        return audit_files([self.write(benchmark)], [self.write(train) for train in trains])

    def find(self, records: list[Any], kind: Kind) -> KindReport:
        return next(found for found in self.audit(records).kinds if found.kind is kind)

    def kinds(self, *records: Any) -> set[str]:
        """Kinds found in the records, by name."""
        return {found.kind.value for found in self.audit(list(records)).kinds if found.count}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
