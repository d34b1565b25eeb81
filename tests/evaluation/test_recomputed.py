"""Every number of the tables, from raw answers, by other code than ours: plain Python, and the metrics' own libraries."""

import csv
import io
import math
import random
from collections import Counter, defaultdict
from functools import cache
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from evaluation.benchmark import BenchmarkItem
from evaluation.comparisons.models import compare_models
from evaluation.leaderboard.table import render_csv
from evaluation.measuring import measure_model
from evaluation.scores.judged_answers import expand_views
from pipelines.score_records import Condition, Prediction
from pipelines.settings import Settings
from pipelines.vocabulary import AnswerType

SIGHTED, BLIND, SHUFFLED = Condition.SIGHTED, Condition.BLIND, Condition.SHUFFLED_IMAGES
PERMUTED = Condition.PERMUTED_OPTIONS
VIEWS = ("as_published", "corrected")
TEXTS = ("mild oedema", "large effusion", "clear lungs", "small nodule")
SENTENCES = ("The heart is enlarged.", "Both lungs are clear, without effusion.", "A small nodule lies in the left lung.")


def build_items():
    """36 closed items, of which some print a text twice and two have a reference that is no option, and 13 open ones."""
    rng = random.Random(11)
    items = []
    for place in range(49):
        options, answer, letter = {}, SENTENCES[place % 3], None
        if place < 36:
            options = dict(zip("ABCD", rng.sample(TEXTS, rng.choice((2, 3, 4))), strict=False))
            if place % 5 == 0 and len(options) > 2:
                options["C"] = options["A"]
            letter = rng.choice(list(options))
            answer = "a text that no option has" if place in (7, 20) else options[letter]
        answer_type = AnswerType.CLOSED if options else AnswerType.OPEN
        key, unit = f"r{place:02}", f"u{place * 5 % 12:02}"
        items.append(BenchmarkItem(key, place, key, (f"{key}.png",), "Which?", options, letter, answer, answer_type, unit))
    return {item.key: item for item in items}


ITEMS = build_items()


def print_options(item, variant):
    """The options and the key as they are printed when every text has moved on by some places."""
    letters, shift = list(item.options), int(variant or 0)
    moved = {letters[(place + shift) % len(letters)]: text for place, text in enumerate(item.options.values())}
    key = letters[(letters.index(item.letter) + shift) % len(letters)]
    return {letter: moved[letter] for letter in letters}, key


def answer_all():
    """(model, condition, variant, key) -> output: a letter, the text of an option, or nothing; one model is mostly right."""
    rng, outputs = random.Random(12), {}
    for model, item in product(("good", "poor"), ITEMS.values()):
        for variant in ("", *map(str, range(1, len(item.options)))):
            for condition in (PERMUTED,) if variant else (SIGHTED, BLIND, SHUFFLED):
                if item.options:
                    options, key = print_options(item, variant)
                    choices = [*options, *options.values(), "", *[key, options[key]] * (6 if model == "good" else 0)]
                else:
                    choices = [*SENTENCES, item.answer, "", "  \n"]
                outputs[model, condition, variant, item.key] = rng.choice(choices)
    # what a run that was stopped leaves: items that one model, or one condition, has no answer to
    for lacking in (("poor", SIGHTED, "", "r03"), ("good", BLIND, "", "r04"), ("poor", PERMUTED, "1", "r10")):
        del outputs[lacking]
    return outputs


OUTPUTS = answer_all()


def read(output, options):
    """The letter of an output that is a letter or an option's text, and the text that it names."""
    if output in options:
        return output, options[output]
    letters = [letter for letter, text in options.items() if text == output]
    return (letters[0] if len(letters) == 1 else None), (output if letters else None)


def value(model, condition, variant, key, view):
    """What an answer is worth; None where there is none, or where a view leaves its item out."""
    item, output = ITEMS[key], OUTPUTS.get((model, condition, variant, key))
    if output is None:
        return None
    if not item.options:
        return sum(score_text(output, item.answer)) / 3
    options, keyed = print_options(item, variant)
    letter, text = read(output, options)
    if view == "corrected":
        return None if item.answer not in options.values() else float(text == item.answer)
    return float(letter == keyed)


@cache
def score_text(output, reference):
    import sacrebleu
    from rouge_score.rouge_scorer import RougeScorer
    from torchmetrics.functional.text.bert import bert_score

    from evaluation.open_answers.bert import load_bert
    from evaluation.open_answers.presets import find_preset

    if not output.strip():
        return 0.0, 0.0, 0.0
    bert = load_bert(find_preset("ci_offline"))
    recall = bert_score([output], [reference], model=bert.model, user_tokenizer=bert.tokenizer, num_layers=6, truncation=True)
    bleu = sacrebleu.sentence_bleu(output, [reference], lowercase=True, use_effective_order=True)
    return float(recall["recall"]), bleu.score / 100, RougeScorer(["rougeL"]).score(reference, output)["rougeL"].recall


def wilson(share, n):
    z = 1.959963984540054
    middle, half = share + z * z / 2 / n, z * math.sqrt(share * (1 - share) / n + z * z / 4 / n / n)
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def resample(values, keys):
    """The 2.5 % and 97.5 % points of the mean over items when whole units are drawn, by other draws than ours."""
    units = sorted({ITEMS[key].unit for key in keys})
    parts = [[one for one, key in zip(values, keys, strict=True) if ITEMS[key].unit == unit] for unit in units]
    sums, sizes = np.array([math.fsum(part) for part in parts]), np.array([len(part) for part in parts])
    drawn = np.random.default_rng(77).integers(len(units), size=(4000, len(units)))
    return np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), [0.025, 0.975])


def flip_signs(values, keys):
    """The share of all choices of a sign per unit whose total is as far from 0 as the one seen."""
    sums = defaultdict(float)
    for one, key in zip(values, keys, strict=True):
        sums[ITEMS[key].unit] += one
    found = [one for one in sums.values() if abs(one) > 1e-9]
    totals = [abs(math.fsum(map(math.prod, zip(found, signs, strict=True)))) for signs in product((1, -1), repeat=len(found))]
    return sum(total >= abs(math.fsum(found)) - 1e-9 for total in totals) / len(totals)


def step_down(ps):
    """Holm's p: of the ordered p, the i-th times how many are left, never below the one before, at most 1."""
    order = sorted(range(len(ps)), key=ps.__getitem__)
    return {place: min(1.0, max((len(ps) - i) * ps[order[i]] for i in range(rank + 1))) for rank, place in enumerate(order)}


@pytest.fixture(scope="module")
def table(minilm):
    """The rows of all tables on the two models' answers."""
    settings = Settings(evaluation={"preset": "ci_offline", "bootstrap_draws": 4000})
    measured = {}
    for model in ("good", "poor"):
        rows = [
            Prediction(model, "demo", key, output, condition, variant, answer_key="k")
            for (name, condition, variant, key), output in OUTPUTS.items()
            if name == model
        ]
        measured[model] = measure_model(model, {"demo": list(ITEMS.values())}, rows, {}, settings)
    judged = [row for one in measured.values() for row in expand_views(one.answers)]
    return SimpleNamespace(
        scores=[score for one in measured.values() for score in one.scores],
        effects=[effect for one in measured.values() for effect in one.effects],
        consistency={model: one.consistency for model, one in measured.items()},
        comparisons=compare_models(judged, seed=settings.evaluation.seed, draws=4000),
    )


def keys_of(answer_type, *values_of):
    """The items of a type for which every given function has a value."""
    return [key for key in ITEMS if ITEMS[key].answer_type is answer_type and all(of(key) is not None for of in values_of)]


def test_every_score_is_what_its_raw_answers_are_worth(table):
    wanted = [(AnswerType.CLOSED, view) for view in VIEWS] + [(AnswerType.OPEN, "as_published")]
    expected = set(product(("good", "poor"), (SIGHTED, BLIND, SHUFFLED), wanted))
    assert {(row.model, row.condition, (row.answer_type, row.view)) for row in table.scores} == expected
    for row in table.scores:
        keys = keys_of(row.answer_type, lambda key, row=row: value(row.model, row.condition, "", key, row.view))
        values = [value(row.model, row.condition, "", key, row.view) for key in keys]
        said = [OUTPUTS[row.model, row.condition, "", key] for key in keys]
        mean = math.fsum(values) / len(values)
        assert (row.n, row.n_clusters) == (len(keys), len({ITEMS[key].unit for key in keys}))
        assert row.value == pytest.approx(mean, abs=2e-6)
        assert (row.cluster_low, row.cluster_high) == pytest.approx(resample(values, keys), abs=0.03)
        if row.answer_type is AnswerType.CLOSED:
            assert (row.low, row.high) == pytest.approx(wilson(mean, row.n))
            unread = [key for key, output in zip(keys, said, strict=True) if read(output, ITEMS[key].options)[0] is None]
            # in the corrected view a text printed twice can be named without a letter
            worth = dict(zip(keys, values, strict=True))
            assert row.n_unparsed == sum(not worth[key] for key in unread)
            continue
        parts = np.array([score_text(output, ITEMS[key].answer) for output, key in zip(said, keys, strict=True)]).mean(axis=0)
        assert (row.bert_recall, row.bleu, row.rouge_l_recall) == pytest.approx(parts.tolist(), abs=2e-6)
        lengths = [len(output.split()) / len(ITEMS[key].answer.split()) for output, key in zip(said, keys, strict=True)]
        assert row.length_ratio == pytest.approx(math.fsum(lengths) / len(lengths))
        assert row.n_unparsed == sum(not output.strip() for output in said)


def test_what_is_left_over_a_control_is_of_items_that_were_answered_both_ways(table):
    assert len(table.effects) == 2 * 2 * 3
    for row in table.effects:
        keys, values = subtract(row.answer_type, row.view, (row.model, SIGHTED), (row.model, row.condition))
        assert (row.n, row.difference) == (len(keys), pytest.approx(math.fsum(values) / len(keys), abs=2e-6))
        assert row.sighted - row.control == pytest.approx(row.difference)
        assert (row.low, row.high) == pytest.approx(resample(values, keys), abs=0.03)
        assert row.p == pytest.approx(flip_signs(values, keys), abs=2e-3)


def subtract(answer_type, view, first, second):
    """The items that both (model, condition) have a value for, and the differences."""
    a, b = ((lambda key, who=who: value(*who, "", key, view)) for who in (first, second))
    keys = keys_of(answer_type, a, b)
    return keys, [a(key) - b(key) for key in keys]


def test_two_models_are_compared_as_the_textbooks_say(table):
    assert len(table.comparisons) == 3
    flips = {}
    for row in table.comparisons:
        keys, values = subtract(row.answer_type, row.view, ("good", SIGHTED), ("poor", SIGHTED))
        assert (row.n, row.difference) == (len(keys), pytest.approx(math.fsum(values) / len(keys), abs=2e-6))
        assert (row.low, row.high) == pytest.approx(resample(values, keys), abs=0.03)
        flips[row.view, row.answer_type] = flip_signs(values, keys)
        assert row.sign_flip_p == pytest.approx(flips[row.view, row.answer_type], abs=2e-3)
        if row.answer_type is AnswerType.OPEN:
            assert (row.n_only_a, row.n_only_b, row.mcnemar_p, row.mcnemar_p_holm) == (None, None, None, None)
            continue
        n_a, n_b = values.count(1), values.count(-1)
        tail = sum(math.comb(n_a + n_b, hits) for hits in range(min(n_a, n_b) + 1)) / 2 ** (n_a + n_b)
        assert (row.n_only_a, row.n_only_b, row.mcnemar_p) == (n_a, n_b, pytest.approx(min(1.0, 2 * tail)))
        assert row.mcnemar_p_holm == row.mcnemar_p  # one closed column in each view
    for row in table.comparisons:  # the open column stands in the table of either view
        family = [flips[row.view, AnswerType.CLOSED], flips["as_published", AnswerType.OPEN]]
        place = int(row.answer_type is AnswerType.OPEN)
        assert row.sign_flip_p_holm == pytest.approx(step_down(family)[place], abs=4e-3)


@pytest.mark.parametrize("model", ["good", "poor"])
def test_consistency_counts_texts_and_position_bias_counts_places(table, model):
    (row,) = table.consistency[model]
    kept, right, means, units, places, keyed = [], [], [], [], Counter(), Counter()
    for key, item in ITEMS.items():
        variants = [(SIGHTED, ""), *((PERMUTED, str(shift)) for shift in range(1, len(item.options)))]
        outputs = [OUTPUTS.get((model, *variant, key)) for variant in variants]
        if not item.options or None in outputs:
            continue
        texts = set()
        for output, (_, variant) in zip(outputs, variants, strict=True):
            options, keyed_letter = print_options(item, variant)
            letter, text = read(output, options)
            texts.add(text)
            if letter is not None:
                places["ABCD".index(letter)] += 1
                keyed["ABCD".index(keyed_letter)] += 1
        values = [value(model, *variant, key, "as_published") for variant in variants]
        kept.append(float(len(texts) == 1 and None not in texts))
        right.append(all(values))
        means.append(math.fsum(values) / len(values))
        units.append(key)
    n, decided = len(kept), places.total()
    shares = [[counts[place] / decided for place in range(4)] for counts in (places, keyed)]
    assert (row.condition, row.n, row.consistent) == (PERMUTED, n, pytest.approx(sum(kept) / n))
    assert (row.low, row.high) == pytest.approx(resample(kept, units), abs=0.03)
    assert (row.always_right, row.accuracy) == (pytest.approx(sum(right) / n), pytest.approx(math.fsum(means) / n))
    assert [list(row.places), list(row.keyed_places)] == [pytest.approx(share) for share in shares]
    assert row.position_bias == pytest.approx(sum(abs(a - b) for a, b in zip(*shares, strict=True)) / 2)


def test_the_csv_has_every_score_in_full(table):
    rows = list(csv.DictReader(io.StringIO(render_csv(table.scores))))
    read_back = [(row["model"], row["condition"], row["view"], float(row["value"]), int(row["n"])) for row in rows]
    assert read_back == [(row.model, str(row.condition), row.view, row.value, row.n) for row in table.scores]


def test_the_table_has_what_makes_numbers_go_wrong():
    # repeated texts that are keyed and named in words, excluded items, empty answers, items of one model alone
    closed = [item for item in ITEMS.values() if item.options]
    repeated = {item.key for item in closed if len(set(item.options.values())) < len(item.options)}
    named = {
        key for (_, _, _, key), output in OUTPUTS.items() if key in repeated and read(output, ITEMS[key].options)[0] is None
    }
    assert len(repeated) >= 3 and len(named) >= 3
    assert sum(item.answer not in item.options.values() for item in closed) == 2
    assert {len(item.options) for item in closed} == {2, 3, 4} and "" in OUTPUTS.values()
