"""What every image group must keep, told in plain Python from the raw tables: splits, images, time, units, counts.

Each function returns what is broken, one line each, and nothing where all is well. `answer_oracle` judges facts and answers.

Example:
    >>> date_like("seen on 2021-03-04")
    True
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.pipelines.cohort_run import Row, Run
from tests.pipelines.subtask_promises import ABILITY, DIFFERENT, FIXED, FORECASTS, ORDER, SAME


def date_like(text: str) -> bool:
    """Tell whether a text holds what looks like a date."""
    return re.search(r"\d{4}-\d{2}-\d{2}", text) is not None


def find_broken(run: Run) -> list[str]:
    """Return every broken promise of a run's groups as such."""
    checks = (_shape, _kin, _times, _forecast_hides, _leaks, _units, _places, _slices, _counts, _dates)
    return [f"{check.__name__}: {fault}" for check in checks for fault in check(run)]


def people_of(run: Run) -> dict[str, str]:
    """Return for each subject one of those that are one person with it: by the splits' own word, or by equal pixels."""
    parent = {row["subject_id"]: row["person_id"] for row in run.splits}

    def top(subject: str) -> str:
        while parent[subject] != subject:
            subject = parent[subject]
        return subject

    first: dict[str, str] = {}
    for image in run.images:
        pair = sorted((top(image["subject_id"]), top(first.setdefault(image["pixel_sha256"], image["subject_id"]))))
        parent[pair[1]] = pair[0]
    return {subject: top(subject) for subject in parent}


def hidden_studies(group: Row) -> set[str]:
    """Return the studies that a group speaks of without showing them."""
    return {fact["said_by"] for fact in group["facts"] if fact["image_index"] is None}


def own_unit(run: Run, group: Row) -> tuple[object, ...]:
    """Return the subject and the one or two visits that an answer rests on, told from its images and facts."""
    images = run.shown(group)
    subject, shown = images[0]["subject_id"], [image["study_id"] for image in images]
    if group["origin"] == "composed":
        return (images[group["roles"].index("asked")]["subject_id"],)
    if group["subtask"] in FORECASTS:
        return (subject, frozenset({shown[-1], *hidden_studies(group)}))
    if "asked" in group["roles"]:  # the others only stand beside it
        return (subject, frozenset({shown[group["roles"].index("asked")]}))
    return (subject, frozenset(shown))


def _shape(run: Run) -> Iterator[str]:
    split_of = {row["subject_id"]: row["split"] for row in run.splits}
    for group in run.groups:
        name, images = group["group_id"], run.shown(group)
        lengths = {len(group[column]) for column in ("image_ids", "subject_ids", "roles", "days_since_first")}
        if lengths not in ({2}, {3}):
            yield f"{name}: {lengths} images"
        for column in ("image_id", "pixel_sha256"):
            if len({image[column] for image in images}) != len(images):
                yield f"{name}: two images have one {column}"
        if [image["subject_id"] for image in images] != list(group["subject_ids"]):
            yield f"{name}: subjects are not those of its images"
        if {split_of[image["subject_id"]] for image in images} != {group["split"]}:
            yield f"{name}: an image is of another split"
        if group["ability"] != ABILITY[group["subtask"]] or group["order"] != ORDER.get(group["subtask"], "shuffled"):
            yield f"{name}: {group['subtask']} as {group['ability']}, {group['order']}"
        if not group["facts"]:
            yield f"{name}: no fact"
    if len({group["group_id"] for group in run.groups}) != len(run.groups):
        yield "a group_id is repeated"


def _kin(run: Run) -> Iterator[str]:
    """Images that belong together: one person or as many as images, the same breast, view or slice where promised."""
    person = people_of(run)
    studies_of_pixels: dict[str, set[str]] = defaultdict(set)
    for image in run.images:
        studies_of_pixels[image["pixel_sha256"]].add(image["study_id"])
    for group in run.groups:
        name, images, subtask = f"{group['group_id']} ({group['subtask']})", run.shown(group), group["subtask"]
        n_people = len({person[image["subject_id"]] for image in images})
        if n_people != (1 if group["origin"] == "inherent" else len(images)):
            yield f"{name}: {group['origin']} of {n_people} people"
        for column in SAME.get(subtask, ()):
            if len({image[column] for image in images}) != 1 or images[0][column] is None:
                yield f"{name}: {column} differs or is unknown: {[image[column] for image in images]}"
        for column in DIFFERENT.get(subtask, ()):
            if len({image[column] for image in images}) != len(images) or None in {image[column] for image in images}:
                yield f"{name}: {column} is repeated or unknown: {[image[column] for image in images]}"
        column, expected = FIXED.get(subtask, ("", []))
        if expected and [image[column] for image in images] != expected:
            yield f"{name}: stands as {[image[column] for image in images]}"
        if group["origin"] == "inherent" and any(len(studies_of_pixels[image["pixel_sha256"]]) > 1 for image in images):
            yield f"{name}: shows an image that two studies claim"


def _times(run: Run) -> Iterator[str]:
    for group in run.groups:
        studies = [image["study_id"] for image in run.shown(group)]
        days = [run.day_of(study) for study in studies]
        first = min((day for day in days if day is not None), default=0)
        expected = [None if day is None else day - first for day in days]
        if group["origin"] == "inherent" and None not in expected and list(group["days_since_first"]) != expected:
            yield f"{group['group_id']} ({group['subtask']}): days {group['days_since_first']}, expected {expected}"
        if group["order"] == "chronological":
            one_visit = group["subtask"] == "next_assessment" and len(set(studies)) == 1  # in two kinds of picture
            if one_visit and len({image["image_type"] for image in run.shown(group)}) == len(studies):
                continue
            for earlier, later in pairwise(studies):
                if not run.place_in_time(earlier) < run.place_in_time(later):
                    yield f"{group['group_id']} ({group['subtask']}): {later} is not later than {earlier}"


def _forecast_hides(run: Run) -> Iterator[str]:
    """A forecast speaks of one visit that it does not show: the next one of the same subject."""
    for group in run.groups:
        name, hidden, images = f"{group['group_id']} ({group['subtask']})", hidden_studies(group), run.shown(group)
        if group["subtask"] not in FORECASTS:
            if hidden:
                yield f"{name}: speaks of a visit that it does not show"
            continue
        if len(hidden) != 1:
            yield f"{name}: {len(hidden)} hidden visits"
            continue
        (asked,) = hidden
        if run.study_of[asked]["subject_id"] != images[0]["subject_id"]:
            yield f"{name}: the hidden visit is another subject's"
        if any(run.place_in_time(image["study_id"]) >= run.place_in_time(asked) for image in images):
            yield f"{name}: shows the hidden visit or what came after it"
        later = [image for image in run.images if image["subject_id"] == images[0]["subject_id"]]
        later = [image for image in later if run.place_in_time(image["study_id"]) >= run.place_in_time(asked)]
        if {image["pixel_sha256"] for image in later} & {image["pixel_sha256"] for image in images}:
            yield f"{name}: shows pixels of the hidden visit"
        yield from _not_the_next(run, name, images[-1], asked)


def _not_the_next(run: Run, name: str, last: Row, asked: str) -> Iterator[str]:
    """A visit between that the source assessed would have been the next one, unless it belongs to the last one's episode."""
    gap = run.settings.grouping.min_visit_gap_days if run.source == "embed" else 0
    for study in run.studies_of[last["subject_id"]]:
        between = run.place_in_time(last["study_id"]) < run.place_in_time(study["study_id"]) < run.place_in_time(asked)
        after = (run.day_of(study["study_id"]) or 0) - (run.day_of(last["study_id"]) or 0)
        assessed = [
            row for row in run.labels_of.get((study["study_id"], "birads"), []) if row["target_ids"] == [last["laterality"]]
        ]
        if between and after >= gap and (assessed or run.source != "embed"):
            yield f"{name}: visit {study['study_id']} ({after} days after) lies before the forecast one"


def _leaks(run: Run) -> Iterator[str]:
    person, split_of = people_of(run), {row["subject_id"]: row["split"] for row in run.splits}
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for image in run.images:  # whatever a group shows or not
        places["pixels", image["pixel_sha256"]].add(split_of[image["subject_id"]])
    for subject, split in split_of.items():
        places["person", person[subject]].add(split)
    for group in run.groups:
        for image in run.shown(group):
            places["image", image["image_id"]].add(group["split"])
        for subject in group["subject_ids"]:
            places["person", person[subject]].add(group["split"])
    for (kind, key), splits in places.items():
        if len(splits) > 1:
            yield f"{kind} {key} is in {sorted(splits)}"


def _units(run: Run) -> Iterator[str]:
    grouping = run.settings.grouping
    cap = grouping.max_groups_per_unit
    for kind, units in (
        ("unit", Counter(group["unit_id"] for group in run.groups)),
        ("own unit", Counter(own_unit(run, group) for group in run.groups)),
    ):
        yield from (f"{kind} {unit} has {n} groups, cap {cap}" for unit, n in units.items() if n > cap)
    if any(group["origin"] == "composed" for group in run.groups):
        shown = Counter(image_id for group in run.groups for image_id in group["image_ids"])
        cap = grouping.max_groups_per_image
        yield from (f"{image_id} stands in {n} groups, cap {cap}" for image_id, n in shown.items() if n > cap)


def _places(run: Run) -> Iterator[str]:
    """The image that decides stands at each place equally often, so that a guess at the place gains nothing."""
    places: dict[tuple[str | None, ...], Counter[int]] = defaultdict(Counter)
    for group in run.groups:
        if group["order"] != "shuffled":
            continue
        if (place := _decisive_place(group)) is not None:
            organ = run.shown(group)[0]["organ"]
            asked = organ if run.source == "vqa_rad" else group["asked"]
            places[group["subtask"], group["split"], asked, str(len(group["roles"]))][place] += 1
    tolerated = 2 if run.source == "vqa_rad" else 1  # two of its rules make groups that one image decides
    for (subtask, split, asked, size), counts in places.items():
        every = [counts[place] for place in range(int(size or 0))]
        if max(every) - min(every) > tolerated:
            yield f"{subtask} {split} {asked}: the image that decides stands at places {every}"


def _decisive_place(group: Row) -> int | None:
    """Return the place of the asked image; where yes and no are facts, of the only image that answers yes."""
    answers = {fact["image_index"]: fact["value"] for fact in group["facts"] if fact["value"] in ("yes", "no")}
    if group["source"] != "vqa_rad":
        return group["roles"].index("asked")
    positive = [place for place, answer in answers.items() if answer == "yes"]
    is_decided = group["subtask"] == "located_question" and len(answers) == len(group["roles"]) and len(positive) == 1
    return positive[0] if is_decided else None


def _slices(run: Run) -> Iterator[str]:
    slices: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for group in run.groups:
        if (place := run.shown(group)[0]["slice_index"]) is not None:
            slices[own_unit(run, group), group["subtask"]].add(place)
    for (_, subtask), places in slices.items():
        if any(later - earlier < run.settings.grouping.min_slice_gap for earlier, later in pairwise(sorted(places))):
            yield f"{subtask}: slices {sorted(places)} of one unit"


def _counts(run: Run) -> Iterator[str]:
    grouped = {image_id for group in run.groups for image_id in group["image_ids"]}
    left = [row["item"] for row in run.ungrouped]
    if len(left) != len(set(left)) or grouped & set(left) or grouped | set(left) != set(run.image_of):
        yield f"{len(grouped)} grouped and {len(left)} ungrouped images of {len(run.image_of)}"
    taken: Counter[tuple[str, str, str | None]] = Counter()
    for row in run.plan:
        if row["fate"] == "taken":
            taken[row["subtask"], row["split"], row["asked"]] += row["n_groups"]
    keeps_asked = run.source != "vqa_rad"  # its questions are too many to be counted one by one
    made = Counter((group["subtask"], group["split"], group["asked"] if keeps_asked else None) for group in run.groups)
    if made != taken:
        yield f"planned as taken {dict(taken - made)} too many, {dict(made - taken)} too few"


def _dates(run: Run) -> Iterator[str]:
    told = {row["date"] for row in run.studies} - {None}
    for group in run.groups:
        text = json.dumps(group, default=str)
        if date_like(text) or any(day in text for day in told):
            yield f"{group['group_id']}: tells a date"
