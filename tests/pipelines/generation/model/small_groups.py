"""One small group of each inherent sub-task, as its grouping rule makes it."""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.keys import mint_id
from pipelines.records import Fact, ImageGroup, RenderedImage
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Origin, Source, Split, SubTask
from tests.pipelines.made_rows import make_image

Said = tuple[int | None, str, str]
_SHOWN: Mapping[SubTask, tuple[Source, str | None, str, tuple[str, ...], tuple[Said, ...]]] = MappingProxyType(
    {
        SubTask.SUSPICIOUS_IMAGE: (
            Source.EMBED,
            None,
            "2",
            ("beside", "asked"),
            ((0, "birads", "N"), (1, "birads", "S"), (1, "path_severity", "1")),
        ),
        SubTask.VIEW_IDENTIFICATION: (
            Source.EMBED,
            "CC",
            "2",
            ("beside", "asked", "beside"),
            ((0, "laterality", "R"), (0, "view", "MLO"), (1, "laterality", "R"), (1, "view", "CC"), (2, "view", "ML")),
        ),
        SubTask.TWO_VIEW_ASSESSMENT: (
            Source.EMBED,
            None,
            "P",
            ("cc_view", "mlo_view"),
            tuple((place, code, value) for place in (0, 1) for code, value in (("birads", "P"), ("breast_density", "B"))),
        ),
        SubTask.NEXT_ASSESSMENT: (
            Source.EMBED,
            None,
            "A",
            ("earlier_visit", "earlier_visit"),
            ((0, "birads", "N"), (1, "birads", "N"), (None, "birads", "A"), (None, "days_after_last_visit", "383")),
        ),
        SubTask.SEQUENCE_IDENTIFICATION: (
            Source.LUMIERE,
            "CT1",
            "3",
            ("beside", "beside", "asked"),
            ((0, "sequence", "T2"), (1, "sequence", "FLAIR"), (2, "sequence", "CT1")),
        ),
        SubTask.RESECTION_EXTENT: (
            Source.LUMIERE,
            None,
            "partial",
            ("before_surgery", "after_surgery"),
            (
                (0, "enhancing_mm3", "28515.648"),
                (0, "rano", "pre_op"),
                (1, "enhancing_mm3", "7727.104"),
                (1, "rano", "post_op"),
                (1, "resection", "partial"),
            ),
        ),
        SubTask.VISIT_PROGRESSION: (
            Source.LUMIERE,
            None,
            "worsening",
            ("prior", "current"),
            ((0, "enhancing_mm3", "11590.656"), (1, "enhancing_mm3", "15893.248"), (1, "rano", "PD")),
        ),
        SubTask.NEXT_STATUS: (
            Source.LUMIERE,
            None,
            "stable",
            ("earlier_visit", "earlier_visit", "earlier_visit"),
            (
                (0, "rano", "post_op"),
                (1, "rano", "SD"),
                (2, "rano", "SD"),
                (None, "days_after_last_visit", "98"),
                (None, "rano", "SD"),
            ),
        ),
        SubTask.FINDING_PROGRESSION: (
            Source.MS_CXR_T,
            "pleural_effusion",
            "improving",
            ("prior", "current"),
            (
                (0, "chexpert_pleural_effusion", "positive"),
                (0, "report_impression", "Moderate left pleural effusion. No pneumothorax."),
                (1, "pleural_effusion_progression", "improving"),
                (1, "report_impression", "1. Small left pleural effusion, decreased.\n2. No pneumothorax."),
            ),
        ),
        SubTask.EYE_DIAGNOSIS: (
            Source.ODIR,
            "R",
            "diabetes",
            ("left_eye", "right_eye"),
            (
                (0, "eye_diagnosis", "normal"),
                (0, "keyword", "normal fundus"),
                (1, "eye_diagnosis", "diabetes"),
                (1, "keyword", "moderate nonproliferative retinopathy"),
            ),
        ),
        SubTask.SAME_DIAGNOSIS: (
            Source.ODIR,
            None,
            "different",
            ("left_eye", "right_eye"),
            (
                (0, "eye_diagnosis", "normal"),
                (0, "keyword", "normal fundus"),
                (1, "eye_diagnosis", "diabetes"),
                (1, "keyword", "mild nonproliferative retinopathy"),
            ),
        ),
    }
)
_ABILITIES: Mapping[SubTask, Ability] = MappingProxyType(
    {
        SubTask.TWO_VIEW_ASSESSMENT: Ability.REASONING,
        SubTask.NEXT_ASSESSMENT: Ability.TEMPORAL,
        SubTask.VISIT_PROGRESSION: Ability.TEMPORAL,
        SubTask.NEXT_STATUS: Ability.TEMPORAL,
        SubTask.RESECTION_EXTENT: Ability.COMPARISON,
        SubTask.FINDING_PROGRESSION: Ability.COMPARISON,
        SubTask.SAME_DIAGNOSIS: Ability.COMPARISON,
    }
)
SUBTASKS = tuple(_SHOWN)
_LABELS: Mapping[SubTask, tuple[str, ...]] = MappingProxyType(
    {
        SubTask.TWO_VIEW_ASSESSMENT: ("N", "B", "P", "S"),
        SubTask.NEXT_ASSESSMENT: ("N", "B", "A"),
        SubTask.RESECTION_EXTENT: ("complete", "partial"),
        SubTask.VISIT_PROGRESSION: ("improving", "stable", "worsening"),
        SubTask.NEXT_STATUS: ("improving", "stable", "worsening"),
        SubTask.FINDING_PROGRESSION: ("improving", "stable", "worsening"),
        SubTask.EYE_DIAGNOSIS: ("normal", "diabetes", "glaucoma", "myopia"),
        SubTask.SAME_DIAGNOSIS: ("same", "different"),
    }
)
_RANO = {"worsening": "PD", "stable": "SD", "improving": "PR"}
_KEYWORDS = {"normal": "normal fundus", "diabetes": "mild nonproliferative retinopathy"}
_KEYWORDS |= {"glaucoma": "glaucoma", "myopia": "pathological myopia"}


def build_groups(subtask: SubTask, *, is_synthetic: bool = True) -> list[ImageGroup]:
    """Return a group of each answer that the tests know of a sub-task; one of each place where the answer is a place."""
    labels = _LABELS.get(subtask, (_SHOWN[subtask][2],))
    return [build_group(subtask, label, is_synthetic=is_synthetic) for label in labels]


def build_group(
    subtask: SubTask, label: str | None = None, *, is_synthetic: bool = True, facts: tuple[Said, ...] = (), number: int = 1
) -> ImageGroup:
    """Return a group as the grouping rule makes it, of a subject of its own; `facts` stand for its usual ones."""
    source, asked, usual_label, roles, usual = _SHOWN[subtask]
    label = label or usual_label
    told = facts or (usual if label == usual_label else tuple(_turn(subtask, said, label) for said in usual))
    shuffled = "beside" in roles
    fixed = source is Source.ODIR or subtask is SubTask.TWO_VIEW_ASSESSMENT
    return ImageGroup(
        source=source,
        group_id=mint_id("group", subtask, label, number),
        origin=Origin.INHERENT,
        ability=_ABILITIES.get(subtask, Ability.COREFERENCE),
        subtask=subtask,
        split=Split.TRAIN,
        image_ids=tuple(mint_id("image", subtask, label, number, place) for place in range(len(roles))),
        subject_ids=(mint_id("subject", subtask, label, number),) * len(roles),
        unit_id=mint_id("unit", subtask, label, number),
        facts=tuple(Fact(place, mint_id("study", number, label, place), code, value) for place, code, value in told),
        rule="as in the grouping rule",
        order=ImageOrder.SHUFFLED if shuffled else ImageOrder.FIXED if fixed else ImageOrder.CHRONOLOGICAL,
        roles=tuple(ImageRole(role) for role in roles),
        asked=asked,
        label=label,
        days_since_first=tuple(0 if shuffled or fixed else 91 * place for place in range(len(roles))),
        is_synthetic=is_synthetic,
    )


def _turn(subtask: SubTask, said: Said, label: str) -> Said:
    """Let what a source says be what it would say under another label."""
    place, code, value = said
    is_key = place is None or place == 1 or subtask is SubTask.TWO_VIEW_ASSESSMENT
    if not is_key or code in ("days_after_last_visit", "breast_density") or code.startswith(("report", "chexpert")):
        return said
    if subtask is SubTask.SAME_DIAGNOSIS:
        return place, code, "normal" if code == "eye_diagnosis" else "normal fundus"
    if code in ("birads", "resection", "eye_diagnosis") or code.endswith("_progression"):
        return place, code, value if subtask is SubTask.NEXT_ASSESSMENT and place is not None else label
    if code == "rano" and (place is None or subtask is SubTask.VISIT_PROGRESSION):
        return place, code, _RANO[label]
    return (place, code, _KEYWORDS[label]) if code == "keyword" else said


def build_image(group: ImageGroup, place: int) -> RenderedImage:
    """Return the rendered image that stands at a place of a group."""
    image_id = group.image_ids[place]
    return make_image(f"{image_id}.png", group.subject_ids[place], image_id, source=group.source)
