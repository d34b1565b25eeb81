from collections import Counter
from dataclasses import replace

from pipelines.validation.rules import validate_records
from pipelines.validation.summary import longest_option_hit, summarise_records
from pipelines.vocabulary import AnswerType


def test_counts_of_a_summary_add_up(good):
    rows = validate_records(good.records, good.groups, good.images).rows
    summary = summarise_records(rows)
    closed = [record for record in rows if record.answer_type is AnswerType.CLOSED]
    assert summary.n_records == len(rows) == sum(summary.by_subtask.values())
    assert sum(sum(counts.values()) for counts in summary.letters.values()) == len(closed)
    assert sum(rule.n for rule in summary.longest_option.values()) == len(closed)
    assert summary.n_units == len({record.unit_id for record in rows})
    assert summary.items_per_image[1] == max(Counter(image for record in rows for image in record.image_ids).values())


def test_longest_option_counts_a_tie_by_its_share(good):
    record = good.first("statement")
    assert longest_option_hit(replace(record, options=("aa", "aa", "b"), answer="aa", letter="A")) == 0.5
    assert longest_option_hit(replace(record, options=("aaa", "aa", "b"), answer="aa", letter="B")) == 0.0
    assert longest_option_hit(replace(record, options=("a", "aa", "b"), answer="aa", letter="B")) == 1.0


def test_longest_option_is_no_better_than_chance_on_real_data(real_rows):
    from scipy.stats import binomtest

    from pipelines.generation.composed.write import generate_composed
    from pipelines.grouping.vqa_rad.composed import compose_groups
    from pipelines.settings import Generation, Grouping

    groups = compose_groups(real_rows.questions, real_rows.images, real_rows.splits, Grouping()).rows
    records = generate_composed(groups, real_rows.questions, Generation()).rows
    rules = summarise_records(records).longest_option
    n_right = sum(rule.accuracy * rule.n for rule in rules.values())
    n_by_chance = sum(rule.chance * rule.n for rule in rules.values())
    assert n_right <= n_by_chance + 0.05 * sum(rule.n for rule in rules.values())
    for size, rule in rules.items():
        assert rule.chance == 1 / size
        interval = binomtest(round(rule.accuracy * rule.n), rule.n).proportion_ci(method="wilson")
        assert interval.low <= rule.chance
