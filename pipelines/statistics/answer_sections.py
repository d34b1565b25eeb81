"""Tables of the report on answers: letters, labels and places, each beside what chance would give.

Example:
    >>> tell_letters(Lookup([]))
    'Nothing yet.'
"""

from pipelines.statistics.letters_panel import count_options
from pipelines.statistics.lookup import Lookup, Part
from pipelines.statistics.markdown import build_table, show_count
from pipelines.statistics.statistic import NO_LETTER, Measure, Population
from pipelines.statistics.wording import describe_share, name_key
from pipelines.vocabulary import Split, SubTask

LABELS_SHOWN = 8  # of one thing asked; the asset's table names more


def tell_letters(numbers: Lookup) -> str:
    """How often each letter is the key, by number of options, in all and by split."""
    rows: list[list[str]] = []
    found = {split: numbers.within(Measure.LETTER, Population.RECORDS, Part(split=split)) for split in (None, *Split)}
    letters = sorted({letter for pieces in found.values() for counts in pieces.values() for letter in counts} - {NO_LETTER})
    for within in sorted(found[None], key=count_options):
        for split, pieces in found.items():
            counts = pieces.get(within)
            if counts:
                total = sum(counts.values())
                shown = [show_count(counts[letter], total) if letter in counts else "" for letter in letters]
                chance = describe_share(1, count_options(within))
                rows.append([within, name_key(split or "all"), f"{total:,}", chance, *shown, f"{counts.get(NO_LETTER, 0):,}"])
    return build_table(("options", "split", "records", "chance", *letters, "no letter"), rows, n_names=2)


def tell_labels(numbers: Lookup) -> str:
    """The most frequent answers of each sub-task and thing asked, in all and by split."""
    rows: list[list[str]] = []
    for subtask in SubTask:
        by_split = [numbers.within(Measure.LABEL, Population.GROUPS, Part(None, split, subtask)) for split in Split]
        for within, counts in numbers.within(Measure.LABEL, Population.GROUPS, Part(subtask=subtask)).items():
            ranked = sorted(counts, key=lambda label: (-counts[label], label))
            totals = [sum(pieces.get(within, {}).values()) for pieces in by_split]
            for label in ranked[:LABELS_SHOWN]:
                names = [text.replace("_", " ") for text in (within, label)]
                parts = [
                    show_count(pieces.get(within, {}).get(label, 0), total)
                    for pieces, total in zip(by_split, totals, strict=True)
                ]
                rows.append([name_key(subtask), *names, show_count(counts[label], sum(counts.values())), *parts])
            hidden = ranked[LABELS_SHOWN:]
            if hidden:
                rest = show_count(sum(counts[label] for label in hidden), sum(counts.values()))
                rows.append([name_key(subtask), within.replace("_", " "), f"({len(hidden)} more)", rest, *("" for _ in Split)])
    return build_table(("sub-task", "asked", "answer", "groups", *(name_key(split) for split in Split)), rows, n_names=3)


def tell_places(numbers: Lookup) -> str:
    """At which place the asked image of shuffled groups stands, by sub-task and number of images."""
    rows: list[list[str]] = []
    found = {subtask: numbers.within(Measure.PLACE, Population.GROUPS, Part(subtask=subtask)) for subtask in (None, *SubTask)}
    places = sorted({place for pieces in found.values() for counts in pieces.values() for place in counts}, key=int)
    for subtask, pieces in found.items():
        for within, counts in pieces.items():
            total = sum(counts.values())
            shown = [show_count(counts[place], total) if place in counts else "" for place in places]
            rows.append([name_key(subtask or "all"), within, f"{total:,}", *shown])
    return build_table(("sub-task", "shown", "groups", *(f"place {place}" for place in places)), rows, n_names=2)
