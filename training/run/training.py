"""The whole of a run: from a prepared folder to a finished model, going on from where it was stopped.

Every process of a run calls `run_training` and takes the same steps; the first one alone writes what is written once.

Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from training.run.progress import PrintingReporter
    >>> with tempfile.TemporaryDirectory() as name:
    ...     run_training(RunFolder(Path(name)), Progress(PrintingReporter()))
    Traceback (most recent call last):
    training.run.stops.RunError: ...
"""

import contextlib
import os
from typing import Any, cast

from pipelines.keys import digest
from pipelines.provenance import Provenance
from training.models.frozen import ask_no_gradient_of_inputs
from training.recipe import Recipe
from training.run.arguments import make_arguments
from training.run.checkpoints import Checkpoint, choose_checkpoint, list_checkpoints
from training.run.finish import load_base, load_processor, save_finished
from training.run.hold import catch_stop, find_launch, hold_folder
from training.run.machine import Machine, find_machine, start_deepspeed
from training.run.made import describe_made
from training.run.prepared import read_facts, read_recipe
from training.run.progress import Progress, is_launched
from training.run.ranks import share_choice, wait_for_all
from training.run.result import RunResult, measure_loader, read_result, write_result
from training.run.saved_state import Work, name_bits
from training.run.schedule import count_accumulation, count_steps
from training.run.step_log import StepLog, StepRecord, read_log
from training.run.stops import NotFiniteError, PreemptedError, RunError, clear_failure, write_failure
from training.run.tracking import Track, open_trackers
from training.run.trainer import define_trainer
from training.run.whole_folder import read_manifest
from training.run_folder import RunFolder, point_to_model


def run_training(folder: RunFolder, progress: Progress, track: Track | None = None) -> RunResult:
    """Train in a prepared folder until the model is finished; go on from its newest whole checkpoint, if it holds one.

    Args:
        folder: as `prepare_run` made it.
        progress: told each step.
        track: what else takes the steps, beside TensorBoard.

    Raises:
        RunError, WeightsError, BaseModelError, EncodedDataError: the run cannot start or go on as things are.
        NotFiniteError: the loss or the gradients are no finite numbers; `folder.failure` says where.
        PreemptedError: SIGTERM came; the state is saved.
    """
    if finished := read_result(folder):
        progress.say(f"{folder.path.name}: finished already, in {finished.n_steps} steps")
        _make_current(folder)
        return finished
    launched_at = find_launch(os.environ)
    recipe, facts, machine = read_recipe(folder), read_facts(folder), find_machine()
    n_steps = count_steps(recipe.schedule, facts.n_examples, recipe.batch.global_size)
    made = describe_made(facts, recipe, n_steps)
    with hold_folder(folder.path) if machine.is_first else contextlib.nullcontext():
        if machine.is_first:
            clear_failure(folder)
        if n_steps:
            first_step_at, resumed_from = _train(folder, recipe, made, machine, progress, track)
        else:
            progress.say("no step to make: the base model is saved as it is")
            first_step_at = resumed_from = None
            save_finished(folder, recipe, made, load_base(folder, recipe), load_processor(folder), machine)
        wait_for_all()
        result = None
        if machine.is_first:
            result = _sum_up(folder, made, first_step_at and first_step_at - launched_at, resumed_from)
            write_result(folder, result)
            _make_current(folder)
        return share_choice(cast(RunResult, result))


def _make_current(folder: RunFolder) -> None:
    """Let `runs/<run>/model` lead to this model, unless Dagster started the program: there the asset does, or an arm of the
    ablations would stand in for the run that was asked for.
    """
    if not is_launched(os.environ):
        point_to_model(folder)


def _train(
    folder: RunFolder, recipe: Recipe, made: Provenance, machine: Machine, progress: Progress, track: Track | None
) -> tuple[float | None, int | None]:
    """Make the steps that are left and save the model; return when the first of them ended, and the step gone on from."""
    accumulation = count_accumulation(recipe.batch, machine.processes)
    if recipe.distribution.zero_stage is not None:
        start_deepspeed(machine, os.environ)
    arguments = make_arguments(folder, recipe, machine, made.n_steps, accumulation)
    checkpoint = share_choice(choose_checkpoint(folder, made, progress.say) if machine.is_first else None)
    if checkpoint is not None:
        _check_processes(checkpoint, machine)
        progress.say(f"going on from step {checkpoint.step} of {made.n_steps}")
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(_open_log(folder, recipe, made, checkpoint, track)) if machine.is_first else None

        def note_step(record: StepRecord) -> None:
            if log is not None:
                log.note(record)
            progress.note_step(record, made.n_steps)

        work = Work(
            folder=folder,
            recipe=recipe,
            machine=machine,
            made=made,
            accumulation=accumulation,
            note_step=note_step,
            is_asked_to_stop=stack.enter_context(catch_stop()),
            before_save=log.sync if log is not None else lambda: None,
        )
        trainer = _make_trainer(work, arguments)
        _make_steps(trainer, work, checkpoint)
    save_finished(folder, recipe, made, trainer.model, trainer.processing_class, machine)
    return trainer.first_step_at, None if checkpoint is None else checkpoint.step


def _make_trainer(work: Work, arguments: Any) -> Any:
    from transformers import PrinterCallback

    from training.tokens.batches import Collator, open_samples

    processor = load_processor(work.folder)
    model = load_base(work.folder, work.recipe)
    if not work.recipe.is_reentrant:
        ask_no_gradient_of_inputs(model)
    trainer = define_trainer()(
        work,
        model=model,
        args=arguments,
        train_dataset=open_samples(work.folder.data),
        data_collator=Collator(processor),
        processing_class=processor,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _make_steps(trainer: Any, work: Work, checkpoint: Checkpoint | None) -> None:
    import torch

    try:
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint.path))
    except NotFiniteError as error:
        if work.machine.is_first:
            newest = next(iter(list_checkpoints(work.folder)), None)
            write_failure(work.folder, error, None if newest is None else newest.path.name)
        raise
    except torch.OutOfMemoryError as error:
        raise RunError(
            f"step {trainer.state.global_step + 1}: the GPU has no memory left ({error}); lower batch.per_device, turn on "
            "batch.gradient_checkpointing, raise distribution.zero_stage or offload, or lower data.max_tokens"
        ) from error
    if trainer.state.global_step < work.made.n_steps:
        raise PreemptedError(trainer.state.global_step, work.made.n_steps)


def _open_log(
    folder: RunFolder, recipe: Recipe, made: Provenance, checkpoint: Checkpoint | None, track: Track | None
) -> StepLog:
    first_step = 1 if checkpoint is None else checkpoint.step + 1
    return StepLog(folder, first_step, open_trackers(folder, made.run, recipe.model_dump(mode="json"), first_step, track))


def _check_processes(checkpoint: Checkpoint, machine: Machine) -> None:
    """Each process has its own part of the optimiser's state and its own random numbers."""
    saved = len(list(checkpoint.path.glob(name_bits("*"))))
    if saved != machine.processes:
        raise RunError(
            f"{checkpoint.path.name}: saved by {saved} processes, this run has {machine.processes}; launch {saved}, or remove "
            "the run's checkpoints to start anew"
        )


def _sum_up(folder: RunFolder, made: Provenance, startup_seconds: float | None, resumed_from: int | None) -> RunResult:
    records = read_log(folder)
    return RunResult(
        model=folder.model,
        digest=digest(read_manifest(folder.model)),
        n_steps=made.n_steps,
        n_examples=made.n_examples,
        losses=tuple(record.loss for record in records),
        seconds=sum(record.step_seconds for record in records),
        startup_seconds=startup_seconds,
        loader_share=measure_loader(records),
        resumed_from=resumed_from,
    )
