"""Several pieces of work at a time in threads, for steps that mostly wait for programs of their own.

Dagster interrupts a step in its main thread alone. No work is done there, so that a cancelled step ends at once; the threads
end with the process, and the programs that they wait for are ended by their guard (`launchers/guard.py`).

Example:
    >>> work_side_by_side([lambda: "a", lambda: "b", lambda: "c"], at_once=2)
    ['a', 'b', 'c']
"""

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import TypeVar

Made = TypeVar("Made")


def work_side_by_side(pieces: Sequence[Callable[[], Made]], at_once: int) -> list[Made]:
    """Return what each piece makes, in their order.

    Args:
        pieces: of work; each is called once, in a thread of its own unless one is done at a time.
        at_once: how many may be under way.

    Raises:
        Exception: the first that a piece raised. Pieces under way are waited for, so that what they do is kept; none is begun.
    """
    if at_once == 1:
        return [piece() for piece in pieces]
    made: dict[int, Made] = {}
    waiting, ended = list(enumerate(pieces)), SimpleQueue[tuple[int, Made | Exception]]()
    errors: list[Exception] = []
    under_way = 0
    while under_way or (waiting and not errors):
        while waiting and not errors and under_way < at_once:
            place, piece = waiting.pop(0)
            threading.Thread(target=_work, args=(place, piece, ended), daemon=True).start()
            under_way += 1
        place, result = ended.get()
        under_way -= 1
        if isinstance(result, Exception):
            errors.append(result)
        else:
            made[place] = result
    if errors:
        raise errors[0]
    return [made[place] for place in range(len(pieces))]


def _work(place: int, piece: Callable[[], Made], ended: "SimpleQueue[tuple[int, Made | Exception]]") -> None:
    try:
        ended.put((place, piece()))
    except Exception as error:  # told to who waits, and raised there
        ended.put((place, error))
