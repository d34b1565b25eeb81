"""A classifier that reads the question alone and names the answer's class: what stems give away.

`evaluation.baselines.text_only` weighs each question-option pair by the sum of its words, and so cannot see that a certain
stem goes with a certain answer. This one can: multinomial naive Bayes over words and word pairs, cross-validated by subject;
of the options offered, the one with the likeliest class is taken.

Example:
    >>> name_answers([], seed=1)
    {}
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from evaluation.baselines.text_only import assign_folds
from evaluation.baselines.word_counts import WordCounts
from evaluation.shortcuts.scope import as_item, independent_subject
from pipelines.generation.letters import LETTERS
from pipelines.records import Record

_SMOOTHING = 0.1


def name_answers(closed: Sequence[Record], seed: int) -> dict[str, str]:
    """Return the letter chosen for each record, by record_id; records whose fold leaves nothing to learn from are left out."""
    fold_of = assign_folds([as_item(position, record) for position, record in enumerate(closed)], seed)
    folds: defaultdict[int, list[int]] = defaultdict(list)
    for place, record in enumerate(closed):
        folds[fold_of[independent_subject(record)]].append(place)
    chosen: dict[str, str] = {}
    if not closed:
        return chosen
    counts = WordCounts([record.question for record in closed])
    for fold, held_out in sorted(folds.items()):
        learn = [place for other, members in folds.items() if other != fold for place in members]
        chosen.update(_name_fold(closed, counts, sorted(learn, key=lambda place: closed[place].record_id), held_out))
    return chosen


def _name_fold(
    closed: Sequence[Record], counts: WordCounts, learn: Sequence[int], answer: Sequence[int]
) -> Iterator[tuple[str, str]]:
    from sklearn.naive_bayes import MultinomialNB

    classes = [closed[place].answer_class for place in learn]
    if len(set(classes)) < 2:
        return
    known, asked = counts.weigh(learn, answer)
    model = MultinomialNB(alpha=_SMOOTHING).fit(known, classes)
    shares = model.predict_proba(asked)
    place_of = {str(name): place for place, name in enumerate(model.classes_)}
    for record, row in zip((closed[place] for place in answer), shares, strict=True):
        likely = [row[place_of[one]] if one in place_of else 0.0 for one in record.option_classes]
        yield record.record_id, LETTERS[likely.index(max(likely))]
