"""Image groups and splits of random cohorts of all six sources, judged from outside by plain Python over the raw tables."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines import stages, tables
from pipelines.generation.letters import LETTERS
from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.review.standing import latest_versions
from pipelines.vocabulary import Origin, Source
from tests.pipelines.answer_oracle import find_untrue
from tests.pipelines.cohort_run import Rendered, Row, Run, draw, group, read_and_render, typed, write_download
from tests.pipelines.group_oracle import find_broken

# The smallest cohorts whose groups are of every sub-task; the seed is any.
COHORTS = {
    Source.EMBED: (10, 5),
    Source.LUMIERE: (8, 4),
    Source.MS_CXR_T: (16, 22),
    Source.ODIR: (14, 23),
    Source.VQA_RAD: (24, 25),
    Source.LLAVA_MED: (16, 26),
}
SUBTASKS = {
    Source.EMBED: {"suspicious_image", "view_identification", "two_view_assessment", "next_assessment"},
    Source.LUMIERE: {"sequence_identification", "resection_extent", "visit_progression", "next_status"},
    Source.MS_CXR_T: {"finding_progression"},
    Source.ODIR: {"eye_diagnosis", "same_diagnosis"},
    Source.VQA_RAD: {"located_question", "shared_finding"},
    Source.LLAVA_MED: {"located_question"},
}
STRICTNESS = ("train", "held_in", "held_out")
GROUPING = st.fixed_dictionaries(
    {"seed": st.integers(0, 10**9)},
    optional={
        "max_groups_per_unit": st.integers(1, 8),
        "max_groups_per_image": st.integers(1, 12),
        "max_groups_per_subtask": st.integers(5, 40),
        "max_label_excess": st.sampled_from([1, 1.5, 4, 100]),
        "three_image_share": st.sampled_from([0, 0.4, 1]),
        "min_slice_gap": st.integers(1, 12),
        "min_visit_gap_days": st.sampled_from([1, 30, 120]),
        "min_forecast_days": st.sampled_from([0, 180, 300]),
        "use_disputed_labels": st.booleans(),
    },
)
SPLITS = st.fixed_dictionaries({"seed": st.integers(0, 10**9)})
QUICK = settings(  # the first failure tells enough; to find the smallest would take minutes
    deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="session")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Source], Rendered]:
    """Each source's cohort, read and rendered when it is first asked for."""
    made: dict[Source, Rendered] = {}

    def rendered(source: Source) -> Rendered:
        if source not in made:
            folder = write_download(source, tmp_path_factory.mktemp("cohort"), *COHORTS[source])
            made[source] = read_and_render(source, folder)
        return made[source]

    return rendered


@pytest.mark.parametrize("source", list(Source))
@settings(QUICK, max_examples=7)
@given(grouping=GROUPING, splits=SPLITS)
def test_whatever_the_settings_nothing_leaks_and_every_fact_is_true(
    source: Source, cohorts: Callable[[Source], Rendered], grouping: dict[str, Any], splits: dict[str, Any]
) -> None:
    run = group(cohorts(source), grouping=grouping, splits=splits)
    assert find_broken(run) == []
    assert find_untrue(run) == []


@pytest.mark.parametrize("source", list(Source))
def test_with_the_defaults_every_subtask_has_groups(source: Source, cohorts: Callable[[Source], Rendered]) -> None:
    run = group(cohorts(source))
    assert {made["subtask"] for made in run.groups} == SUBTASKS[source]
    assert find_broken(run) == []
    assert find_untrue(run) == []


@pytest.mark.parametrize("source", list(Source))
@settings(QUICK, max_examples=4)
@given(grouping=GROUPING, seed=st.integers(0, 10**9))
def test_whatever_the_settings_every_written_record_passes_and_says_what_its_group_says(
    source: Source, cohorts: Callable[[Source], Rendered], grouping: dict[str, Any], seed: int
) -> None:
    run = group(cohorts(source), grouping=grouping, generation={"seed": seed})
    groups, images, questions = typed(run)
    written = stages.generate_records(groups, questions, images, (), run.settings)
    n_unwritten = sum(rejection.unit == "group" for rejection in written.rejections)
    assert len({record.group_id for record in written.records}) + n_unwritten == len(groups)
    latest = latest_versions(written.records)  # a record that met the wording of another was worded anew
    rejected = stages.validate_candidates(written.records, groups, images).rejections
    assert {rejection.reason for rejection in rejected} <= {Reason.SUPERSEDED_VERSION}
    assert len(latest) == len(written.records) - len(rejected)
    label_of = {one.group_id: one.label for one in groups}
    inherent = [record for record in written.records if record.origin is Origin.INHERENT]
    assert {record.record_id for record in inherent if record.answer_class != label_of[record.group_id]} == set()
    assert {len(same) for same in _letters_by_size(latest)} <= {1, 2}  # counts of two letters differ by one at most


@pytest.mark.parametrize("source", list(Source))
def test_rows_in_another_order_make_the_same_groups(source: Source, cohorts: Callable[[Source], Rendered]) -> None:
    rendered = cohorts(source)
    reversed_tables = {
        name: table.take(pa.array(range(len(table) - 1, -1, -1), pa.int64())) for name, table in rendered.tables.items()
    }
    run, again = group(rendered), group(replace(rendered, tables=reversed_tables))
    by_id = {made["group_id"]: made for made in run.groups}
    assert {made["group_id"]: made for made in again.groups} == by_id
    assert sorted(map(str, again.plan)) == sorted(map(str, run.plan))


@pytest.mark.parametrize("source", list(Source))
@settings(QUICK, max_examples=4)
@given(seed=st.integers(0, 10**9), n_new=st.integers(1, 5))
def test_a_tenth_more_subjects_moves_no_old_one(
    source: Source, cohorts: Callable[[Source], Rendered], seed: int, n_new: int
) -> None:
    whole = cohorts(source)
    every = sorted(whole.subject_ids)
    new = every[seed % len(every)], *every[:n_new]
    before = _splits(_without(whole, new), seed)
    after = _splits(whole, seed)
    joined = {row["person_id"] for row in after.values() if row["subject_id"] in new}
    old = [subject for subject in before if after[subject]["person_id"] not in joined]
    assert old
    assert {subject: before[subject]["split"] for subject in old} == {subject: after[subject]["split"] for subject in old}
    assert all(before[subject]["drawn"] == after[subject]["drawn"] for subject in before)


@pytest.mark.parametrize("source", [Source.MS_CXR_T, Source.VQA_RAD, Source.LLAVA_MED])
@pytest.mark.parametrize("is_exact", [True, False], ids=["same file", "other contrast and compression"])
def test_one_film_of_two_subjects_makes_them_one_person_of_the_stricter_split(
    source: Source, is_exact: bool, tmp_path: Path
) -> None:
    folder = write_download(source, tmp_path / "download", 12, seed=31)
    drawn: dict[str, str] = {}
    pair: list[str] = []

    def plant(corpus: Any, root: Path) -> None:
        readable = [image for image in corpus.images if image.is_readable]
        drawn.update(_draws(source, folder, sorted({image.subject_id for image in readable})))
        first = next(image for image in readable if drawn[image.subject_id] == "train")
        other = next(image for image in readable if drawn[image.subject_id] != "train")
        pair.extend((first.subject_id, other.subject_id))
        _copy(root / first.path, root / other.path, is_exact)

    run = group(read_and_render(source, folder, plant), splits=SEED_OF_BOTH)
    rows = {row["subject_id"]: row for row in run.splits}
    assert rows[pair[0]]["person_id"] == rows[pair[1]]["person_id"]
    assert rows[pair[0]]["split"] == rows[pair[1]]["split"] == max((drawn[one] for one in pair), key=STRICTNESS.index)
    assert rows[pair[0]]["drawn"] == "train"
    assert not [made for made in run.groups if set(pair) <= set(made["subject_ids"])], "one person twice in a composed group"
    assert find_broken(run) == []


SEED_OF_BOTH = {
    "seed": 11,
    "ms_cxr_t": {"train": 0.5, "held_in": 0.5},
    "llava_med": {"train": 0.5, "held_in": 0.5},
}  # so that twelve subjects are of both splits


@pytest.mark.parametrize("spoil", ["order", "label", "fact", "date", "stranger", "cap", "lost", "plan"])
def test_the_judge_sees_what_is_broken(spoil: str, cohorts: Callable[[Source], Rendered]) -> None:
    run = group(cohorts(Source.LUMIERE))
    assert find_broken(run) + find_untrue(run) == []
    spoilt = _spoil(run, spoil)
    assert find_broken(spoilt) + find_untrue(spoilt) != []


def _spoil(run: Run, how: str) -> Run:
    forecast = next(made for made in run.groups if made["subtask"] == "next_status")
    others = [made for made in run.groups if made is not forecast]
    stranger = next(image for image in run.images if image["subject_id"] != forecast["subject_ids"][0])
    changes: dict[str, Row] = {
        "order": {"image_ids": forecast["image_ids"][::-1]},
        "label": {"label": "stable" if forecast["label"] != "stable" else "worsening"},
        "fact": {"facts": [*forecast["facts"][:-1], {**forecast["facts"][-1], "value": "CR?"}]},
        "date": {"rule": "seen on 2031-01-01"},
        "stranger": {"image_ids": [*forecast["image_ids"][:-1], stranger["image_id"]]},
    }
    if how in changes:
        return replace(run, groups=[*others, {**forecast, **changes[how]}])
    if how == "cap":
        copies = [{**forecast, "group_id": f"group-{place}"} for place in range(5)]
        return replace(run, groups=[*others, *copies])
    return replace(run, ungrouped=run.ungrouped[1:]) if how == "lost" else replace(run, groups=others)


def _letters_by_size(records: Iterable[Record]) -> list[set[int]]:
    """Return, for each split, sub-task and number of options, the different numbers of records that letters are keyed for."""
    counts: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for record in records:
        if record.letter is not None:
            counts[record.split, record.subtask, len(record.options)][record.letter] += 1
    return [{of_letter[letter] for letter in LETTERS[:size]} for (*_, size), of_letter in counts.items()]


def _without(rendered: Rendered, subjects: tuple[str, ...]) -> Rendered:
    def keep(table: pa.Table) -> pa.Table:
        gone = pc.call_function("is_in", [table.column("subject_id")], pc.SetLookupOptions(value_set=pa.array(subjects)))
        return table.filter(pc.call_function("invert", [gone]))

    return replace(rendered, tables={name: keep(table) for name, table in rendered.tables.items()})


def _splits(rendered: Rendered, seed: int) -> dict[str, Row]:
    return {row["subject_id"]: row for row in draw(rendered, splits={"seed": seed}).to_pylist()}


def _draws(source: Source, folder: Path, subjects: list[str]) -> dict[str, str]:
    """Return what each subject draws by itself, with no image at hand."""
    studies = pa.table({"subject_id": subjects})
    alone = Rendered(source, folder, {"studies": studies, "images": tables.RENDERED_IMAGES.to_arrow([])})
    return {row["subject_id"]: row["split"] for row in draw(alone, splits=SEED_OF_BOTH).to_pylist()}


def _copy(first: Path, other: Path, is_exact: bool) -> None:
    if is_exact:
        other.write_bytes(first.read_bytes())
        return
    with Image.open(first) as picture:
        picture.convert("L").point(lambda level: level * 0.8 + 20).save(other, quality=75)
