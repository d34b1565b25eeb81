from dataclasses import replace

import pytest

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.absent_views import check_absent_views, named_sequences, named_views
from pipelines.validation.context import Context
from pipelines.vocabulary import Modality, Sequence, View

FRONTAL = [
    "The lateral view shows the effusion best.",
    "On the lateral film, the first image is clear.",
    "Both images agree with the lateral radiograph.",
    "Is the effusion seen on the lateral projection as well?",
    "The PA film shows cardiomegaly.",
    "In the first PA view, the heart is enlarged.",
    "The postero-anterior projection is rotated.",
    "The mass is seen on ultrasound.",
    "As on the chest CT, the nodule is solid.",
    "The MRI shows the tumour in both images.",
]
MAMMOGRAPHIC = [
    "The MLO view of the left breast shows a mass.",
    "In the mediolateral oblique view, the mass is hidden.",
    "On the ML view, the mass is lower.",
    "The exaggerated craniocaudal view shows the axilla.",
    "The lateral view shows no mass.",
    "The mass is solid on ultrasound.",
    "The breast MRI shows enhancement.",
]
OF_T1_ALONE = [
    "The tumour is bright on FLAIR in both images.",
    "In the T2-weighted image, the oedema is bright.",
    "The lesion is hyperintense on T2.",
    "Restricted diffusion is seen on DWI.",
    "The T2-FLAIR image shows oedema.",
    "Blooming on SWI is seen in the second image.",
    "On diffusion-weighted images, the tumour is bright.",
    "The fluid-attenuated inversion recovery image is normal.",
]


def _show(good, text: str, **shown: object) -> tuple[Record, Context]:
    images = [replace(image, **{"modality": None, **shown}) for image in good.images]
    return replace(good.first("statement"), question=text), Context.of(good.groups, images)


@pytest.mark.parametrize("text", FRONTAL)
def test_a_view_or_modality_that_no_chest_film_is_of_is_found(good, text: str):
    failure = check_absent_views(*_show(good, text, view=View.AP, modality=Modality.XRAY))
    assert failure is not None and failure.reason is Reason.ABSENT_IMAGE


@pytest.mark.parametrize("text", MAMMOGRAPHIC)
def test_a_view_or_modality_that_no_mammogram_is_of_is_found(good, text: str):
    assert check_absent_views(*_show(good, text, view=View.CC, modality=Modality.MAMMOGRAPHY)) is not None


@pytest.mark.parametrize("text", OF_T1_ALONE)
def test_a_sequence_that_no_image_is_of_is_found(good, text: str):
    assert check_absent_views(*_show(good, text, sequence=Sequence.CT1, modality=Modality.MRI)) is not None


@pytest.mark.parametrize("text", [*FRONTAL, *MAMMOGRAPHIC, *OF_T1_ALONE])
def test_nothing_is_held_against_a_text_where_the_source_does_not_tell_what_the_images_are(good, text: str):
    assert check_absent_views(*_show(good, text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "The AP film shows cardiomegaly.",
        "In the portable AP radiograph, the heart is enlarged.",
        "Is the first image a lateral view?",
        "Are both images frontal?",
        "Lateral displacement of the trachea is seen in the first image.",
        "The lateral ventricles are enlarged in the second image.",
        "The lateral costophrenic angle is blunted in both images.",
        "Additional ultrasound is recommended.",
        "A CT would show more than the two images.",
        "The heart is wider in the second image.",
    ],
)
def test_chest_films_may_be_spoken_of_as_what_they_are(good, text: str):
    assert check_absent_views(*_show(good, text, view=View.AP, modality=Modality.XRAY)) is None


@pytest.mark.parametrize(
    "text",
    [
        "The tumour enhances on contrast-enhanced T1-weighted images.",
        "The T1-weighted images show a rim of enhancement.",
        "On CT1, the rim is bright.",
        "The post-contrast T1 image shows the tumour.",
        "The contrast in the T1-weighted images after gadolinium is strong.",
        "Unlike on FLAIR, fluid is dark.",
        "It is T1-weighted rather than T2-weighted.",
        "The tumour reaches T2 and T3 of the spine in neither image, or does it?",
    ],
)
def test_enhanced_t1_images_may_be_spoken_of_as_what_they_are(good, text: str):
    assert check_absent_views(*_show(good, text, sequence=Sequence.CT1, modality=Modality.MRI)) is None


def test_a_distractor_may_name_what_is_not_there(good):
    record, context = _show(good, "Which projection do both images have?", view=View.AP, modality=Modality.XRAY)
    options = ("The AP view", "The lateral view", "The PA view")
    assert check_absent_views(replace(record, options=options, answer=options[0]), context) is None
    assert check_absent_views(replace(record, options=options, answer=options[1]), context) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unenhanced T1-weighted", {Sequence.T1}),
        ("non-enhanced T1 image", {Sequence.T1}),
        ("gadolinium-enhanced T1", {Sequence.CT1}),
        ("T1 with contrast", {Sequence.CT1}),
        ("T2-FLAIR", {Sequence.FLAIR}),
        ("FLAIR and T2", {Sequence.FLAIR, Sequence.T2}),
        ("conventional T2-weighted", {Sequence.T2}),
        ("the second image", set()),
    ],
)
def test_sequences_are_told_apart(text: str, expected: set[Sequence]):
    assert named_sequences(text) == expected


def test_views_are_told_apart():
    assert named_views("the CC view and the MLO view") == {View.CC, View.MLO}
    assert named_views("the mediolateral view") == {View.ML}
    assert named_views("the mediolateral oblique view") == {View.MLO}
    assert named_views("the exaggerated CC view") == {View.XCCL}
