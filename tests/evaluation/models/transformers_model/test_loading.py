"""What cannot be loaded, or would be loaded wrongly, is refused with what to do."""

import json
import shutil
from pathlib import Path

import pytest

from evaluation.models.model import ModelError
from evaluation.models.options import Dtype, TransformersOptions
from evaluation.models.transformers_model.folders import find_folder
from evaluation.models.transformers_model.loading import find_device, load_model
from evaluation.models.transformers_model.model import TransformersModel

CPU = TransformersOptions(device="cpu")


@pytest.fixture
def folder(tiny_folders, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_folders["llava"], tmp_path / "mine")


def change_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_a_model_that_is_not_here_says_how_to_fetch_it():
    with pytest.raises(ModelError, match=r"lab/none: neither a folder nor in the local .* \(hf download lab/none\)"):
        find_folder("lab/none", None)
    with pytest.raises(ModelError, match=r"\(hf download lab/none --revision v2\)"):
        find_folder("lab/none", "v2")


def test_a_folder_has_no_revision(folder):
    with pytest.raises(ModelError, match="a folder, which has no revision; leave out revision=v2"):
        find_folder(str(folder), "v2")


def test_a_folder_without_a_model_says_which_folder_is_meant(tmp_path):
    with pytest.raises(ModelError, match=r"neither config\.json nor adapter_config\.json; give the folder"):
        find_folder(str(tmp_path), None)


def test_weights_that_are_missing_are_not_drawn_at_random(folder):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    gone = next(name for name in weights if "multi_modal_projector" in name)
    save_file({name: value for name, value in weights.items() if name != gone}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"mine: 1 weights are not in its files \(.*multi_modal_projector.* drawn at random"):
        load_model(find_folder(str(folder), None), CPU)


def test_an_unknown_architecture_is_told(folder):
    change_json(folder / "config.json", model_type="llava_mistral")
    with pytest.raises(ModelError, match=r"mine: cannot be loaded: ValueError: .*llava_mistral.*see docs/models.md"):
        load_model(find_folder(str(folder), None), CPU)


def test_an_adapter_without_peft_says_what_to_install(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("transformers.utils.import_utils.is_peft_available", lambda: False)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(folder)}), encoding="utf-8")
    with pytest.raises(ModelError, match="adapter: the folder holds an adapter, which needs peft; install it"):
        load_model(find_folder(str(adapter), None), CPU)


def test_an_adapter_of_a_base_that_is_not_here_names_the_base(tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "lab/none"}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"an adapter whose base model is missing: .*hf download lab/none"):
        find_folder(str(tmp_path), None)


@pytest.mark.parametrize("device", ["cuda", "cuda:7", "abacus"])
def test_a_device_that_is_not_here_is_told(device):
    import torch

    if torch.cuda.device_count() > 7 and device != "abacus":
        pytest.skip("this machine has that many")
    with pytest.raises(ModelError, match=f"mine: device={device} is not here .*; take device=auto or device=cpu"):
        find_device("mine", device)


def test_the_type_of_numbers_is_the_one_asked_for(folder):
    import torch

    found = find_folder(str(folder), None)
    assert load_model(found, CPU).model.dtype == torch.float32
    assert load_model(found, TransformersOptions(device="cpu", dtype=Dtype.BF16)).model.dtype == torch.bfloat16


def test_sampling_beams_and_penalties_of_the_models_files_are_put_aside(folder, ask, questions):
    plain = ask(folder, questions)
    change_json(
        folder / "generation_config.json",
        do_sample=True,
        temperature=9.0,
        num_beams=3,
        repetition_penalty=5.0,
        no_repeat_ngram_size=1,
        max_new_tokens=1,
        min_new_tokens=5,
    )
    assert ask(folder, questions, "dtype=fp32") == plain


def test_the_end_of_a_turn_ends_an_answer_although_the_configuration_does_not_say_so(tiny_folders):
    loaded = load_model(find_folder(str(tiny_folders["idefics3"]), None), CPU)
    assert loaded.end_ids == (2, loaded.tokenizer.convert_tokens_to_ids("<end_of_utterance>"))


def test_images_asked_of_a_model_of_text_are_an_error(tiny_folders):
    with pytest.raises(ModelError, match="images=many: a model of type 'llama' takes text only"):
        _ = TransformersModel("mine", str(tiny_folders["llama"]), TransformersOptions.parse("images=many"), 1).card


def test_mantis_without_its_own_processor_counts_image_tokens_by_its_configuration(folder, ask, questions):
    expected = ask(folder, questions)
    described = json.loads((folder / "processor_config.json").read_text(encoding="utf-8"))
    (folder / "processor_config.json").unlink()
    (folder / "preprocessor_config.json").write_text(
        json.dumps(described["image_processor"] | {"processor_class": "MLlavaProcessor"}), encoding="utf-8"
    )
    loaded = load_model(find_folder(str(folder), None), CPU)
    assert (loaded.processor.patch_size, loaded.processor.num_additional_image_tokens) == (8, 0)
    found = ask(folder, questions, "batch=5")
    assert len(found) == len(expected) and found != expected  # asked in the layout of Mantis
