"""The layout's promises: our packages win over foreign ones, and loading the code location stays light."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ["pipelines", "assets", "training", "evaluation"]


@pytest.mark.parametrize("name", PACKAGES)
def test_package_is_ours_and_not_a_foreign_one_of_that_name(name: str) -> None:
    found = importlib.util.find_spec(name)
    assert found is not None and found.origin is not None
    assert Path(found.origin).parent == ROOT / name


def test_loading_the_definitions_imports_no_model_library(tmp_path: Path) -> None:
    probe = (
        "import sys, assets.definitions; print(sorted({'torch', 'transformers', 'torchmetrics', 'sklearn'} & set(sys.modules)))"
    )
    environment = {"PATH": "/usr/bin:/bin", "MEDMIM_STORAGE_ROOT": str(tmp_path), "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PACKAGES)
def test_every_module_says_what_it_is_for(name: str) -> None:
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / name).rglob("*.py")}
    assert [str(path.relative_to(ROOT)) for path, tree in modules.items() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_is_longer_than_a_sitting(name: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / name).rglob("*.py")}
    assert {str(path): length for path, length in lengths.items() if length > 250} == {}


@pytest.mark.parametrize("name", PACKAGES)
def test_commands_answer_help(name: str) -> None:
    run = subprocess.run([sys.executable, "-m", name, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "usage:" in run.stdout
