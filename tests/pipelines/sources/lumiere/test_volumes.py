import pytest

from pipelines.compartments import COMPARTMENTS, Compartment, tumour_labels
from pipelines.reasons import Reason
from pipelines.sources.lumiere.files import MEASURED_VOLUMES
from pipelines.sources.lumiere.folder_listing import FolderListing
from pipelines.sources.lumiere.sessions import Session, SessionKey
from pipelines.sources.lumiere.volumes import parse_volumes, read_volumes
from pipelines.sources.row_problem import RowProblem
from pipelines.vocabulary import SegmentationTool


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"Enhancing_Core": ', Reason.TEXT_DAMAGED),
        ("", Reason.TEXT_DAMAGED),
        ("[1, 2]", Reason.ROW_NOT_AN_OBJECT),
        ('{"Enhancing": 1}', Reason.FIELD_MISSING),
        ('{"Enhancing_Core": null}', Reason.FIELD_WRONG_TYPE),
        ('{"Enhancing_Core": true}', Reason.FIELD_WRONG_TYPE),
        ('{"Enhancing_Core": NaN}', Reason.FIELD_WRONG_TYPE),
        ('{"Enhancing_Core": -1}', Reason.FIELD_WRONG_TYPE),
        ('{"Enhancing_Core": 1' + "0" * 400 + "}", Reason.FIELD_WRONG_TYPE),
    ],
)
def test_text_that_states_no_volume_is_told_why(text, reason):
    with pytest.raises(RowProblem) as caught:
        parse_volumes(text)
    assert caught.value.reason is reason


def test_broken_files_are_rejected_and_the_others_give_labels(tmp_path):
    sessions = [Session(SessionKey(1, week, 0), f"Imaging/Patient-001/week-{week:03d}") for week in range(4)]
    contents = [b'{"Enhancing_Core": 12.5, "Necrotic_NonEnhancing": "0", "Edema_Compartment": 7}', b"\xff\xfe", b"{"]
    for session, content in zip(sessions, contents, strict=False):
        path = tmp_path / session.path / MEASURED_VOLUMES
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    corpus = read_volumes(tmp_path, sessions, {session.path: FolderListing(tmp_path / session.path) for session in sessions})
    assert [(label.code, label.value) for label in corpus.labels] == [
        ("enhancing_mm3", "12.5"),
        ("necrotic_non_enhancing_mm3", "0"),
        ("edema_mm3", "7"),
    ]
    assert {label.study_id for label in corpus.labels} == {sessions[0].key.study_id}
    assert [rejection.reason for rejection in corpus.rejections] == [Reason.TEXT_DAMAGED] * 2
    assert (corpus.found, corpus.used) == ({"file of measured volumes": 3}, {"file of measured volumes": 1})


def test_enhancing_tumour_is_another_number_in_each_program_and_edema_is_never_tumour():
    enhancing = {
        tool: next(n for n, what in COMPARTMENTS[tool].items() if what is Compartment.ENHANCING) for tool in COMPARTMENTS
    }
    assert enhancing == {SegmentationTool.DEEP_BRA_TUM_IA: 1, SegmentationTool.HD_GLIO_AUTO: 2}
    for tool in SegmentationTool:
        assert {COMPARTMENTS[tool][n] for n in tumour_labels(tool)}.isdisjoint({Compartment.EDEMA, Compartment.T2_ABNORMALITY})
