"""What is read in texts about two chest films: how one finding changed.

Example:
    >>> from pipelines.validation.labels.scene import Scene
    >>> _check_other_findings("The edema cleared, the effusion grew", Scene((), (), (), "edema"))
    'speaks of pleural_effusion, of which no fact tells'
"""

from pipelines.validation.labels import questions
from pipelines.validation.labels.findings import name_findings
from pipelines.validation.labels.progression import read_progression
from pipelines.validation.labels.scene import Scene
from pipelines.validation.labels.task import Item, Task, find_first


def _check_other_findings(text: str, scene: Scene) -> str | None:
    """A second finding: the facts tell how the asked one changed, and of no other."""
    others = name_findings(text) - {scene.asked}
    return f"speaks of {', '.join(sorted(others))}, of which no fact tells" if others else None


def _read_change(text: str, item: Item) -> str | None:
    return None if _check_other_findings(text, item.scene) else read_progression(text)


def _check_finding_asked(text: str, item: Item) -> str | None:
    return questions.check_finding(text, item.scene.asked)


def _check_answer(text: str, item: Item) -> str | None:
    return _check_other_findings(text, item.scene)


def _check_time(text: str, item: Item) -> str | None:
    return questions.check_order_of_time(text)


FINDING_PROGRESSION = Task(_read_change, find_first(_check_finding_asked, _check_time), find_first(_check_answer, _check_time))
