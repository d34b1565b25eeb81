from collections.abc import Iterable, Iterator
from random import Random

import pytest
import torch

from evaluation.open_answers import bert
from evaluation.open_answers.bert import BertModel, Ids, load_bert
from evaluation.open_answers.presets import Bleu, OpenPreset, PresetError

REFERENCE = "The first image shows a lesion in the left kidney."
WORDS = (
    "the",
    "first",
    "second",
    "image",
    "shows",
    "a",
    "lesion",
    "in",
    "left",
    "right",
    "lung",
    "kidney",
    "no",
    "change",
    "larger",
    "smaller",
    "mass",
    "which",
    "of",
    "12",
    "mm",
)


def write_pairs(seed: int, size: int, longest: int) -> list[tuple[str, str]]:
    random = Random(seed)

    def write() -> str:
        return " ".join(random.choices(WORDS, k=random.randint(1, longest)))

    return [(write(), write()) for _ in range(size)]


def ask_torchmetrics(model: BertModel, pairs: list[tuple[str, str]], layer: int) -> list[float]:
    """Pair by pair: in batches torchmetrics compares texts with other texts' references."""
    from torchmetrics.functional.text.bert import bert_score

    return [
        float(
            bert_score([got], [wanted], model=model.model, user_tokenizer=model.tokenizer, num_layers=layer, truncation=True)[
                "recall"
            ]
        )
        for got, wanted in pairs
    ]


@pytest.fixture(scope="module")
def small_roberta(tmp_path_factory: pytest.TempPathFactory, minilm: BertModel) -> str:
    """A folder with an untrained model of three layers, another kind of model than the bundled one."""
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("roberta")
    config = RobertaConfig(
        vocab_size=31_000,
        max_position_embeddings=514,
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=64,
    )
    RobertaModel(config).save_pretrained(folder)
    minilm.tokenizer.save_pretrained(folder)
    return str(folder)


def preset_of(folder: str, layer: int) -> OpenPreset:
    return OpenPreset("small", folder, layer, Bleu.SACREBLEU)


def test_recalls_of_a_batch_are_those_of_torchmetrics_for_each_pair(minilm: BertModel) -> None:
    pairs = [
        *write_pairs(seed=1, size=12, longest=30),
        (REFERENCE, REFERENCE),
        ("肾 und Niere", "左肾, the left kidney"),
        ("a", "b"),
        ("kidney " * 700, REFERENCE),
        (REFERENCE, "kidney lung " * 400),
    ]
    assert minilm.recalls(pairs) == pytest.approx(ask_torchmetrics(minilm, pairs, layer=6), abs=2e-6)


def test_recall_equals_the_definition_in_the_bertscore_paper(minilm: BertModel) -> None:
    def embed(text: str) -> torch.Tensor:
        with torch.no_grad():
            states = minilm.model(**minilm.tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states[6]
        return torch.nn.functional.normalize(states[0, 1:-1], dim=-1)

    prediction = "A mass lies in the liver."
    recall = (embed(REFERENCE) @ embed(prediction).T).max(dim=1).values.mean()
    assert minilm.recalls([(prediction, REFERENCE)]) == pytest.approx([float(recall)], abs=2e-6)


def test_a_pair_scores_the_same_alone_in_other_order_and_in_other_company(minilm: BertModel) -> None:
    pairs = write_pairs(seed=3, size=12, longest=3) + write_pairs(seed=4, size=6, longest=25)
    ways = []
    for company in ([pairs], [pairs[::-1]], [pairs[::2], pairs[1::2]], [[pair] for pair in pairs]):
        found = {}
        for some in company:
            minilm.remembered.clear()
            found.update(zip(some, minilm.recalls(some), strict=True))
        ways.append(found)
    assert all(way == ways[0] for way in ways)


@pytest.mark.parametrize("length", [3, 4, 5, 9, 17, 40])
def test_a_text_has_the_same_numbers_to_the_last_bit_alone_and_in_a_batch(minilm: BertModel, length: int) -> None:
    # a product of few rows is added up in another order: without copies of a lone short text this fails
    random = Random(length)
    texts = [(101, *random.sample(range(2000, 20_000), length - 2), 102) for _ in range(24)]
    minilm.remembered.clear()
    together = minilm._embed(texts)
    assert all(torch.equal(minilm._embed([text])[text], together[text]) for text in texts)


def test_steps_that_hold_few_texts_at_once_give_the_same_and_remember_no_more_than_they_may(
    minilm: BertModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = write_pairs(seed=4, size=20, longest=20)
    minilm.remembered.clear()
    at_once = minilm.recalls(pairs)
    held: list[int] = []
    embed = BertModel._embed

    def count(self: BertModel, texts: Iterable[Ids]) -> dict[Ids, torch.Tensor]:
        vectors = embed(self, texts)
        held.append(sum(len(ids) for ids in vectors))
        return vectors

    minilm.remembered.clear()
    monkeypatch.setattr(bert, "_TOKENS_HELD", 60)
    monkeypatch.setattr(BertModel, "_embed", count)
    assert minilm.recalls(pairs) == at_once
    assert len(held) > 1 and max(held) <= 60
    assert 0 < sum(len(ids) for ids in minilm.remembered) <= 60


def test_a_text_that_recurs_is_embedded_once_and_a_known_reference_not_again(
    minilm: BertModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    embed = BertModel._embed_batch

    def count(self: BertModel, texts: list[Ids], length: int) -> Iterator[tuple[Ids, torch.Tensor]]:
        asked.extend(len(ids) for ids in texts)
        return embed(self, texts, length)

    monkeypatch.setattr(BertModel, "_embed_batch", count)
    minilm.remembered.clear()
    minilm.recalls([("no change", REFERENCE), ("a mass", REFERENCE), ("no change", "a mass"), ("no change", REFERENCE)])
    assert len(asked) == 3
    minilm.recalls([("another answer", REFERENCE)])
    assert len(asked) == 4


def test_a_text_of_no_tokens_scores_zero_on_either_side(minilm: BertModel) -> None:
    assert minilm.recalls([("\x00", REFERENCE), (REFERENCE, "\x00"), ("", REFERENCE), ("\x00", "\x00")]) == [0.0] * 4


def test_nothing_to_score_gives_nothing(minilm: BertModel) -> None:
    assert minilm.recalls([]) == []


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_layers_above_the_one_that_is_read_are_left_out_and_change_nothing(small_roberta: str, layer: int) -> None:
    pairs = write_pairs(seed=2, size=4, longest=12)
    whole = load_bert(preset_of(small_roberta, 3))
    found = load_bert(preset_of(small_roberta, layer))
    assert len(found.model.get_submodule("encoder.layer")._modules) == layer
    assert found.recalls(pairs) == pytest.approx(ask_torchmetrics(whole, pairs, layer), abs=2e-6)


def test_a_damaged_model_is_an_error_and_no_score_of_zero(small_roberta: str) -> None:
    model = load_bert(preset_of(small_roberta, 2))
    damaged = BertModel(model.label, model.layer, model.max_tokens, model.model, model.tokenizer)
    weights = damaged.model.get_parameter("encoder.layer.0.output.dense.weight")
    kept = weights.data.clone()
    weights.data[0, 0] = float("nan")
    try:
        with pytest.raises(PresetError, match=r"roberta0 L2 sha256:\w{12} gives numbers that are not finite"):
            damaged.recalls([("a mass", REFERENCE)])
    finally:
        weights.data = kept
