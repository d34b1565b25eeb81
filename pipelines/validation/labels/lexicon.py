"""Phrases that speak of a class, and where a text holds them: at each word the longest phrase counts, and no word counts twice.

A phrase is words divided by spaces: `a|b` is either word, `improv*` any word that so begins, `(the)` may be missing.

Example:
    >>> lexicon = Lexicon({"benign": ["benign"], "probably benign": ["probably|likely (a) benign"]})
    >>> [match.tag for match in lexicon.find(("likely", "a", "benign", "mass"))]
    ['probably benign']
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

Tag = TypeVar("Tag", bound=Hashable)

_CACHED_WORDS = 16_384


@dataclass(frozen=True, slots=True)
class Match(Generic[Tag]):
    """A phrase found in words[start:end]."""

    tag: Tag
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    wholes: frozenset[str]
    beginnings: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.wholes or (bool(self.beginnings) and word.startswith(self.beginnings))


class Lexicon(Generic[Tag]):
    """Phrases by what they speak of."""

    def __init__(self, phrases: Mapping[Tag, Iterable[str]]) -> None:
        """Take the phrases of each tag; where two phrases of equal length fit, the one given first counts.

        Raises:
            ValueError: a phrase all of whose words may be missing.
        """
        self._entries = sorted(
            ((_parse_words(variant), tag) for tag, listed in phrases.items() for one in listed for variant in _expand(one)),
            key=lambda entry: -len(entry[0]),
        )
        empty = next((tag for phrase, tag in self._entries if not phrase), None)
        if empty is not None:
            raise ValueError(f"lexicon: a phrase of {empty!r} may be empty; leave the brackets off one of its words")
        firsts = [phrase[0] for phrase, _ in self._entries]
        self._wholes = frozenset(whole for first in firsts for whole in first.wholes)
        self._beginnings = tuple(beginning for first in firsts for beginning in first.beginnings)
        self._beginning_with = lru_cache(maxsize=_CACHED_WORDS)(self._select_beginning_with)

    def find(self, words: tuple[str, ...]) -> list[Match[Tag]]:
        """Return the phrases in a text, in its order."""
        found: list[Match[Tag]] = []
        beginning_with = self._beginning_with
        end = 0
        for place, word in enumerate(words):
            # Most words begin no phrase: the loop is written for them.
            if place >= end and (phrases := beginning_with(word)):
                match = _match_at(words, place, phrases)
                if match is not None:
                    found.append(match)
                    end = match.end
        return found

    def _select_beginning_with(self, word: str) -> tuple[tuple[tuple[_Word, ...], Tag], ...]:
        """Return what follows the word in each phrase that it begins, the longest phrase first."""
        if word not in self._wholes and not word.startswith(self._beginnings):
            return ()
        return tuple((phrase[1:], tag) for phrase, tag in self._entries if phrase[0].fits(word))


def _match_at(words: tuple[str, ...], place: int, phrases: tuple[tuple[tuple[_Word, ...], Tag], ...]) -> Match[Tag] | None:
    for rest, tag in phrases:
        at = place
        end = place + 1 + len(rest)
        if end > len(words):
            continue
        for one in rest:
            at += 1
            word = words[at]
            if word not in one.wholes and not (one.beginnings and word.startswith(one.beginnings)):
                break
        else:
            return Match(tag, place, end)
    return None


def _expand(phrase: str) -> list[str]:
    """Return a phrase with and without each word in brackets."""
    before, bracket, rest = phrase.partition("(")
    if not bracket:
        return [" ".join(phrase.split())]
    inside, _, after = rest.partition(")")
    return _expand(f"{before}{inside}{after}") + _expand(f"{before}{after}")


def _parse_words(phrase: str) -> tuple[_Word, ...]:
    return tuple(
        _Word(
            frozenset(one for one in word.split("|") if not one.endswith("*")),
            tuple(one[:-1] for one in word.split("|") if one.endswith("*")),
        )
        for word in phrase.split()
    )
