"""A model's folder is somebody's files: using it runs nothing of theirs, and what it raises tells nothing of ours."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.models.model import Answer, ModelError, Prompt
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.model import TransformersModel
from pipelines.score_records import Finish


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def folder(tiny_folders: dict[str, Path], tmp_path: Path) -> Path:
    return shutil.copytree(tiny_folders["llava"], tmp_path / "theirs")


def ask(folder: Path, *prompts: Prompt, said: list[str] | None = None) -> list[Answer]:
    model = TransformersModel("theirs", str(folder), TransformersOptions.parse("device=cpu&max_new_tokens=2"), seed=1)
    return list(model.answer(prompts, None if said is None else said.append))


def change_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def pickle_weights(folder: Path, ran: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Touch(ran)))


def pickle_weights_in_an_archive(folder: Path, ran: Path) -> None:
    import torch

    (folder / "model.safetensors").unlink()
    torch.save({"weight": Touch(ran)}, folder / "pytorch_model.bin")


def bring_a_model_class(folder: Path, ran: Path) -> None:
    change_json(folder / "config.json", model_type="theirs", auto_map={"AutoConfig": "theirs.It", "AutoModel": "theirs.It"})


def bring_another_class_of_a_known_model(folder: Path, ran: Path) -> None:
    change_json(folder / "config.json", auto_map={"AutoModelForImageTextToText": "theirs.It", "AutoConfig": "theirs.It"})


def bring_a_tokenizer(folder: Path, ran: Path) -> None:
    change_json(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["theirs.It", "theirs.It"]}, tokenizer_class="It")


def bring_a_processor(folder: Path, ran: Path) -> None:
    change_json(folder / "processor_config.json", auto_map={"AutoProcessor": "theirs.It"}, processor_class="It")


def bring_a_way_to_generate(folder: Path, ran: Path) -> None:
    (folder / "custom_generate").mkdir()
    shutil.copy(folder / "theirs.py", folder / "custom_generate" / "generate.py")


def write_a_hostile_template(folder: Path, ran: Path) -> None:
    template = f"{{{{ cycler.__init__.__globals__.os.mkdir({str(ran)!r}) }}}}"
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")


@pytest.mark.parametrize(
    "prepare",
    [
        pickle_weights,
        pickle_weights_in_an_archive,
        bring_a_model_class,
        bring_another_class_of_a_known_model,
        bring_a_tokenizer,
        bring_a_processor,
        bring_a_way_to_generate,
        write_a_hostile_template,
    ],
)
def test_nothing_of_a_models_folder_is_run(folder: Path, tmp_path: Path, prepare: Callable[[Path, Path], None]):
    ran = tmp_path / "ran"
    code = f"import os\nos.mkdir({str(ran)!r})\nclass It: ...\ndef generate(*args, **kwargs): ...\n"
    (folder / "theirs.py").write_text(code, encoding="utf-8")
    prepare(folder, ran)
    try:
        answered = len(ask(folder, Prompt("answer-1", "r1", "Which?", (), (), ())))
    except ModelError as error:
        answered = 1
        assert "transformers:theirs: cannot be loaded" in str(error) or "chat template" in str(error)
    assert answered == 1 and not ran.exists()


def test_what_would_run_does_run_where_it_is_let(tmp_path: Path):
    ran = tmp_path / "ran"
    pickle.loads(pickle.dumps(Touch(ran)))
    assert ran.exists(), "else the tests above could not fail"


def test_a_template_that_raises_what_it_was_asked_is_told_by_its_kind_alone(folder: Path):
    template = (
        "{% for m in messages %}{% for c in m.content %}{% if c.type == 'image' %}<image>{% else %}{{ c.text }}"
        "{% if 'quibblewort' in c.text %}{{ raise_exception('no such thing: ' ~ c.text) }}{% endif %}{% endif %}"
        "{% endfor %}{% endfor %}"
    )
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    said: list[str] = []
    prompts = [Prompt(f"answer-{word}", word, f"Which {word}?", (), (), ()) for word in ("side", "quibblewort")]
    found = {answer.key: answer.finish for answer in ask(folder, *prompts, said=said)}
    assert found["answer-quibblewort"] is Finish.NOT_ACCEPTED and found["answer-side"] is not Finish.NOT_ACCEPTED
    assert said == ["theirs: 1 of 2 prompts count as empty answers: refused by the chat template (TemplateError) 1"]
