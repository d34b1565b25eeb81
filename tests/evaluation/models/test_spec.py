"""One line of text names a model; a wrong one says what would be right."""

import pytest

from evaluation.models.options import AnswerForm, Dtype, PromptForm
from evaluation.models.spec import ModelKind, ModelSpecError, list_models, parse_spec
from pipelines.score_records import ImageUse


def test_each_kind_of_specification_is_read():
    spec = parse_spec("m", "transformers:/runs/mine?dtype=bf16&batch=2&images=one&answer=letters&trust_remote_code=true")
    assert (spec.kind, spec.argument) == (ModelKind.TRANSFORMERS, "/runs/mine")
    options = spec.options
    assert (options.dtype, options.batch, options.images, options.answer) == (Dtype.BF16, 2, ImageUse.ONE, AnswerForm.LETTERS)
    assert parse_spec("m", "openai:gpt-4o").options.prompt is PromptForm.PUBLISHED
    assert parse_spec("m", "file:a?b.jsonl").argument == "a?b.jsonl"
    assert parse_spec("m", "transformers:org/name@main").argument == "org/name@main"


@pytest.mark.parametrize("short", ["longest", "longest_option"])
def test_a_baseline_is_known_by_the_beginning_of_its_name(short):
    assert parse_spec("m", f"baseline:{short}").argument == "longest_option"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gpt-4o", "expected baseline:NAME, file:PATH"),
        ("openai:", "expected baseline:NAME"),
        ("baseline:best", "no baseline 'best'; there are chance, majority_letter"),
        ("transformers:m?dtpye=bf16", "unknown option 'dtpye'; there are prompt, dtype"),
        ("transformers:m?batch=0", "option batch: got '0'"),
        ("transformers:m?batch=2&batch=3", "a key stands twice"),
        ("transformers:m?dtype=int8", "option dtype: got 'int8'"),
        ("openai:m?detail=huge", "option detail: got 'huge'"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_setting_that_holds_it(text, told):
    with pytest.raises(ModelSpecError) as caught:
        parse_spec("mine", text)
    assert str(caught.value).startswith("evaluation.models.mine: ") and told in str(caught.value)


def test_baselines_come_first_and_their_names_are_taken():
    assert list(list_models({"mine": "file:p.jsonl"}))[-1] == "mine"
    with pytest.raises(ModelSpecError, match="this is the name of a baseline"):
        list_models({"chance": "file:p.jsonl"})
    with pytest.raises(ModelSpecError, match="a name has letters"):
        list_models({"a/b": "file:p.jsonl"})


def test_rules_and_files_are_not_asked():
    assert [parse_spec("m", text).is_asked for text in ("baseline:longest", "file:p", "openai:m", "transformers:m")] == [
        False,
        False,
        True,
        True,
    ]
