import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from pipelines.choices import Generation
from pipelines.generation.draft import TemplateKind
from pipelines.generation.record import build_records
from pipelines.generation.template.classes import PLACE, TEMPLATED
from pipelines.generation.template.item import pick
from pipelines.generation.template.wording import load_wordings
from pipelines.generation.template.write import write_templates
from pipelines.reasons import Reason, Stage
from pipelines.validation.summary import longest_option_hit
from pipelines.vocabulary import AnswerType, Origin, SubTask
from tests.pipelines.generation.template.inherent_groups import FINDINGS, make_group, plausible_groups

SETTINGS = Generation()
BIRADS = "ANBPSMK"


def _everything():
    return [group for subtask in TEMPLATED for group in plausible_groups(subtask)]


def _progressions(n_groups, labels=("improving", "stable", "worsening")):
    """Groups of finding_progression whose labels follow no order."""
    draw = random.Random(3)
    for number in range(n_groups):
        finding, label = FINDINGS[number % len(FINDINGS)], draw.choice(labels)
        facts = [(1, f"{finding}_progression", label)]
        yield make_group(SubTask.FINDING_PROGRESSION, label, facts, str(number), asked=finding, days=(0, 90))


def test_every_group_gives_a_closed_and_an_open_item():
    groups = _everything()
    outcome = write_templates(groups, SETTINGS)
    made = Counter((draft.group.group_id, draft.answer_type) for draft in outcome.rows)
    assert outcome.rejections == ()
    assert made == Counter((group.group_id, kind) for group in groups for kind in AnswerType)
    assert {draft.kind for draft in outcome.rows} == {TemplateKind.SUBTASK}


def test_the_answer_is_the_groups_label_and_its_evidence_are_the_groups_facts():
    for draft in write_templates(_everything(), SETTINGS).rows:
        assert draft.answer_class == draft.group.label
        assert draft.generator == "template"
        assert draft.version == 1
        assert draft.evidence
        assert set(draft.evidence) <= set(draft.group.facts)
        assert len(draft.distractors) == len(draft.distractor_classes) == len(set(draft.distractors) - {draft.answer})
        assert draft.answer_class not in draft.distractor_classes


def test_an_item_is_the_same_whatever_stands_beside_it_in_the_list():
    groups = _everything()
    shuffled = random.Random(1).sample(groups, len(groups))
    assert write_templates(groups, SETTINGS) == write_templates(shuffled, SETTINGS)


def test_another_seed_gives_other_wordings():
    groups = list(_progressions(30))
    first, second = (write_templates(groups, Generation(seed=seed)).rows for seed in (1, 2))
    assert [draft.question for draft in first] != [draft.question for draft in second]


def test_the_wording_does_not_depend_on_the_label():
    groups = list(_progressions(60))
    turn = {"improving": "stable", "stable": "worsening", "worsening": "improving"}
    turned = [
        replace(group, label=turn[group.label], facts=(replace(group.facts[0], value=turn[group.label]),)) for group in groups
    ]
    outcomes = [write_templates(one, SETTINGS).rows for one in (groups, turned)]
    said = [{(draft.group.group_id, draft.question, draft.template_id) for draft in rows} for rows in outcomes]
    assert said[0] == said[1]


def test_each_wording_is_taken_about_equally_often():
    drafts = [draft for draft in write_templates(list(_progressions(3000)), SETTINGS).rows if draft.distractors]
    wordings = load_wordings(SubTask.FINDING_PROGRESSION)
    for part, n_wordings in (("stem", len(wordings.stems[AnswerType.CLOSED])), ("options", wordings.n_styles)):
        counts = Counter(next(one for one in draft.template_id.split("/") if one.startswith(part)) for draft in drafts)
        assert len(counts) == n_wordings
        assert max(counts.values()) < 1.4 * len(drafts) / n_wordings


@pytest.mark.parametrize("subtask", TEMPLATED)
def test_whoever_takes_the_longest_option_is_right_by_chance(subtask):
    pool = plausible_groups(subtask)
    groups = [replace(pool[number % len(pool)], group_id=f"group-{number}") for number in range(1200)]
    records = [record for record in build_records(write_templates(groups, SETTINGS).rows, 1) if record.letter]
    by_size = defaultdict(list)
    for record in records:
        by_size[len(record.options)].append(longest_option_hit(record))
    assert by_size
    for size, hits in by_size.items():
        assert sum(hits) / len(hits) <= 1 / size + 0.05 + 2 * (0.25 / len(hits)) ** 0.5, size


def test_the_template_id_tells_the_wording_and_the_template_its_text():
    [draft] = [one for one in write_templates(list(_progressions(9)), SETTINGS).rows if one.distractors][:1]
    wordings = load_wordings(SubTask.FINDING_PROGRESSION)
    subtask, kind, stem, options = draft.template_id.split("/")
    assert (subtask, kind) == ("finding_progression", "closed")
    text = wordings.stems[AnswerType.CLOSED][int(stem.removeprefix("stem ")) - 1]
    style = int(options.removeprefix("options ")) - 1
    assert draft.template == "\n".join((text, *(answer.options[style] for answer in wordings.answers.values())))


def test_a_forecast_rests_on_the_hidden_visit_and_on_its_day_where_the_question_tells_it():
    drafts = write_templates(plausible_groups(SubTask.NEXT_ASSESSMENT) * 1, SETTINGS).rows
    for draft in drafts:
        tells = "{ahead}" in draft.template.splitlines()[0]
        assert {fact.image_index for fact in draft.evidence} == {None}
        assert {fact.code for fact in draft.evidence} == ({"birads", "days_after_last_visit"} if tells else {"birads"})
    assert {"{ahead}" in draft.template for draft in drafts} == {True, False}


def test_a_side_that_the_text_tells_is_evidence():
    for draft in write_templates(plausible_groups(SubTask.VIEW_IDENTIFICATION), SETTINGS).rows:
        assert ("laterality" in {fact.code for fact in draft.evidence}) == ("{side}" in draft.template)


def test_one_visit_shown_twice_is_never_called_a_course_of_visits():
    groups = [group for group in plausible_groups(SubTask.NEXT_ASSESSMENT) if group.group_id.endswith("aa")]
    drafts = [draft for seed in range(40) for draft in write_templates(groups, Generation(seed=seed)).rows]
    shown = {draft.question for draft in drafts}
    assert groups
    assert not any("{interval}" in draft.template for draft in drafts)
    assert not [text for text in shown if "two visits" in text or "order of time" in text or "taken apart" in text]
    assert any("one visit" in text for text in shown)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "resolved"}, "answer 'resolved': finding_progression.yaml has improving, stable, worsening"),
        ({"asked": "atelectasis"}, "asked about 'atelectasis': finding_progression.yaml has words for consolidation"),
        ({"facts": ()}, "expected a fact edema_progression of image 2, got nothing"),
        ({"origin": Origin.COMPOSED}, "composed group of finding_progression: there are wordings for inherent groups only"),
    ],
)
def test_a_group_of_which_nothing_can_be_written_is_one_rejection_and_its_neighbours_stay(change, said):
    group = make_group(SubTask.FINDING_PROGRESSION, "stable", [(1, "edema_progression", "stable")], "bad", asked="edema")
    neighbours = list(_progressions(6))
    outcome = write_templates([replace(group, **change), *neighbours], SETTINGS)
    [rejection] = outcome.rejections
    assert (rejection.item, rejection.stage, rejection.reason) == (group.group_id, Stage.GENERATE, Reason.NO_TEMPLATE)
    assert said in rejection.detail
    assert outcome.rows == write_templates(neighbours, SETTINGS).rows


def test_a_place_beyond_the_images_is_a_rejection():
    group = replace(plausible_groups(SubTask.SUSPICIOUS_IMAGE)[0], label="3")
    [rejection] = write_templates([group], SETTINGS).rejections
    assert rejection.detail == "answer '3': suspicious_image.yaml has one of 2 places"


def test_a_group_without_a_second_answer_gives_an_open_item_alone():
    [group] = _progressions(1, labels=("stable",))
    [draft] = write_templates([group], SETTINGS).rows
    assert draft.answer_type is AnswerType.OPEN


def test_picking_goes_through_all_wordings_before_one_comes_again():
    for n_wordings in (1, 4, 17):
        picked = [pick(n_wordings, version, 5, "stem", "group-1") for version in range(1, 2 * n_wordings + 1)]
        assert sorted(picked[:n_wordings]) == list(range(n_wordings))
        assert picked[:n_wordings] == picked[n_wordings:]


def test_places_are_said_by_number_and_by_ordinal():
    said = load_wordings(SubTask.VIEW_IDENTIFICATION).answers[PLACE].options
    assert any("{place}" in text for text in said)
    assert any("{number}" in text for text in said)
