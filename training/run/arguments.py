"""What TRL is told of a recipe.

Example:
    >>> from training.recipe import load_recipe
    >>> choose_weight_dtype(load_recipe("tiny", {"base.dtype": "bf16"})).value  # bf16 steps, weights kept in fp32
    'fp32'
"""

from typing import Any

from training.deepspeed_config import read_deepspeed
from training.recipe import Recipe
from training.recipe_parts import AdapterKind, Dtype
from training.run.machine import Machine
from training.run_folder import RunFolder


def make_arguments(folder: RunFolder, recipe: Recipe, machine: Machine, n_steps: int, accumulation: int) -> Any:
    """Return TRL's SFTConfig; it must live as long as the run, and be made before the model where ZeRO-3 parts it."""
    from trl.trainer.sft_config import SFTConfig

    return SFTConfig(
        output_dir=str(folder.checkpoints),
        max_steps=n_steps,
        per_device_train_batch_size=recipe.batch.per_device,
        gradient_accumulation_steps=accumulation,
        activation_checkpointing=recipe.batch.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": recipe.is_reentrant},
        average_tokens_across_devices=True,
        learning_rate=recipe.optimiser.learning_rate,
        max_grad_norm=recipe.optimiser.max_grad_norm,
        seed=recipe.seed,
        bf16=recipe.base.dtype is Dtype.BF16,
        use_cpu=machine.on_cpu,
        deepspeed=None
        if recipe.distribution.zero_stage is None
        else read_deepspeed(recipe.distribution, on_cpu=machine.on_cpu),
        # Samples come encoded; cutting them would cut image tokens.
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        remove_unused_columns=False,
        # Steps are logged and saved by the run itself.
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )


def choose_weight_dtype(recipe: Recipe) -> Dtype:
    """Return the type that weights are kept in.

    Where weights are trained whole in bf16 without DeepSpeed, which keeps fp32 copies itself, they are kept in fp32 and only
    the step is computed in bf16: an update of 1e-5 is lost on a weight of 8 bits.
    """
    is_trained_whole = recipe.adapter.kind is AdapterKind.NONE
    return Dtype.FP32 if is_trained_whole and recipe.distribution.zero_stage is None else recipe.base.dtype
