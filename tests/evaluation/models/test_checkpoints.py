"""A trained model is taken by its run's name; one of ours that does not tell what made it is refused, by name and by folder."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.__main__ import main
from evaluation.leaderboard.controls import describe_card
from evaluation.models.model import ModelError
from evaluation.models.opening import open_model
from evaluation.models.options import AnswerForm, TransformersOptions
from evaluation.models.spec import TINY, UNTRAINED, ModelKind, ModelSpecError, models_of, parse_spec
from evaluation.models.tiny import write_tiny_model
from evaluation.models.transformers_model.model import TransformersModel
from pipelines.choices import SourceRoots
from pipelines.provenance import PROVENANCE_FILE, Provenance, read_provenance, write_provenance
from pipelines.score_records import ModelCard
from pipelines.settings import Settings
from pipelines.terms_of_use import DataClass

MADE = Provenance(
    run="tiny",
    recipe_digest="9f" * 32,
    data_version="51" * 32,
    code_version="0.1.0+abc",
    base="new",
    seed=7,
    step=400,
    n_steps=400,
    n_examples=3992,
    data_class=DataClass.OPEN,
    is_synthetic=True,
    libraries=("torch 2.13.0", "trl 1.16.0"),
)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as any trainer saves one; it stands for a trained one, which says nothing of having learnt nothing."""
    folder = write_tiny_model(tmp_path_factory.mktemp("weights"), None, seed=4)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["untrained"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage_root=str(tmp_path))


@pytest.fixture
def finished(settings: Settings, weights: Path) -> Path:
    """The model of one finished run, with the link that leads to it, as training/run_folder.py lays them out."""
    folder = settings.checkpoint_folder("tiny").parent / "3f2a9c1b2d4e" / "model"
    shutil.copytree(weights, folder)
    settings.checkpoint_folder("tiny").symlink_to(Path("3f2a9c1b2d4e") / "model", target_is_directory=True)
    write_provenance(folder, MADE)
    return folder


def card_of(text: str, settings: Settings) -> ModelCard:
    with open_model(parse_spec("mine", text), settings, None) as model:
        return model.card


def test_the_card_leads_from_a_score_to_run_recipe_data_and_code(settings, finished):
    card = card_of("checkpoint:tiny?answer=letters&device=cpu", settings)
    assert (card.kind, card.label) == ("checkpoint", "run tiny, step 400 of 400, seed 7, from random weights")
    assert card.remarks == (
        "recipe 9f9f9f9f9f9f, data 515151515151, code 0.1.0+abc",
        "trained on synthetic phantoms: says nothing about patients",
        "letters only",
    )
    assert card.versions[-4:] == (
        f"recipe {MADE.recipe_digest}",
        f"data {MADE.data_version}",
        "code 0.1.0+abc",
        "trained with torch 2.13.0, trl 1.16.0",
    )
    assert str(settings.storage_root) not in repr(card)
    assert "says nothing about patients" in describe_card(card)


def test_by_name_by_link_and_by_folder_it_is_the_same_model(settings, finished):
    link = settings.checkpoint_folder("tiny")
    cards = [
        card_of(f"{spec}?device=cpu", settings)
        for spec in ("checkpoint:tiny", f"transformers:{link}", f"transformers:{finished}")
    ]
    assert cards[0] == cards[1] == cards[2]


def test_other_weights_of_the_same_run_are_another_model(settings, finished, tmp_path):
    before = card_of("checkpoint:tiny?device=cpu", settings)
    write_tiny_model(finished, None, seed=5)
    assert card_of("checkpoint:tiny?device=cpu", settings).digest != before.digest


@pytest.mark.parametrize(
    ("data_class", "told"),
    [(DataClass.CREDENTIALED, "trained on credentialed data"), (DataClass.REGISTERED, "trained on registered data")],
)
def test_weights_made_of_guarded_data_say_so(settings, finished, data_class, told):
    write_provenance(finished, replace(MADE, data_class=data_class, is_synthetic=False))
    remarks = " | ".join(card_of("checkpoint:tiny?device=cpu", settings).remarks)
    assert told in remarks and "synthetic" not in remarks


def test_a_run_that_was_never_trained_says_what_trains_it(settings):
    with pytest.raises(
        ModelError, match=r"checkpoint:mine: there is no finished model at .*training/checkpoint --partition mine"
    ):
        card_of("checkpoint:mine", settings)


@pytest.mark.parametrize("spec", ["checkpoint:tiny", "transformers:{folder}"])
@pytest.mark.parametrize("broken", [None, b"", b'{"run": "tiny"}', b'{"run": "", "x": 1}'])
def test_without_whole_provenance_a_model_of_ours_is_refused(settings, finished, spec, broken):
    (finished / PROVENANCE_FILE).unlink()
    if broken is not None:
        (finished / PROVENANCE_FILE).write_bytes(broken)
    with pytest.raises(ModelError, match=r"provenance\.json"):
        card_of(spec.format(folder=finished), settings)


def test_a_model_that_was_copied_under_another_run_is_refused(settings, finished):
    shutil.copytree(finished, settings.checkpoint_folder("other"))
    with pytest.raises(ModelError, match="holds a model of run 'tiny'"):
        card_of("checkpoint:other", settings)


def test_a_checkpoint_of_a_run_needs_provenance_as_the_finished_model_does(settings, finished, weights):
    checkpoint = finished.parent / "checkpoints" / "checkpoint-200"
    shutil.copytree(weights, checkpoint)
    with pytest.raises(
        ModelError, match=r"transformers:tiny/3f2a9c1b2d4e/checkpoints/checkpoint-200: the folder lies in a run of"
    ):
        card_of(f"transformers:{checkpoint}", settings)
    write_provenance(checkpoint, replace(MADE, step=200))
    assert card_of(f"transformers:{checkpoint}", settings).label.startswith("run tiny, step 200 of 400")


def test_what_a_trainer_left_behind_is_refused_and_other_peoples_models_are_not(settings, weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "runs" / "theirs")
    card = card_of(f"transformers:{folder}?device=cpu", settings)
    assert (card.kind, card.label, card.remarks) == ("transformers", "theirs", ())
    (folder / "trainer_state.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"a trainer left its state here .* take trainer_state\.json out of it"):
        card_of(f"transformers:{folder}", settings)


def test_an_adapter_on_a_base_of_ours_tells_of_it_and_one_on_a_nameless_base_is_refused(finished, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(finished)}), encoding="utf-8")
    card = TransformersModel("mine", str(adapter), TransformersOptions(device="cpu"), 1).card
    assert card.label == "adapter on run tiny, step 400 of 400, seed 7, from random weights"
    assert "trained on synthetic phantoms: says nothing about patients" in card.remarks
    (finished / PROVENANCE_FILE).unlink()
    with pytest.raises(ModelError, match="lies in a run of ours"):
        _ = TransformersModel("mine", str(adapter), TransformersOptions(device="cpu"), 1).card


@pytest.mark.parametrize("name", ["../tiny", "a/b", "", "tiny.old", "/runs/tiny"])
def test_a_run_is_a_name_not_a_path(name):
    with pytest.raises(ModelSpecError, match="expected "):
        parse_spec("mine", f"checkpoint:{name}")


def test_the_synthetic_cohort_has_an_untrained_and_a_trained_model_and_real_data_have_neither(tmp_path):
    models = models_of(Settings(storage_root=str(tmp_path)))
    assert [models[name].kind for name in (UNTRAINED, TINY)] == [ModelKind.TRANSFORMERS, ModelKind.CHECKPOINT]
    assert models[TINY].argument == "tiny" and models[TINY].options.answer is AnswerForm.FREE
    real = models_of(Settings(sources=SourceRoots(odir=tmp_path)))
    assert not {UNTRAINED, TINY} & set(real)


@pytest.mark.parametrize("spec", ["checkpoint:tiny?device=cpu", "transformers:{folder}?device=cpu"])
def test_the_command_line_asks_a_checkpoint(finished, settings, spec, write_benchmark, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", settings.storage_root)
    bench = write_benchmark(("r1", ["a.png"], "Which?\nA: left\nB: right\n", "B: right"))
    words = f"predict --benchmark {bench} --model {spec.format(folder=finished)}&max_new_tokens=2 --out {tmp_path / 'p.jsonl'}"
    assert main([*words.split(), "--controls", "blind"]) == 0
    assert "run tiny, step 400 of 400" in capsys.readouterr().out
    card = json.loads((tmp_path / "p.jsonl.model.json").read_text(encoding="utf-8"))
    assert read_provenance(finished).data_version in " ".join(card["versions"])
    (finished / PROVENANCE_FILE).unlink()
    assert main([*words.replace("p.jsonl", "q.jsonl").split(), "--controls", "blind"]) == 2
    told = capsys.readouterr().err
    assert "provenance.json" in told and "Traceback" not in told
