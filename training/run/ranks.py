"""What the processes of a run tell each other, so that they stop together and none waits for one that has gone.

Alone, a process agrees with itself; nothing is sent.

Example:
    >>> wait_for_all(); gather_lists(["r1"]), share_choice("checkpoint-4")
    (['r1'], 'checkpoint-4')
"""

from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def tell_any(flags: Sequence[bool], device: Any) -> list[bool]:
    """Return, for each flag, whether it is set in any process."""
    if not _is_grouped():
        return list(flags)
    import torch
    import torch.distributed as dist

    told = torch.tensor(flags, dtype=torch.int32, device=device)
    dist.all_reduce(told, dist.ReduceOp.MAX)
    return [bool(flag) for flag in told.tolist()]


def gather_lists(items: list[str]) -> list[str]:
    """Return the items of all processes, in the order of their ranks."""
    if not _is_grouped():
        return items
    import torch.distributed as dist

    gathered: list[list[str]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(gathered, items)
    return [item for part in gathered for item in part]


def share_choice(choice: T) -> T:
    """Return what the first process chose."""
    if not _is_grouped():
        return choice
    import torch.distributed as dist

    told = [choice]
    dist.broadcast_object_list(told, src=0)
    return told[0]


def wait_for_all() -> None:
    """Return when every process has come here."""
    if _is_grouped():
        import torch.distributed as dist

        dist.barrier()


def leave_group() -> None:
    """End the group of processes, if there is one; without it torch complains when the process ends."""
    if _is_grouped():
        import torch.distributed as dist

        dist.destroy_process_group()


def _is_grouped() -> bool:
    import torch.distributed as dist

    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1
