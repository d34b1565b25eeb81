"""Whether every stated fact of a group is true of its images, and its answer follows: in plain Python over the raw tables.

Example:
    >>> STATUS["PD"]
    'worsening'
"""

from collections.abc import Callable, Iterator

from tests.pipelines.cohort_run import Row, Run
from tests.pipelines.group_oracle import hidden_studies

MALIGNANT = {"S", "M", "K"}  # BI-RADS 4, 5, 6
CANCER = {"0", "1"}  # path_severity: invasive, non-invasive
STATUS = {"PD": "worsening", "SD": "stable", "PR": "improving", "CR": "improving"}


def find_untrue(run: Run) -> list[str]:
    """Return every fact that the tables do not hold, and every answer that does not follow from them."""
    broken: list[str] = []
    for group in run.groups:
        name = f"{group['group_id']} ({group['subtask']}, asked {group['asked']}, label {group['label']})"
        broken += [f"{name}: untrue {fact}" for fact in group["facts"] if not _is_true(run, group, fact)]
        broken += [f"{name}: {fault}" for fault in ANSWERS[group["subtask"]](run, group)]
    return broken


def _is_true(run: Run, group: Row, fact: Row) -> bool:
    images, said_by, code = run.shown(group), fact["said_by"], fact["code"]
    if fact["image_index"] is None:
        is_visit = said_by in run.study_of and run.study_of[said_by]["subject_id"] == images[0]["subject_id"]
        if code == "days_after_last_visit":
            return is_visit and int(fact["value"]) == (run.day_of(said_by) or 0) - (run.day_of(images[-1]["study_id"]) or 0)
        return is_visit and _is_labelled(run, images, images[-1], fact)
    image = images[fact["image_index"]]
    if said_by in run.question_of:
        question = run.question_of[said_by]
        said = question["question" if code == "question" else "answer"]  # VQA-RAD's codes say what is asked
        return question["image_path"] == image["source_path"] and said == fact["value"]
    if said_by == image["source_image_id"]:
        return str(image.get(code)) == fact["value"] or _is_labelled(run, images, image, fact)
    if said_by == image["study_id"] and code.startswith("report_"):
        sections = {section["name"]: section["text"] for section in run.study_of[said_by]["report"]}
        return sections.get(code.removeprefix("report_")) == fact["value"]
    return said_by in (image["study_id"], image["subject_id"]) and _is_labelled(run, images, image, fact)


def _is_labelled(run: Run, images: list[Row], image: Row, fact: Row) -> bool:
    """Tell whether raw/labels says so of this very study, breast, eye, image or pair."""
    about = {
        "subject": [],
        "study": [],
        "breast": [image["laterality"]],
        "eye": [image["laterality"]],
        "image": [image["source_image_id"]],
        "pair": [images[0]["source_image_id"], image["source_image_id"]],
    }
    if fact["said_by"] == image["subject_id"]:
        studies: tuple[str | None, ...] = (None,)
    elif fact["said_by"] == image["source_image_id"]:
        studies = (image["study_id"],)
    else:
        studies = (fact["said_by"],)
    found = [row for study in studies for row in run.labels_of.get((study, fact["code"]), [])]
    return any(
        row["subject_id"] == image["subject_id"] and row["value"] == fact["value"] and row["target_ids"] == about[row["target"]]
        for row in found
    )


def _said(group: Row, code: str, place: int | None) -> set[str]:
    return {fact["value"] for fact in group["facts"] if fact["code"] == code and fact["image_index"] == place}


def _labelled(run: Run, study_id: str, code: str, target_ids: list[str]) -> set[str]:
    return {row["value"] for row in run.labels_of.get((study_id, code), []) if row["target_ids"] == target_ids}


def _suspicious(run: Run, group: Row) -> Iterator[str]:
    for place, image in enumerate(run.shown(group)):
        breast = [image["laterality"]]
        assessed, proven = (_labelled(run, image["study_id"], code, breast) for code in ("birads", "path_severity"))
        is_positive = str(place + 1) == group["label"]
        if is_positive and not (assessed <= MALIGNANT and _said(group, "birads", place) & MALIGNANT):
            yield f"the positive was assessed {assessed}, said {_said(group, 'birads', place)}"
        if not is_positive and (assessed & MALIGNANT or proven & CANCER or not assessed):
            yield f"a negative was assessed {assessed}, path severity {proven}"


def _named_place(column: str) -> Callable[[Run, Row], Iterator[str]]:
    def check(run: Run, group: Row) -> Iterator[str]:
        shown = [image[column] for image in run.shown(group)]
        if shown.count(group["asked"]) != 1 or shown.index(group["asked"]) + 1 != int(group["label"]):
            yield f"shows {shown}"
        if any(_said(group, column, place) != {value} for place, value in enumerate(shown)):
            yield f"does not say that it shows {shown}"

    return check


def _two_views(run: Run, group: Row) -> Iterator[str]:
    for place, image in enumerate(run.shown(group)):
        assessed = _labelled(run, image["study_id"], "birads", [image["laterality"]])
        if not assessed == {group["label"]} == _said(group, "birads", place):
            yield f"image {place} was assessed {assessed}, said {_said(group, 'birads', place)}"


def _next_assessment(run: Run, group: Row) -> Iterator[str]:
    (hidden,) = hidden_studies(group)
    last = run.shown(group)[-1]
    assessed = _labelled(run, hidden, "birads", [last["laterality"]])
    if not assessed == {group["label"]} == _said(group, "birads", None):
        yield f"the next visit was assessed {assessed}, said {_said(group, 'birads', None)}"
    after = (run.day_of(hidden) or 0) - (run.day_of(last["study_id"]) or 0)
    if not run.settings.grouping.min_forecast_days <= after <= run.settings.grouping.max_forecast_days:
        yield f"the next visit is {after} days away"


def _resection(run: Run, group: Row) -> Iterator[str]:
    before, after = (image["study_id"] for image in run.shown(group))
    extent, rating = _labelled(run, after, "resection", []), _labelled(run, after, "rano", [])
    if not extent == {group["label"]} == _said(group, "resection", 1) or "post_op" not in rating:
        yield f"after: {extent}, {rating}, said {_said(group, 'resection', 1)}"
    if _labelled(run, before, "rano", []) & {"post_op"}:
        yield "surgery had been done before"
    yield from _skips(run, group)


def _progression(run: Run, group: Row) -> Iterator[str]:
    rating = _labelled(run, run.shown(group)[1]["study_id"], "rano", [])
    if {STATUS.get(value) for value in rating} != {group["label"]} or _said(group, "rano", 1) != rating:
        yield f"rated {rating}, said {_said(group, 'rano', 1)}"
    yield from _skips(run, group)


def _next_status(run: Run, group: Row) -> Iterator[str]:
    (hidden,) = hidden_studies(group)
    rating = _labelled(run, hidden, "rano", [])
    if {STATUS.get(value) for value in rating} != {group["label"]} or _said(group, "rano", None) != rating:
        yield f"rated {rating}, said {_said(group, 'rano', None)}"
    yield from _skips(run, group)


def _skips(run: Run, group: Row) -> Iterator[str]:
    """Consecutive visits: none between the first and the last one shows the same slice in the same sequence."""
    images = run.shown(group)
    start, end = (run.place_in_time(images[place]["study_id"]) for place in (0, -1))
    alike = ("subject_id", "sequence", "plane", "slice_index")
    for image in run.images:
        is_alike = image not in images and all(image[column] == images[0][column] for column in alike)
        if is_alike and start < run.place_in_time(image["study_id"]) < end:
            yield f"skips {image['study_id']}"


def _finding(run: Run, group: Row) -> Iterator[str]:
    prior, current = run.shown(group)
    pair = [prior["source_image_id"], current["source_image_id"]]
    code = f"{group['asked']}_progression"
    if not _labelled(run, current["study_id"], code, pair) == {group["label"]} == _said(group, code, 1):
        yield f"labelled {_labelled(run, current['study_id'], code, pair)}, said {_said(group, code, 1)}"
    quality = {row["quality"] for row in run.labels_of[current["study_id"], code] if row["target_ids"] == pair}
    if "disagreement" in quality and not run.settings.grouping.use_disputed_labels:
        yield "the experts disagreed"


def _diagnosed(run: Run, study_id: str, side: str) -> set[str]:
    """Return what an eye was diagnosed with; an eye without a row of its own has the person's only diagnosis, unless normal."""
    own = _labelled(run, study_id, "eye_diagnosis", [side])
    subject = run.study_of[study_id]["subject_id"]
    persons = {row["value"] for row in run.labels_of[None, "diagnosis"] if row["subject_id"] == subject}
    if (
        own
        or len(persons) != 1
        or (_labelled(run, study_id, "keyword", [side]) == {"normal fundus"}) != (persons == {"normal"})
    ):
        return own
    return persons


def _eye(run: Run, group: Row) -> Iterator[str]:
    diagnosed = _diagnosed(run, run.shown(group)[0]["study_id"], group["asked"])
    if diagnosed != {group["label"]}:
        yield f"diagnosed {diagnosed}"


def _both_eyes(run: Run, group: Row) -> Iterator[str]:
    left, right = (_diagnosed(run, run.shown(group)[0]["study_id"], side) for side in "LR")
    if not left or not right or group["label"] != ("same" if left == right else "different"):
        yield f"left {left}, right {right}"


def _located(run: Run, group: Row) -> Iterator[str]:
    place = group["roles"].index("asked")
    said = {fact["value"] for fact in group["facts"] if fact["image_index"] == place and fact["said_by"] in run.question_of}
    if group["label"] not in said:
        yield f"the source answered {said}"


def _shared(run: Run, group: Row) -> Iterator[str]:
    said = [sorted(_said(group, group["asked"], place)) for place in range(len(group["image_ids"]))]
    if [[answer] for answer in group["label"].split(", ")] != said:
        yield f"the source answered {said}"


ANSWERS: dict[str, Callable[[Run, Row], Iterator[str]]] = {
    "suspicious_image": _suspicious,
    "view_identification": _named_place("view"),
    "two_view_assessment": _two_views,
    "next_assessment": _next_assessment,
    "sequence_identification": _named_place("sequence"),
    "resection_extent": _resection,
    "visit_progression": _progression,
    "next_status": _next_status,
    "finding_progression": _finding,
    "eye_diagnosis": _eye,
    "same_diagnosis": _both_eyes,
    "located_question": _located,
    "shared_finding": _shared,
}
