"""A run's folder, made once: records chosen and encoded, recipe as resolved, processor, plan, and the facts of its provenance.

The folder is named by what decides the model: recipe, records and processor. It is written under another name and appears
whole, so a second call finds it and does nothing, and a killed one leaves nothing that looks like a run.

Example:
    >>> from training.recipe import load_recipe
    >>> name_base(load_recipe("tiny"))
    'new'
"""

import dataclasses
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipelines.keys import digest
from pipelines.records import DatasetRecord
from pipelines.storage import write_bytes
from pipelines.terms_of_use import DataClass
from training.ablations import choose_records
from training.alignment import build_samples
from training.architecture import read_architecture
from training.messages import ExampleError, TrainingExample, build_from_dataset
from training.models.whitening import find_whitening, save_whitening
from training.recipe import Recipe
from training.run.hold import wait_for_folder
from training.run.prepared import FACTS_FILE, PROCESSOR_FOLDER, RunFacts
from training.run.stops import RunError
from training.run.whole_folder import build_folder, hash_files, list_files
from training.run_folder import RunFolder, place_run

_WHITENED = 2000  # samples whose pictures a new model's first layer is made of: more change nothing


def prepare_run(
    recipe: Recipe,
    records: Sequence[DatasetRecord],
    images_root: Path,
    storage_root: Path,
    run: str,
    say: Callable[[str], None],
) -> RunFolder:
    """Return the folder of a run, made unless it is there.

    Args:
        recipe: with the ablation's values in `data`.
        records: rows of dataset/instructions, all of them: a new model's tokenizer is made of all texts, whatever an ablation
            leaves out, so that ablations differ in their data alone.
        images_root: folder that the records' image paths are relative to.
        storage_root: below it `runs/<run>/<digest>` is made.
        run: its name: recipe, and ablation.
        say: told what is done.

    Raises:
        RunError: a record is no training example.
        BaseModelError: the base's files are not on this machine.
        PlanError: the recipe's hardware is not known.
        StorageError: the disk is full or cannot be written to.
    """
    from training.models.base import load_processor

    rows = sorted(records, key=lambda row: row.record_id)
    _check_examples(rows)
    chosen = choose_records(rows, recipe.data, recipe.seed)
    samples = build_samples(chosen.records, recipe)
    texts = [text for sample in build_samples(rows, recipe) for text in (sample.prompt, sample.answer)]
    processor = load_processor(recipe.base, texts)
    data_version = _version_data(chosen.records, samples)
    folder = place_run(storage_root, run, digest((recipe.digest, data_version, hash_processor(processor))))
    facts = RunFacts(
        run=run,
        recipe_digest=recipe.digest,
        data_version=data_version,
        base=name_base(recipe),
        n_examples=0,
        n_rejected=0,
        left_out=tuple((str(reason), n) for reason, n in chosen.left_out),
        data_class=max((row.data_class for row in chosen.records), key=list(DataClass).index, default=DataClass.OPEN),
        is_synthetic=any(row.is_synthetic for row in rows),
    )
    with wait_for_folder(folder.path.parent):
        if folder.path.exists():
            say(f"{run}: prepared already, in {folder.path.name}")
            return folder
        with build_folder(folder.path) as temporary:
            _fill(RunFolder(temporary), recipe, samples, images_root, processor, facts, say)
    say(f"{run}: prepared in {folder.path.name}: {len(chosen.records):,} records, {chosen.n_left_out:,} left out")
    return folder


def name_base(recipe: Recipe) -> str:
    """Return what is fine-tuned: the hub's name, the last part of a folder's path, or "new"."""
    weights = recipe.base.weights
    return Path(weights).name if Path(weights).is_absolute() else weights or recipe.base.layout.value


def hash_processor(processor: Any) -> str:
    """Return a hash of everything that turns text and pictures into tensors."""
    with tempfile.TemporaryDirectory() as name:
        processor.save_pretrained(name)
        return digest(hash_files(Path(name), list_files(Path(name))))


def _check_examples(rows: Sequence[DatasetRecord]) -> None:
    for row in rows:
        try:
            build_from_dataset(row)
        except ExampleError as error:
            raise RunError(f"{row.record_id}: {error}; `python -m training inspect` lists all such records") from error


def _version_data(rows: Sequence[DatasetRecord], samples: Sequence[TrainingExample]) -> str:
    """Return the hash of what is trained on: a record's digest tells of its images and words, not of its class and facts."""
    texts = [(sample.record_id, sample.prompt, sample.answer) for sample in samples]
    return digest([[(row.record_id, row.digest) for row in rows], texts])


def _fill(
    folder: RunFolder,
    recipe: Recipe,
    samples: Sequence[TrainingExample],
    images_root: Path,
    processor: Any,
    facts: RunFacts,
    say: Callable[[str], None],
) -> None:
    from training.plan.figures import plan_json
    from training.plan.planning import plan_run
    from training.plan.rendering import render_plan
    from training.tokens.encode import encode_examples

    encoded = encode_examples(samples, images_root, processor, recipe, folder.data, say)
    plan = plan_run(recipe, encoded.lengths)
    say(render_plan(plan))
    facts = dataclasses.replace(facts, n_examples=encoded.n_examples, n_rejected=len(encoded.rejected))
    facts = dataclasses.replace(facts, is_whitened=recipe.base.whiten and _keep_whitening(folder, recipe, processor))
    processor.save_pretrained(folder.path / PROCESSOR_FOLDER)
    for path, value in (
        (folder.recipe, recipe.model_dump(mode="json")),
        (folder.plan, plan_json(plan, facts.run)),
        (folder.path / FACTS_FILE, dataclasses.asdict(facts)),
    ):
        write_bytes(str(path), json.dumps(value, indent=2).encode())


def _keep_whitening(folder: RunFolder, recipe: Recipe, processor: Any) -> bool:
    """Write the first layer of a new model's vision, where there are pictures to find it by; return whether it was."""
    from training.tokens.batches import take_pictures

    pictures = take_pictures(folder.data, processor, _WHITENED, recipe.seed)
    if pictures is None or len(pictures) < 2:
        return False  # how pictures differ cannot be found
    vision: Any = read_architecture(recipe.base.architecture).vision_config
    save_whitening(find_whitening(pictures, vision.patch_size, vision.hidden_size), folder.whitening)
    return True
