"""Every reviewed wording is read as its class: of stems, options and references in pipelines/generation/templates."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pipelines.records import ImageGroup
from pipelines.validation.labels.scene import look_at
from pipelines.validation.labels.task import Item
from pipelines.validation.labels.tasks import TASKS
from pipelines.vocabulary import ImageRole, SubTask
from tests.pipelines.validation.labels.items import SUBTASKS, check, fact, group_of, images_of, open_of, sealed

FILES = Path(__file__).parents[4] / "pipelines" / "generation" / "templates"
ORDINALS = ("first", "second", "third")
FILL = {"count": "two", "side": "left", "interval": "about 3 months", "ahead": "about a year", "visits": "two visits"}


def _read(subtask: SubTask) -> dict:
    return yaml.safe_load((FILES / f"{subtask}.yaml").read_text())


def _with_asked(subtask: SubTask, asked: str) -> ImageGroup:
    """Return a group that asks about something else: every image but the asked one shows what it showed before."""
    group = group_of(subtask)
    if subtask is SubTask.FINDING_PROGRESSION:
        return replace(group, asked=asked, facts=(fact(1, f"{asked}_progression", group.label),))
    if subtask is SubTask.EYE_DIAGNOSIS:
        place = group.roles.index(ImageRole.LEFT_EYE if asked == "L" else ImageRole.RIGHT_EYE)
        return replace(group, asked=asked, facts=(fact(place, "eye_diagnosis", group.label),))
    if asked == group.asked or group.asked is None:
        return group
    place, code = int(group.label) - 1, "view" if subtask is SubTask.VIEW_IDENTIFICATION else "sequence"
    others = {"T2": "T1", "MLO": "CC", "CC": "MLO", "CT1": "FLAIR", "T1": "T2"}
    taken = [one.value for one in group.facts if one.code == code and one.image_index != place]
    moved = {value: others[value] for value in taken if value == asked}
    facts = tuple(
        replace(one, value=asked if one.image_index == place else moved.get(one.value, one.value)) if one.code == code else one
        for one in group.facts
    )
    return replace(group, asked=asked, facts=facts)


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_every_answer_is_read_as_its_class(subtask: SubTask):
    wordings = _read(subtask)
    group = group_of(subtask)
    words = next(iter(wordings.get("words", {"": ""}).values()))
    asked = next(iter(wordings.get("words", {None: ""})))
    if asked is not None:
        group = _with_asked(subtask, asked)
    item = Item(open_of(subtask), group, look_at(group, {image.image_id: image for image in images_of(group)}))
    n_read = 0
    for name, texts in wordings["answers"].items():
        for text in (*texts["option"], *texts["open"]):
            for place in range(len(group.image_ids)) if name == "place" else [0]:
                said = text.format(asked=words, place=ORDINALS[place], number=place + 1, **FILL)
                assert TASKS[subtask].read(said, item) == (str(place + 1) if name == "place" else name), said
                n_read += 1
    assert n_read >= 8


@pytest.mark.parametrize(
    ("subtask", "asked"), [(subtask, asked) for subtask in SUBTASKS for asked in _read(subtask).get("words", {None: ""})]
)
def test_every_stem_asks_for_what_its_group_asks(subtask: SubTask, asked: str | None):
    wordings = _read(subtask)
    group = group_of(subtask) if asked is None else _with_asked(subtask, asked)
    word = wordings.get("words", {None: ""})[asked]
    evidence = group.facts
    for stems in wordings["stems"].values():
        for stem in stems:
            question = stem.format(asked=word, place="first", number=1, **FILL)
            question = question[:1].upper() + question[1:]
            record = sealed(replace(open_of(subtask), question=question, asked=asked, evidence=evidence))
            failure = check(record, group)
            assert failure is None, (question, failure)
