"""What became of every VQA-RAD question that could be asked, and of every pair of images with the same question.

Example:
    >>> count_planned([], [], [], Grouping())
    []
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from pipelines.choices import Grouping
from pipelines.grouping.vqa_rad.candidates import Candidate
from pipelines.grouping.vqa_rad.question_choice import LocatedQuestion, choose_questions, has_kin
from pipelines.grouping.vqa_rad.shared import pairs_by_truth
from pipelines.reasons import Fate
from pipelines.records import ImageGroup, PlannedCount
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Source, Split, SubTask

Key = tuple[SubTask, Split | None, Fate]


def count_planned(
    questions: Sequence[SourceQuestion], candidates: Sequence[Candidate], groups: Sequence[ImageGroup], settings: Grouping
) -> list[PlannedCount]:
    """Return the numbers of groups taken, and of questions and pairs that gave none, by fate.

    A question whose answer refuses or contradicts, or that repeats another of its image, could not be asked; neither could one
    that no other image is kin to. One that could be and was not gave way to the balance of yes and no, or its image was full.
    """
    counts: Counter[Key] = Counter((group.subtask, group.split, Fate.TAKEN) for group in groups)
    asked = {group.facts[0].said_by for group in groups if group.subtask is SubTask.LOCATED_QUESTION}
    counts.update((SubTask.LOCATED_QUESTION, split, fate) for split, fate in _unasked(questions, candidates, asked, settings))
    for split in Split:
        pairs = pairs_by_truth([one for one in candidates if one.split is split], settings.seed)
        n_pairs = sum(len(found) for found in pairs.values())
        counts[SubTask.SHARED_FINDING, split, Fate.LABEL_BALANCE] += n_pairs - counts[SubTask.SHARED_FINDING, split, Fate.TAKEN]
    return [
        PlannedCount(Source.VQA_RAD, subtask, split, None, None, fate, count)
        for (subtask, split, fate), count in sorted(counts.items(), key=lambda item: [str(part) for part in item[0]])
        if count
    ]


def _unasked(
    questions: Sequence[SourceQuestion], candidates: Sequence[Candidate], asked: set[str], settings: Grouping
) -> list[tuple[Split | None, Fate]]:
    pools: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        pools[candidate.pool].append(candidate)
    usable = {
        one.key: one
        for candidate in candidates
        for one in (LocatedQuestion(candidate, question) for question in candidate.asked)
    }
    split_of = {candidate.image.source_path: candidate.split for candidate in candidates}
    balanced = {one.key for one in choose_questions(candidates, pools, settings.seed, frozenset())}
    found: list[tuple[Split | None, Fate]] = []
    for question in questions:
        one = usable.get(question.question_id)
        if one is None:
            found.append((split_of.get(question.image_path), Fate.NO_LABEL))
        elif one.key not in asked:
            fate = Fate.IMAGE_CAP if one.key in balanced else Fate.LABEL_BALANCE
            found.append((one.owner.split, fate if has_kin(one, pools[one.owner.pool]) else Fate.NO_PARTNER))
    return found
