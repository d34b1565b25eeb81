"""One small group of every inherent sub-task, and records that a careful person would write of it."""

from dataclasses import replace

from pipelines.generation.record import digest_shown
from pipelines.records import Fact, ImageGroup, Record, RenderedImage
from pipelines.terms_of_use import DataClass
from pipelines.validation.context import Context, Failure
from pipelines.validation.labels.check import check_labels
from pipelines.validation.labels.expected import derive_class
from pipelines.vocabulary import (
    Ability,
    AnswerType,
    ImageOrder,
    ImageRole,
    Laterality,
    Origin,
    Sequence,
    Source,
    Split,
    SubTask,
    View,
)

WORDS: dict[SubTask, dict[str, str]] = {
    SubTask.TWO_VIEW_ASSESSMENT: {
        "A": "Incomplete, additional imaging needed",
        "N": "Negative",
        "B": "Benign finding",
        "P": "Probably benign finding",
        "S": "Suspicious abnormality",
        "M": "Highly suggestive of malignancy",
        "K": "Known biopsy-proven malignancy",
    },
    SubTask.RESECTION_EXTENT: {"complete": "Gross total resection", "partial": "Residual tumour remains"},
    SubTask.VISIT_PROGRESSION: {
        "worsening": "Progressive disease",
        "stable": "Stable disease",
        "improving": "Partial response",
    },
    SubTask.FINDING_PROGRESSION: {"improving": "It has decreased", "stable": "No change", "worsening": "It has grown"},
    SubTask.EYE_DIAGNOSIS: {
        "normal": "A normal fundus",
        "diabetes": "Diabetic retinopathy",
        "glaucoma": "Glaucoma",
        "cataract": "Cataract",
        "amd": "Age-related macular degeneration",
        "hypertension": "Hypertensive retinopathy",
        "myopia": "Pathological myopia",
        "other": "A disease not listed",
    },
    SubTask.SAME_DIAGNOSIS: {"same": "The same diagnosis", "different": "Different diagnoses"},
}
WORDS[SubTask.NEXT_ASSESSMENT] = WORDS[SubTask.TWO_VIEW_ASSESSMENT]
WORDS[SubTask.NEXT_STATUS] = WORDS[SubTask.VISIT_PROGRESSION]
PLACES = {"1": "The first image", "2": "Image 2", "3": "The last image"}
QUESTIONS = {
    SubTask.SUSPICIOUS_IMAGE: "Which of the three images shows signs of malignancy?",
    SubTask.VIEW_IDENTIFICATION: "Which image is the mediolateral oblique view?",
    SubTask.TWO_VIEW_ASSESSMENT: "Which BI-RADS category do the two images of the left breast support?",
    SubTask.NEXT_ASSESSMENT: "Given the two images, which BI-RADS category will the next visit bring?",
    SubTask.SEQUENCE_IDENTIFICATION: "Which image is the FLAIR image?",
    SubTask.RESECTION_EXTENT: "Compare the two images: how much of the enhancing tumour was removed?",
    SubTask.VISIT_PROGRESSION: "What is the status at the visit of the second image, after the first image?",
    SubTask.NEXT_STATUS: "Given the two images, what will the status be at the next visit?",
    SubTask.FINDING_PROGRESSION: "How has the pleural effusion changed from the first image to the second image?",
    SubTask.EYE_DIAGNOSIS: "The first image is the left eye, the second image the right eye. What does the right eye show?",
    SubTask.SAME_DIAGNOSIS: "Do the two images, of the left and the right eye, show the same diagnosis?",
}


def fact(place: int | None, code: str, value: str) -> Fact:
    return Fact(image_index=place, said_by=f"study-{place}", code=code, value=value)


def _eyes(*said: tuple[int, str, str]) -> tuple[Fact, ...]:
    return tuple(fact(*one) for one in said)


_BOTH_EYES = (ImageRole.LEFT_EYE, ImageRole.RIGHT_EYE)
_VISITS = (ImageRole.PRIOR, ImageRole.CURRENT)
_EARLIER = (ImageRole.EARLIER_VISIT,) * 2
_CASES: dict[SubTask, tuple[Source, str | None, str, tuple[ImageRole, ...], tuple[Fact, ...]]] = {
    SubTask.SUSPICIOUS_IMAGE: (
        Source.EMBED,
        None,
        "2",
        (ImageRole.BESIDE, ImageRole.ASKED, ImageRole.BESIDE),
        (fact(0, "birads", "N"), fact(1, "birads", "M"), fact(1, "path_severity", "0"), fact(2, "birads", "B")),
    ),
    SubTask.VIEW_IDENTIFICATION: (
        Source.EMBED,
        "MLO",
        "2",
        (ImageRole.BESIDE, ImageRole.ASKED),
        (fact(0, "view", "CC"), fact(0, "laterality", "L"), fact(1, "view", "MLO"), fact(1, "laterality", "L")),
    ),
    SubTask.TWO_VIEW_ASSESSMENT: (
        Source.EMBED,
        None,
        "S",
        (ImageRole.CC_VIEW, ImageRole.MLO_VIEW),
        (fact(0, "birads", "S"), fact(0, "breast_density", "C"), fact(1, "birads", "S")),
    ),
    SubTask.NEXT_ASSESSMENT: (
        Source.EMBED,
        None,
        "B",
        _EARLIER,
        (fact(0, "birads", "N"), fact(1, "birads", "N"), fact(None, "birads", "B"), fact(None, "days_after_last_visit", "360")),
    ),
    SubTask.SEQUENCE_IDENTIFICATION: (
        Source.LUMIERE,
        "FLAIR",
        "3",
        (ImageRole.BESIDE, ImageRole.BESIDE, ImageRole.ASKED),
        (fact(0, "sequence", "T2"), fact(1, "sequence", "CT1"), fact(2, "sequence", "FLAIR")),
    ),
    SubTask.RESECTION_EXTENT: (
        Source.LUMIERE,
        None,
        "partial",
        (ImageRole.BEFORE_SURGERY, ImageRole.AFTER_SURGERY),
        (fact(0, "rano", "pre_op"), fact(1, "rano", "post_op"), fact(1, "resection", "partial")),
    ),
    SubTask.VISIT_PROGRESSION: (
        Source.LUMIERE,
        None,
        "worsening",
        _VISITS,
        (fact(0, "rano", "SD"), fact(1, "enhancing_mm3", "900"), fact(1, "rano", "PD")),
    ),
    SubTask.NEXT_STATUS: (
        Source.LUMIERE,
        None,
        "improving",
        _EARLIER,
        (fact(0, "rano", "SD"), fact(1, "rano", "SD"), fact(None, "rano", "CR"), fact(None, "days_after_last_visit", "90")),
    ),
    SubTask.FINDING_PROGRESSION: (
        Source.MS_CXR_T,
        "pleural_effusion",
        "improving",
        _VISITS,
        (fact(1, "pleural_effusion_progression", "improving"), fact(1, "report_impression", "Effusion is larger.")),
    ),
    SubTask.EYE_DIAGNOSIS: (
        Source.ODIR,
        "R",
        "diabetes",
        _BOTH_EYES,
        _eyes(
            (0, "eye_diagnosis", "glaucoma"),
            (0, "keyword", "suspected glaucoma"),
            (1, "eye_diagnosis", "diabetes"),
            (1, "keyword", "moderate nonproliferative retinopathy"),
            (1, "keyword", "drusen"),
        ),
    ),
    SubTask.SAME_DIAGNOSIS: (
        Source.ODIR,
        None,
        "different",
        _BOTH_EYES,
        _eyes(
            (0, "eye_diagnosis", "glaucoma"),
            (0, "keyword", "glaucoma"),
            (1, "eye_diagnosis", "normal"),
            (1, "keyword", "normal fundus"),
        ),
    ),
}
SUBTASKS = tuple(_CASES)


def group_of(subtask: SubTask) -> ImageGroup:
    """Return the group of a sub-task."""
    source, asked, label, roles, facts = _CASES[subtask]
    n_images = len(roles)
    return ImageGroup(
        source=source,
        group_id=f"group-{subtask}",
        origin=Origin.INHERENT,
        ability=Ability.COMPARISON,
        subtask=subtask,
        split=Split.TRAIN,
        image_ids=tuple(f"image-{place}" for place in range(n_images)),
        subject_ids=("subject-1",) * n_images,
        unit_id="unit-1",
        facts=facts,
        rule="",
        order=ImageOrder.CHRONOLOGICAL,
        roles=roles,
        asked=asked,
        label=label,
        days_since_first=(None,) * n_images,
    )


def say(subtask: SubTask, name: str) -> str:
    """Return the words of one class of a sub-task."""
    return WORDS.get(subtask, PLACES)[name]


def wrong_classes(subtask: SubTask) -> tuple[str, ...]:
    """Return the classes that the facts of the sub-task's group refute."""
    group = group_of(subtask)
    names = WORDS.get(subtask) or tuple(PLACES)[: len(group.image_ids)]
    true_as_well = ("amd", "other") if subtask is SubTask.EYE_DIAGNOSIS else ()  # for drusen
    return tuple(name for name in names if name != group.label and name not in true_as_well)


def closed_of(subtask: SubTask, key: str | None = None) -> Record:
    """Return a closed record of a sub-task's group; `key` puts another class in the place of the right one."""
    group = group_of(subtask)
    chosen = key or group.label
    names = tuple(sorted({chosen, *(name for name in (*wrong_classes(subtask), group.label) if name != chosen)}))[:7]
    names = names if chosen in names else (*names[:-1], chosen)
    record = replace(
        open_of(subtask),
        answer_type=AnswerType.CLOSED,
        options=tuple(say(subtask, name) for name in names),
        letter="ABCDEFG"[names.index(chosen)],
        answer=say(subtask, chosen),
        answer_class=chosen,
        option_classes=names,
    )
    return sealed(record)


def open_of(subtask: SubTask, answer: str | None = None) -> Record:
    """Return an open record of a sub-task's group."""
    group = group_of(subtask)
    expected = derive_class(group)
    assert expected is not None
    return sealed(
        Record(
            source=group.source,
            record_id=f"record-{subtask}",
            version=1,
            digest="",
            group_id=group.group_id,
            origin=group.origin,
            ability=group.ability,
            subtask=subtask,
            answer_type=AnswerType.OPEN,
            split=group.split,
            image_ids=group.image_ids,
            subject_ids=group.subject_ids,
            unit_id=group.unit_id,
            question=QUESTIONS[subtask],
            options=(),
            letter=None,
            answer=answer or say(subtask, group.label),
            evidence=expected.rests_on,
            flags=(),
            generator="openai:test",
            template_id="prompt",
            template_hash="",
            ledger_key=None,
            asked=group.asked,
            answer_class=group.label,
            option_classes=(),
            quotes=(),
            data_class=DataClass.OPEN,
        )
    )


def sealed(record: Record) -> Record:
    """Return a record with the digest of what it shows."""
    shown = digest_shown(record.question, record.options, record.letter, record.answer, record.image_ids)
    return replace(record, digest=shown)


def images_of(group: ImageGroup) -> list[RenderedImage]:
    """Return the rendered images of a group: mammograms of a left breast, CC then MLO; contrast-enhanced T1."""
    is_breast, is_brain = group.source is Source.EMBED, group.source is Source.LUMIERE
    views = (View.CC, View.MLO) if group.subtask is SubTask.TWO_VIEW_ASSESSMENT else (View.CC,) * 3
    return [
        RenderedImage(
            source=group.source,
            image_id=image_id,
            source_image_id=f"source-{image_id}",
            source_path="",
            subject_id="subject-1",
            study_id="study",
            modality=None,
            organ=None,
            view=views[place] if is_breast else None,
            laterality=Laterality.LEFT if is_breast else None,
            sequence=Sequence.CT1 if is_brain else None,
            image_type=None,
            plane=None,
            slice_index=None,
            path="",
            width=1,
            height=1,
            sha256=image_id,
            pixel_sha256=image_id,
            duplicate_of=None,
            steps=(),
        )
        for place, image_id in enumerate(group.image_ids)
    ]


def check(record: Record, group: ImageGroup | None = None) -> Failure | None:
    """Return what the rule says of a record of a sub-task's group, or of a changed one."""
    group = group or group_of(record.subtask)
    return check_labels(record, Context.of([group], images_of(group)))
