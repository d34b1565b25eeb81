import pytest

from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.sources.synthetic_marker import MARKER_NAME, is_synthetic


def test_a_claimed_folder_is_synthetic_and_may_be_claimed_again(tmp_path):
    root = tmp_path / "a" / "b"
    claim_folder(root, seed=1, subjects=9)
    (root / "more").write_text("x")
    claim_folder(root, seed=2, subjects=9)
    assert is_synthetic(root)
    assert (root / MARKER_NAME).read_text() == '{"synthetic": true, "seed": 2, "subjects": 9}\n'


def test_a_damaged_marker_still_marks(tmp_path):
    (tmp_path / MARKER_NAME).write_text("")
    assert is_synthetic(tmp_path)


def test_a_folder_that_holds_something_else_is_refused_and_stays_as_it_was(tmp_path):
    (tmp_path / "patients.csv").write_text("x")
    with pytest.raises(CohortError, match="may be a real download; nothing was written"):
        claim_folder(tmp_path, seed=1, subjects=9)
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]
    assert not is_synthetic(tmp_path)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CohortError, match="is a file"):
        claim_folder(tmp_path / "file", seed=1, subjects=9)
