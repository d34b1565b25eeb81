"""An export reaches no more people than the terms of every source in it allow."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.governance.exports import ExportError, check_export, check_tagged_export, classify_source_tag
from pipelines.governance.policy import Policy
from pipelines.terms_of_use import Audience
from pipelines.vocabulary import AnswerType, Source, SubTask

MakePolicy = Callable[[str], Policy]


@pytest.mark.parametrize(
    ("audience", "allowed"),
    [
        (Audience.GROUP, set(Source)),
        (Audience.AGREEMENT, {Source.LUMIERE, Source.VQA_RAD, Source.LLAVA_MED}),
        (Audience.PUBLIC, {Source.VQA_RAD}),
    ],
)
def test_each_source_has_its_widest_audience(make_policy: MakePolicy, audience: Audience, allowed: set[Source]) -> None:
    policy = make_policy("")
    passed = set()
    for source in Source:
        try:
            check_export([(source, False)], audience, policy)
        except ExportError:
            continue
        passed.add(source)
    assert passed == allowed


def test_synthetic_records_may_go_to_anybody(make_policy: MakePolicy) -> None:
    check_export([(source, True) for source in Source], Audience.PUBLIC, make_policy(""))


def test_one_real_record_among_synthetic_ones_stops_the_export_and_is_counted(make_policy: MakePolicy) -> None:
    policy = make_policy("")
    rows = [(Source.EMBED, True)] * 5 + [(Source.EMBED, False)] * 2 + [(Source.VQA_RAD, False)] * 3 + [(Source.MS_CXR_T, False)]
    with pytest.raises(ExportError) as caught:
        check_export(rows, Audience.PUBLIC, policy)
    assert str(caught.value).splitlines()[:3] == [
        "nothing was exported for the audience public:",
        "  2 record(s) of embed (registered): for group at most",
        "  1 record(s) of ms_cxr_t (credentialed): for group at most",
    ]
    assert f"in {policy.path}" in str(caught.value)


def test_a_signed_permission_widens_one_source_alone(make_policy: MakePolicy) -> None:
    permission = '[sources.embed.permission]\ntext = "letter"\nsigned_by = "A. Steward"\ndate = 2026-01-31\n'
    policy = make_policy(f'[sources.embed]\naudience = "agreement"\n{permission}')
    check_export([(Source.EMBED, False)], Audience.AGREEMENT, policy)
    with pytest.raises(ExportError):
        check_export([(Source.EMBED, False)], Audience.PUBLIC, policy)
    with pytest.raises(ExportError):
        check_export([(Source.ODIR, False)], Audience.AGREEMENT, policy)


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("answer_type", AnswerType)
def test_our_own_tags_name_their_source(source: Source, answer_type: AnswerType) -> None:
    assert {classify_source_tag(f"{source}_{subtask}_{answer_type}") for subtask in SubTask} == {source}


@pytest.mark.parametrize(
    ("tag", "source"),
    [
        ("EMBED_multichoice_typeA_ImgLen2_PosNum1_randomAttempt10", Source.EMBED),
        ("EMBED_conv_typeB_ImgLenRandom_Forecast1Year", Source.EMBED),
        ("LUMIERE_multichoice_typeC", Source.LUMIERE),
        ("MS_CXR_T_conv_pleural_effusion", Source.MS_CXR_T),
        ("MS_CXR_T_vqa_edema_20250124", Source.MS_CXR_T),
        ("VQA_ODIR_instruction_multichoice_20250124", Source.ODIR),
        ("VQA_ODIR_instruction_conversation", Source.ODIR),
        ("VQA_RAD_instruction_GPT4o_20250123", Source.VQA_RAD),
    ],
)
def test_released_tags_name_their_source(tag: str, source: Source) -> None:
    assert classify_source_tag(tag) is source


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "demo",
        "vqa_rad",
        "vqa_rad_and_mimic_closed",
        "my_vqa_rad_located_question_open",
        "vqa_rad_located_question_open_plus_mimic",
        "VQA_RAD_instruction_GPT4o_20250123_and_more",
        "vqa_rad_located_question_open\nmore",
        "mimic_finding_progression_open",
    ],
)
def test_a_tag_that_is_merely_alike_names_none(tag: str) -> None:
    assert classify_source_tag(tag) is None


def test_every_record_of_the_released_files_has_a_known_source(med_mim_root: Path) -> None:
    found = {}
    for path in sorted(med_mim_root.glob("*.json")):
        tags = [record["source"] for record in json.loads(path.read_text(encoding="utf-8"))]
        found[path.stem] = {classify_source_tag(tag) for tag in tags}
    assert found == {
        "Med_MIM_benchmark_Held_out_ODIR": {Source.ODIR},
        "Med_MIM_benchmark_Held_out_RAD": {Source.VQA_RAD},
    }


@pytest.mark.parametrize("audience", [Audience.AGREEMENT, Audience.PUBLIC])
def test_records_of_no_known_source_stay_in_the_group(make_policy: MakePolicy, audience: Audience) -> None:
    tags = ["VQA_RAD_instruction_GPT4o_20250123", "somebody's", "somebody else's"]
    with pytest.raises(ExportError, match=r"2 record\(s\) of no known source: for group at most"):
        check_tagged_export(tags, audience, make_policy(""))
    check_tagged_export(tags, Audience.GROUP, make_policy(""))


def test_a_file_is_judged_by_the_sources_that_its_tags_name(make_policy: MakePolicy) -> None:
    policy = make_policy("")
    check_tagged_export(["vqa_rad_located_question_open"], Audience.PUBLIC, policy)
    with pytest.raises(ExportError, match=r"2 record\(s\) of ms_cxr_t \(credentialed\)"):
        check_tagged_export(["ms_cxr_t_finding_progression_closed", "MS_CXR_T_vqa_edema"], Audience.PUBLIC, policy)
