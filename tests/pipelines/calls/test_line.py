import math

from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.line import Line


@given(st.integers(0, 10), st.lists(st.floats(0, 100), max_size=10))
def test_each_item_is_taken_once_and_none_before_it_is_due(n_new, dues):
    line = Line([f"new-{number}" for number in range(n_new)])
    waiting = {f"again-{number}": due for number, due in enumerate(dues)}
    for item, due in waiting.items():
        line.put_back(item, due)
    assert len(line) == n_new + len(dues)
    taken, now = [], 0.0
    while line:
        now = max(now, line.next_due())
        item = line.take(now)
        assert waiting.get(item, -math.inf) <= now
        taken.append(item)
    assert sorted(taken) == sorted([f"new-{number}" for number in range(n_new)] + list(waiting))
    assert line.next_due() == math.inf


def test_what_is_due_goes_before_what_is_new_and_equal_ones_in_their_order():
    line = Line(["new"])
    for item in ("second", "third"):
        line.put_back(item, 5.0)
    line.put_back("first", 4.0)
    assert [line.take(6.0) for _ in range(4)] == ["first", "second", "third", "new"]
