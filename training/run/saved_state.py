"""The state of a run between two steps: written whole by all processes, loaded whole or not at all.

`SavedState` is the part of the trainer that does so, in place of transformers' own, which renames what it saves, loads what it
finds, and leaves a half-written folder under the name of a checkpoint.

Example:
    >>> name_bits(0), name_bits("*")
    ('bits-0.json', 'bits-*.json')
"""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.provenance import Provenance, write_provenance
from training.recipe import Recipe
from training.run.checkpoints import name_checkpoint, remove_old
from training.run.machine import Machine
from training.run.ranks import wait_for_all
from training.run.step_log import StepRecord
from training.run.weights import check_bits, load_weights, note_bits, save_weights
from training.run.whole_folder import finish_folder, name_unfinished, start_folder
from training.run_folder import RunFolder

if TYPE_CHECKING:
    from trl.trainer.sft_trainer import SFTTrainer as _Base
else:
    _Base = object

TRAINER_STATE_FILE = "trainer_state.json"


@dataclass(frozen=True)
class Work:
    """What a trainer is to do, beside what TRL is told."""

    folder: RunFolder
    recipe: Recipe
    machine: Machine
    made: Provenance  # of the finished model
    accumulation: int
    note_step: Callable[[StepRecord], None]  # called by the first process
    is_asked_to_stop: Callable[[], bool]
    before_save: Callable[[], None]


def name_bits(rank: int | str) -> str:
    """Return the file of the check sums of one process's weights; of rank "*", the pattern of all of them."""
    return f"bits-{rank}.json"


class SavedState(_Base):
    """How a trainer saves and loads its state."""

    work: Work
    _step_ended: float  # time.perf_counter()

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write the state after this step; its folder gets its name when all processes have written all of theirs."""
        work, step = self.work, self.state.global_step
        final = name_checkpoint(work.folder, step)
        if work.machine.is_first:
            start_folder(final)
        wait_for_all()
        self._write_state(name_unfinished(final))
        wait_for_all()
        if work.machine.is_first:
            work.before_save()
            finish_folder(final)
            remove_old(work.folder, work.recipe.checkpoints.keep)
        wait_for_all()
        self._step_ended = time.perf_counter()  # saving is not part of the next step

    def _write_state(self, folder: Path) -> None:
        work = self.work
        note_bits(self.model, folder / name_bits(work.machine.rank))
        self._save_optimizer_and_scheduler(str(folder))  # DeepSpeed: its engine's whole state
        self._save_rng_state(str(folder))
        if work.machine.is_first:
            if not self.is_deepspeed_enabled:
                save_weights(self.model, folder)
            self.state.save_to_json(str(folder / TRAINER_STATE_FILE))
            write_provenance(folder, dataclasses.replace(work.made, step=self.state.global_step))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load the trained weights, all of them or none: the Trainer's own way may load none and only warn."""
        load_weights(self.model, Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        """Load the rest; then make sure that the weights in memory, however they got there, are the checkpoint's."""
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None:
            check_bits(self.model, Path(checkpoint) / name_bits(self.work.machine.rank))
