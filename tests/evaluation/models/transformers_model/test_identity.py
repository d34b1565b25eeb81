"""A model's card says what stands behind its answers: the same wherever it lies, another for whatever changes them."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.models.options import TransformersOptions
from evaluation.models.tiny import write_tiny_model
from evaluation.models.transformers_model.model import TransformersModel
from pipelines.score_records import ImageUse, ModelCard

ROOT = Path(__file__).parents[4]


def card_of(reference: str | Path, query: str = "device=cpu", seed: int = 1) -> ModelCard:
    return TransformersModel("mine", str(reference), TransformersOptions.parse(query), seed).card


@pytest.fixture
def folder(tiny_folders, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_folders["llava"], tmp_path / "mine")


def test_another_process_finds_the_same_card_and_needs_no_torch(folder):
    code = (
        "import sys\n"
        "from evaluation.models.options import TransformersOptions\n"
        "from evaluation.models.transformers_model.model import TransformersModel\n"
        f"card = TransformersModel('mine', {str(folder)!r}, TransformersOptions(device='cpu'), 1).card\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'heavy'\n"
        "print(card)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout.strip() == repr(card_of(folder))


def test_what_a_reader_of_the_table_must_know_is_said(folder):
    card = card_of(folder, "device=cpu&images=one&answer=letters&max_new_tokens=24")
    assert card.remarks == ("untrained", "several images composed into one canvas", "letters only")
    assert card.decoding == "closed: likeliest letter; open: greedy, at most 24 tokens"
    assert (card.kind, card.label, card.image_use) == ("transformers", "mine", ImageUse.ONE)
    assert card.prompt_form == "published, own chat template"
    assert [text.split()[0] for text in card.versions] == ["transformers", "torch", "dtype", "device"]
    assert card.versions[2:] == ("dtype float32 as stored", "device cpu")
    assert str(folder.parent) not in repr(card)


def test_the_digest_is_of_content_not_of_place(folder, tmp_path):
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    assert card_of(folder).digest == card_of(elsewhere).digest
    (elsewhere / "README.md").write_text("a model", encoding="utf-8")
    (elsewhere / "events.out.tfevents.1").write_text("{}", encoding="utf-8")
    assert card_of(folder).digest == card_of(elsewhere).digest


@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "processor_config.json", "tokenizer_config.json"])
def test_the_digest_changes_with_each_file_that_decides_an_answer(folder, name):
    before = card_of(folder).digest
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    (folder / name).write_text(json.dumps(document | {"changed": 1}), encoding="utf-8")
    assert card_of(folder).digest != before


def test_the_digest_changes_with_weights_template_and_options_but_not_with_decoding(folder, tmp_path):
    before = card_of(folder).digest
    same = {card_of(folder, f"device=cpu&{query}").digest for query in ("batch=2", "max_new_tokens=9", "answer=letters")}
    assert same == {before}
    others = [card_of(folder, f"device=cpu&{query}").digest for query in ("prompt=direct", "images=one", "dtype=bf16")]
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    others += [card_of(folder).digest, card_of(write_tiny_model(tmp_path / "other", None, seed=4)).digest]
    assert len({before, *others}) == 6


def test_a_model_of_the_hub_is_named_by_id_and_commit_and_hashed_by_its_blobs(tiny_folders, tmp_path, monkeypatch):
    commits = ["a" * 40, "b" * 40]
    repository = tmp_path / "models--lab--seeing"
    for commit, seed in zip(commits, (1, 2), strict=True):
        write_tiny_model(repository / "snapshots" / commit, None, seed)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commits[0], encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    newest, older = card_of("lab/seeing"), card_of("lab/seeing", f"device=cpu&revision={commits[1]}")
    assert (newest.label, older.label) == ("lab/seeing@aaaaaaaaaaaa", "lab/seeing@bbbbbbbbbbbb")
    assert newest.digest == card_of(write_tiny_model(tmp_path / "own", None, 1)).digest != older.digest


def test_large_files_of_the_hubs_cache_are_named_by_their_hash_and_not_read_again(folder, tmp_path):
    weights, blobs = folder / "model.safetensors", tmp_path / "blobs"
    digests = [card_of(folder).digest]
    blobs.mkdir()
    for name in (hashlib.sha256(weights.read_bytes()).hexdigest(), "c" * 64):
        (blobs / name).write_bytes(b"what a file of that hash holds, which nobody looks at")
        weights.unlink()
        weights.symlink_to(blobs / name)
        digests.append(card_of(folder).digest)
    assert digests[0] == digests[1] != digests[2]


def test_an_adapter_is_named_and_hashed_with_its_base(folder, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(folder)}), encoding="utf-8")
    (adapter / "adapter_model.safetensors").write_bytes(b"one")
    first = card_of(adapter)
    (adapter / "adapter_model.safetensors").write_bytes(b"two!")
    second = card_of(adapter)
    assert first.label == "adapter on mine" and first.image_use is ImageUse.MANY
    write_tiny_model(folder, None, seed=9)
    assert len({first.digest, second.digest, card_of(adapter).digest, card_of(folder).digest}) == 4
