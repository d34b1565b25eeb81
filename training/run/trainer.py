"""TRL's SFTTrainer with what a long run needs: steps in one fixed order, state that is saved whole and loaded whole, every rank
stopping together, and nothing computed that nobody reads.

What is left out of TRL's step: entropy and top-1 accuracy of each token over the whole vocabulary, with the gathers that
average them (the fused head computes log-probabilities alone); and the model card of each checkpoint.

`define_trainer` gives the class: TRL takes seconds to import, so it is not done before a run.

Example:
    >>> issubclass(define_trainer(), RunSteps)
    True
"""

import math
import time
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from training.alignment import is_aligned
from training.recipe_parts import Offload
from training.run.optimiser import make_optimiser, make_schedule
from training.run.order import ProcessBatches
from training.run.ranks import gather_lists, tell_any
from training.run.saved_state import SavedState, Work
from training.run.step_log import StepRecord
from training.run.stops import NotFiniteError

if TYPE_CHECKING:
    import torch
    from torch.utils.data import DataLoader


@cache
def define_trainer() -> Any:
    """Return the trainer's class; imports TRL."""
    from trl.trainer.sft_trainer import SFTTrainer

    return type("RunTrainer", (RunSteps, SFTTrainer), {})


class RunSteps(SavedState):
    """The steps of a run: made a class by `define_trainer`."""

    def __init__(self, work: Work, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.work = work
        self._must_stop = False
        self._waited_s = 0.0
        self._step_ended = time.perf_counter()
        self._step_samples: list[int] = []
        self.first_step_at: float | None = None  # time.time() when the first step of this process ended
        self._use_lean_head()

    def _use_lean_head(self) -> None:
        """Let the fused head compute what the loss needs, in place of entropy and accuracy too."""
        from peft import PeftModel
        from trl.trainer.utils import add_fused_lm_head

        model: Any = self.model.get_base_model() if isinstance(self.model, PeftModel) else self.model
        vars(model).pop("forward", None)
        add_fused_lm_head(model, outputs=("log_probs",))
        self.model_accepts_loss_kwargs = True  # our loss is the mean over the answer tokens of the whole batch, for every model

    # ---- data, optimiser, schedule ----

    def get_train_dataloader(self) -> "DataLoader":
        """Return the batches of this process for the whole run, in their fixed order."""
        from torch.utils.data import DataLoader

        work, batch = self.work, self.work.recipe.batch
        dataset: Any = self.train_dataset
        order = ProcessBatches(
            lengths=list(dataset["n_tokens"]),
            per_device=batch.per_device,
            accumulation=work.accumulation,
            processes=work.machine.processes,
            rank=work.machine.rank,
            n_steps=work.made.n_steps,
            seed=work.recipe.seed,
            by_length=batch.by_length,
            aligned=[is_aligned(record_id) for record_id in dataset["record_id"]],
            curriculum=work.recipe.curriculum,
        )
        return DataLoader(
            dataset,
            batch_sampler=order,
            collate_fn=self.data_collator,
            num_workers=work.machine.loader_workers,
            pin_memory=not work.machine.on_cpu,
            persistent_workers=work.machine.loader_workers > 0,
        )

    def create_optimizer(self, model: Any = None) -> Any:
        """Make AdamW; DeepSpeed wraps it later."""
        if self.optimizer is None:
            is_offloaded = self.work.recipe.distribution.offload is not Offload.NONE and not self.work.machine.on_cpu
            self.optimizer = self.adamw = make_optimiser(
                self.model if model is None else model, self.work.recipe, is_offloaded=is_offloaded
            )
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Make the schedule, on AdamW itself: DeepSpeed's wrapper shares its groups and is no optimizer of torch's."""
        if self.lr_scheduler is None:
            self.lr_scheduler = make_schedule(self.adamw, self.work.recipe, num_training_steps)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: Any) -> tuple[list[Any], Any]:
        """Take the batches of one step; measure how long the step waits for them."""
        started = time.perf_counter()
        if self.first_step_at is None:
            self._step_ended = started  # what was made ready before is no part of the first step
        batches = list(islice(epoch_iterator, num_batches))
        self._waited_s = time.perf_counter() - started
        self._step_samples = [index for batch in batches for index in batch["sample_index"].tolist()]
        return batches, self._get_num_items_in_batch(batches, device)

    # ---- the step ----

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> "torch.Tensor":
        """Return the loss of one batch: its share of the mean over the answer tokens of the step, all processes together.

        Raises:
            NotFiniteError: in every process, where it is no finite number in one of them.
        """
        import torch

        inputs = dict(inputs)
        samples = inputs.pop("sample_index")
        loss = model(**inputs, fused_lm_head=True, num_items_in_batch=num_items_in_batch).loss
        is_finite = bool(torch.isfinite(loss))
        is_bad, must_stop = tell_any([not is_finite, self.work.is_asked_to_stop()], loss.device)
        self._must_stop |= must_stop
        if is_bad:
            self._stop_at("loss", float(loss.detach()), [] if is_finite else samples.tolist())
        return loss * self.work.machine.processes  # gradients are averaged over processes

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        norm: Any = super()._get_grad_norm(model, grad_norm)
        if not math.isfinite(norm):  # the norm of all processes' gradients: the same in each of them
            self._stop_at("norm of the gradients", float(norm), self._step_samples)
        return norm

    def _stop_at(self, what: str, value: float, samples: list[int]) -> None:
        dataset: Any = self.train_dataset
        ids = dataset.select_columns("record_id")
        found = gather_lists([ids[index]["record_id"] for index in samples])
        values = [float(told) for told in gather_lists([str(value)])]
        wrong = next(told for told in values if not math.isfinite(told))
        raise NotFiniteError(what, wrong, self.state.global_step + 1, list(dict.fromkeys(found)))

    def _maybe_log_save_evaluate(self, tr_loss: Any, *arguments: Any, **named: Any) -> None:
        """After a step: save where it is time to, stop where we are asked to."""
        step, n_steps = self.state.global_step, self.work.made.n_steps
        is_new = step > self._globalstep_last_logged
        is_last = step >= n_steps  # the model itself is saved next
        every = self.work.recipe.checkpoints.every_steps
        self.control.should_save = is_new and not is_last and (self._must_stop or step % every == 0)
        self.control.should_training_stop |= self._must_stop
        super()._maybe_log_save_evaluate(tr_loss, *arguments, **named)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Note one step; what the Trainer sums up at its end is not asked for."""
        if "loss" not in logs:
            return
        now = time.perf_counter()
        seconds, self._step_ended = now - self._step_ended, now
        self.first_step_at = self.first_step_at or time.time()
        record = StepRecord(
            step=self.state.global_step,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            gradient_norm=float(logs["grad_norm"]),
            samples_per_second=self.work.recipe.batch.global_size / seconds,
            step_seconds=seconds,
            loader_seconds=self._waited_s,
        )
        if self.work.machine.is_first:
            self.work.note_step(record)
