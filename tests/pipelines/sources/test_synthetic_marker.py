from pipelines.choices import SourceFolders
from pipelines.sources.synthetic_marker import MARKER_NAME, are_synthetic


def test_genuine_reports_beside_synthetic_tables_are_not_taken_for_synthetic(tmp_path):
    cohort, genuine = tmp_path / "cohort", tmp_path / "genuine"
    for folder in (cohort, genuine):
        folder.mkdir()
    (cohort / MARKER_NAME).touch()
    assert are_synthetic(SourceFolders.at(cohort))
    assert not are_synthetic(SourceFolders(cohort, cohort, genuine))
    assert not are_synthetic(SourceFolders(cohort, genuine, cohort))
    assert not are_synthetic(SourceFolders(genuine, cohort, cohort))
