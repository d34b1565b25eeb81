"""A model's own chat template is used as it is meant, and refused where it would hide the question or its images."""

import json
import shutil
from pathlib import Path

import pytest

from evaluation.models.model import ModelError, Prompt
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.folders import find_folder
from evaluation.models.transformers_model.loading import load_model
from evaluation.models.transformers_model.preparing import Preparer
from evaluation.models.transformers_model.prompt_layout import Layout
from evaluation.models.transformers_model.shots import Shot
from pipelines.score_records import ImageUse

OF_PARTS = (
    "{% for m in messages %}[{{ m.role }}]{% for c in m.content %}{% if c.type == 'image' %}<image>{% else %}{{ c.text }}"
    "{% endif %}{% endfor %}{% endfor %}"
)
OF_TEXT = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"


@pytest.fixture
def read(tiny_folders, tmp_path: Path, pictures):
    """What a model of a chat template reads: `read(template, n_images)` is the prompt's text, image tokens as one mark."""

    def find(template: str, n_images: int, shots: int = 0, *, starts: bool = False) -> str:
        folder = shutil.copytree(tiny_folders["llava"], tmp_path / "mine", dirs_exist_ok=True)
        (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
        if starts:
            add_start_token(folder / "tokenizer.json")
        loaded = load_model(find_folder(str(folder), None), TransformersOptions(device="cpu"))
        preparer = Preparer(loaded, Layout.TEMPLATE, ImageUse.MANY, seed=1)
        prompt = Prompt("answer-1", "r1", "Which?", tuple(pictures[:n_images]), (), ())
        shown = [Shot("Side?", "Left", tuple(pictures[4:5]))] * shots
        inputs = preparer.prepare(prompt, shown).inputs
        return loaded.tokenizer.decode(inputs["input_ids"][0]).replace("<image>" * 16, "<image>")

    return find


def add_start_token(path: Path) -> None:
    """Let the tokenizer put <s> before every text, as those of Llama and Gemma do."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("template", [OF_PARTS, OF_TEXT])
def test_a_template_of_parts_and_one_of_text_show_the_same(template, read):
    assert read(template, 2) == "[user]<image><image>Which?"
    assert read(template, 0) == "[user]Which?"
    assert read(template, 1, shots=2) == "[user]<image>Side?[assistant]Left" * 2 + "[user]<image>Which?"


@pytest.mark.parametrize("template", [OF_PARTS, "<s>" + OF_PARTS])
def test_a_prompt_starts_with_one_start_token_whoever_puts_it(template, read):
    assert read(template, 1, starts=True) == "<s>[user]<image>Which?"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{% for m in messages %}{{ m.content[-1].text }}{% endfor %}", "images are not printed"),
        ("{{ messages[0].role }}", "the question is not printed as it is"),
        ("{{ raise_exception('no such role') }}", "no such role"),
    ],
)
def test_a_template_that_hides_question_or_images_is_refused(template, problem, read):
    with pytest.raises(ModelError, match=rf"chat template shows images neither as parts \(.*{problem}"):
        read(template, 2)
