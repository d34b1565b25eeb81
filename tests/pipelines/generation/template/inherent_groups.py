"""Hand-made groups of every inherent sub-task: each answer, each number of images, each thing that is asked about."""

from collections.abc import Iterator, Sequence

from pipelines.grouping.registry import RULES
from pipelines.grouping.rule import GroupingRule
from pipelines.records import Fact, ImageGroup, RenderedImage
from pipelines.vocabulary import ImageRole, Laterality, Modality, Origin, Source, Split, SubTask, View
from pipelines.vocabulary import Sequence as MriSequence

_RULES: dict[SubTask, tuple[Source, GroupingRule]] = {
    rule.subtask: (source, rule) for source, rules in RULES.items() for rule in rules.rules
}
FINDINGS = ("consolidation", "edema", "pleural_effusion", "pneumonia", "pneumothorax")
KEYWORDS = {
    "normal": ("normal fundus",),
    "diabetes": ("moderate nonproliferative retinopathy",),
    "glaucoma": ("glaucoma",),
    "cataract": ("cataract",),
    "amd": ("dry age-related macular degeneration",),
    "hypertension": ("hypertensive retinopathy",),
    "myopia": ("pathological myopia",),
    "other": ("macular epiretinal membrane",),
}
_RANO = {"worsening": "PD", "stable": "SD", "improving": "PR"}
_EYES = (ImageRole.LEFT_EYE, ImageRole.RIGHT_EYE)
_SIDES = {ImageRole.LEFT_EYE: Laterality.LEFT, ImageRole.RIGHT_EYE: Laterality.RIGHT}
_ROLES = {
    SubTask.TWO_VIEW_ASSESSMENT: (ImageRole.CC_VIEW, ImageRole.MLO_VIEW),
    SubTask.RESECTION_EXTENT: (ImageRole.BEFORE_SURGERY, ImageRole.AFTER_SURGERY),
    SubTask.VISIT_PROGRESSION: (ImageRole.PRIOR, ImageRole.CURRENT),
    SubTask.FINDING_PROGRESSION: (ImageRole.PRIOR, ImageRole.CURRENT),
    SubTask.EYE_DIAGNOSIS: _EYES,
    SubTask.SAME_DIAGNOSIS: _EYES,
}
_MODALITIES = {
    Source.EMBED: Modality.MAMMOGRAPHY,
    Source.LUMIERE: Modality.MRI,
    Source.MS_CXR_T: Modality.XRAY,
    Source.ODIR: Modality.FUNDUS,
}


def make_group(
    subtask: SubTask,
    label: str,
    facts: Sequence[tuple[int | None, str, str]],
    name: str = "1",
    *,
    n_images: int = 2,
    asked: str | None = None,
    days: tuple[int | None, ...] | None = None,
    split: Split = Split.TRAIN,
    said_by: Sequence[str] = (),
    roles: tuple[ImageRole, ...] = (),
) -> ImageGroup:
    """Return a group; a fact is (place or None, code, value), said by the study of its place."""
    source, rule = _RULES[subtask]
    studies = said_by or [f"study-{name}-{place}" for place in range(n_images)]
    return ImageGroup(
        source=source,
        group_id=f"group-{subtask}-{name}",
        origin=Origin.INHERENT,
        ability=rule.ability,
        subtask=subtask,
        split=split,
        image_ids=tuple(f"image-{subtask}-{name}-{place}" for place in range(n_images)),
        subject_ids=(f"subject-{name}",) * n_images,
        unit_id=f"unit-{name}",
        facts=tuple(
            Fact(place, "study-hidden" if place is None else studies[place], code, value) for place, code, value in facts
        ),
        rule=rule.why,
        order=rule.order,
        roles=roles or _roles_of(subtask, label, n_images),
        asked=asked,
        label=label,
        days_since_first=days or (0,) * n_images,
    )


def _roles_of(subtask: SubTask, label: str, n_images: int) -> tuple[ImageRole, ...]:
    if label in ("1", "2", "3"):
        return tuple(ImageRole.ASKED if str(place + 1) == label else ImageRole.BESIDE for place in range(n_images))
    return _ROLES.get(subtask, (ImageRole.EARLIER_VISIT,) * n_images)


def images_of(group: ImageGroup) -> list[RenderedImage]:
    """Return the rendered images of a group, of the views, sides and sequences that its facts tell."""
    return [_render(group, place) for place in range(len(group.image_ids))]


def _render(group: ImageGroup, place: int) -> RenderedImage:
    image_id = group.image_ids[place]
    told = {fact.code: fact.value for fact in group.facts if fact.image_index == place}
    is_mammogram, is_mri = group.source is Source.EMBED, group.source is Source.LUMIERE
    views = {ImageRole.CC_VIEW: View.CC, ImageRole.MLO_VIEW: View.MLO}
    return RenderedImage(
        source=group.source,
        image_id=image_id,
        source_image_id=f"file-{image_id}",
        source_path=f"files/{image_id}",
        subject_id=group.subject_ids[place],
        study_id=f"study-{place}",
        modality=_MODALITIES[group.source],
        organ=None,
        view=View(told["view"]) if "view" in told else views.get(group.roles[place], View.MLO if is_mammogram else None),
        laterality=Laterality(told.get("laterality", "L")) if is_mammogram else _SIDES.get(group.roles[place]),
        sequence=MriSequence(told.get("sequence", "CT1")) if is_mri else None,
        image_type=None,
        plane=None,
        slice_index=None,
        path=f"{image_id}.png",
        width=64,
        height=48,
        sha256=f"file-{image_id}",
        pixel_sha256=f"pixels-{image_id}",
        duplicate_of=None,
        steps=(),
    )


def eye_group(
    label: str, asked: str = "L", name: str = "1", keywords: Sequence[str] | None = None, other: str = "normal"
) -> ImageGroup:
    """Return a group of eye_diagnosis; the eye that is not asked about shows `other`."""
    place = "LR".index(asked)
    said = KEYWORDS[label] if keywords is None else keywords
    facts = [(place, "eye_diagnosis", label), *((place, "keyword", one) for one in said)]
    facts += [(1 - place, "eye_diagnosis", other), *((1 - place, "keyword", one) for one in KEYWORDS[other])]
    return make_group(SubTask.EYE_DIAGNOSIS, label, facts, f"{name}-{asked}-{label}", asked=asked, roles=_EYES)


def plausible_groups(subtask: SubTask) -> list[ImageGroup]:
    """Return groups of a sub-task that differ in all that a wording may say."""
    return list(_BUILDERS[subtask]())


def _suspicious() -> Iterator[ImageGroup]:
    for n_images in (2, 3):
        for place in range(n_images):
            facts = [(one, "birads", "S" if one == place else "N") for one in range(n_images)]
            days = tuple(400 * ((one + place) % n_images) for one in range(n_images))
            yield make_group(
                SubTask.SUSPICIOUS_IMAGE, str(place + 1), facts, f"{n_images}{place}", n_images=n_images, days=days
            )


def _placed(
    subtask: SubTask, code: str, values: Sequence[str], beside: dict[str, str], *more: tuple[str, str]
) -> Iterator[ImageGroup]:
    for asked in values:
        for n_images in (2, 3):
            for place in range(n_images):
                facts = [(one, code, asked if one == place else beside[asked]) for one in range(n_images)]
                facts += [(one, key, value) for one in range(n_images) for key, value in more]
                name = f"{asked}{n_images}{place}{more}"
                yield make_group(subtask, str(place + 1), facts, name, n_images=n_images, asked=asked)


def _views() -> Iterator[ImageGroup]:
    values = [View.CC, View.MLO, View.ML, View.LM, View.XCCL, View.XCCM]
    beside = {view: View.CC if view in ("MLO", "ML", "LM") else View.MLO for view in values}
    for side in "LR":
        yield from _placed(SubTask.VIEW_IDENTIFICATION, "view", list(map(str, values)), beside, ("laterality", side))


def _sequences() -> Iterator[ImageGroup]:
    values = [str(one) for one in MriSequence]
    beside = {one: values[(nth + 1) % len(values)] for nth, one in enumerate(values)}
    yield from _placed(SubTask.SEQUENCE_IDENTIFICATION, "sequence", values, beside)


def _two_view() -> Iterator[ImageGroup]:
    for label in "ANBPSMK":
        yield make_group(
            SubTask.TWO_VIEW_ASSESSMENT, label, [(0, "birads", label), (1, "birads", label)], label, said_by=("study-1",) * 2
        )


def _next_assessment() -> Iterator[ImageGroup]:
    for label in "ANBPSMK":
        hidden = [(None, "birads", label), (None, "days_after_last_visit", "365")]
        for n_images, days, studies in ((2, (0, 0), "aa"), (2, (0, 370), "ab"), (3, (0, 360, 800), "abc")):
            facts = [*((one, "birads", "N") for one in range(n_images)), *hidden]
            name = f"{label}{studies}"
            yield make_group(SubTask.NEXT_ASSESSMENT, label, facts, name, n_images=n_images, days=days, said_by=list(studies))


def _next_status() -> Iterator[ImageGroup]:
    for label, rano in _RANO.items():
        for n_images, days, ahead in ((2, (0, 84), "91"), (3, (0, 84, 161), "91"), (2, (None, None), ""), (2, (0, 0), "0")):
            facts: list[tuple[int | None, str, str]] = [(None, "rano", rano)]
            facts += [(None, "days_after_last_visit", ahead)] if ahead else []
            yield make_group(SubTask.NEXT_STATUS, label, facts, f"{label}{n_images}{days}", n_images=n_images, days=days)


def _pairs(subtask: SubTask, code: str, values: dict[str, str], asked: str | None = None) -> Iterator[ImageGroup]:
    for label, value in values.items():
        for days in ((0, 90), (0, 0), (None, None)):
            yield make_group(subtask, label, [(1, code, value)], f"{label}{asked}{days}", asked=asked, days=days)


def _findings() -> Iterator[ImageGroup]:
    for finding in FINDINGS:
        same = {label: label for label in ("improving", "stable", "worsening")}
        yield from _pairs(SubTask.FINDING_PROGRESSION, f"{finding}_progression", same, finding)


def _same_eyes() -> Iterator[ImageGroup]:
    for right in KEYWORDS:
        facts = [(0, "eye_diagnosis", "glaucoma"), (0, "keyword", "glaucoma"), (1, "eye_diagnosis", right)]
        facts += [(1, "keyword", one) for one in KEYWORDS[right]]
        label = "same" if right == "glaucoma" else "different"
        yield make_group(SubTask.SAME_DIAGNOSIS, label, facts, right, roles=_EYES)


_BUILDERS = {
    SubTask.SUSPICIOUS_IMAGE: _suspicious,
    SubTask.VIEW_IDENTIFICATION: _views,
    SubTask.TWO_VIEW_ASSESSMENT: _two_view,
    SubTask.NEXT_ASSESSMENT: _next_assessment,
    SubTask.SEQUENCE_IDENTIFICATION: _sequences,
    SubTask.RESECTION_EXTENT: lambda: _pairs(
        SubTask.RESECTION_EXTENT, "resection", {"complete": "complete", "partial": "partial"}
    ),
    SubTask.VISIT_PROGRESSION: lambda: _pairs(SubTask.VISIT_PROGRESSION, "rano", _RANO),
    SubTask.NEXT_STATUS: _next_status,
    SubTask.FINDING_PROGRESSION: _findings,
    SubTask.EYE_DIAGNOSIS: lambda: (eye_group(label, asked) for label in KEYWORDS for asked in "LR"),
    SubTask.SAME_DIAGNOSIS: _same_eyes,
}
