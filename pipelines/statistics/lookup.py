"""Finds numbers among the rows of the statistics: by measure and part, absent ones being 0.

Example:
    >>> row = Statistic(Measure.ORIGIN, Population.GROUPS, Counted.ITEM, None, None, None, "", "inherent", 3.0, 3)
    >>> Lookup([row]).counts(Measure.ORIGIN, Population.GROUPS)
    {'inherent': 3}
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.statistics.statistic import ALL, SYNTHETIC, Counted, Measure, Population, Statistic
from pipelines.vocabulary import Source, Split, SubTask


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a population: None is all."""

    source: Source | None = None
    split: Split | None = None
    subtask: SubTask | None = None


WHOLE = Part()


class Lookup:
    """The rows by measure, population, what is counted, and part."""

    def __init__(self, statistics: Iterable[Statistic]) -> None:
        self._rows: dict[tuple[Measure, Population, Counted, Part], list[Statistic]] = {}
        for row in statistics:
            part = Part(row.source, row.split, row.subtask)
            self._rows.setdefault((row.measure, row.population, row.counted, part), []).append(row)

    def rows(
        self, measure: Measure, population: Population, part: Part = WHOLE, counted: Counted = Counted.ITEM
    ) -> list[Statistic]:
        """Return the rows of one measure and part, in the order of the table."""
        return self._rows.get((measure, population, counted, part), [])

    def counts(
        self, measure: Measure, population: Population, part: Part = WHOLE, counted: Counted = Counted.ITEM
    ) -> dict[str, int]:
        """Return the counts by key of a measure that divides the whole part."""
        return {row.key: int(row.value) for row in self.rows(measure, population, part, counted)}

    def within(self, measure: Measure, population: Population, part: Part = WHOLE) -> dict[str, dict[str, int]]:
        """Return the counts of items by the piece that the keys divide, then by key."""
        found: dict[str, dict[str, int]] = {}
        for row in self.rows(measure, population, part):
            found.setdefault(row.within, {})[row.key] = int(row.value)
        return found

    def size(self, population: Population, part: Part = WHOLE, counted: Counted = Counted.ITEM) -> int:
        """Return how many there are; 0 where there is no row."""
        return self.counts(Measure.SIZE, population, part, counted).get(ALL, 0)

    def per_unit(self, population: Population, part: Part = WHOLE) -> dict[str, float]:
        """Return mean, median and maximum of the items per independent unit; empty where there is no unit."""
        rows = self.rows(Measure.ITEMS_PER_UNIT_SUMMARY, population, part, Counted.UNIT)
        return {row.key: row.value for row in rows}

    @property
    def is_synthetic(self) -> bool:
        """True where any group or record is made from the synthetic cohort."""
        return any(self.counts(Measure.PROVENANCE, population).get(SYNTHETIC, 0) for population in Population)

    @property
    def is_mixed(self) -> bool:
        """True where synthetic and real groups, or records, stand side by side."""
        return any(len(self.counts(Measure.PROVENANCE, population)) > 1 for population in Population)
