import pytest

from pipelines.progress import Progress, tell_duration


def run(total: int, times: list[float], every_s: float) -> list[str]:
    lines: list[str] = []
    progress = Progress("rendered", "files", total, lines.append, every_s, iter([0.0, *times]).__next__)
    for _ in times:
        progress.advance()
    return lines


def test_a_line_tells_share_rate_and_what_is_left():
    assert run(100, [10.0], every_s=10) == ["rendered 1 of 100 files (1 %), 0.1 per second, 16 min left"]


def test_lines_come_no_more_often_than_asked_for():
    assert len(run(100, [float(second) for second in range(1, 31)], every_s=10)) == 3


def test_without_a_listener_nothing_is_said():
    Progress("rendered", "files", 1, None, 0.0).advance()


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59.4, "59 s"), (61, "1 min"), (3599, "1 h 0 min"), (7260, "2 h 1 min")]
)
def test_durations_are_told_as_people_say_them(seconds, told):
    assert tell_duration(seconds) == told
