"""A benchmark of the paper's sizes and one model's outputs to it, invented by seed: letters, sentences, reasoning, refusals.

Example:
    >>> run = write_run(seed=1)
    >>> len(run.items), len(run.outputs)
    (4190, 4190)
    >>> write_run(seed=1) == run
    True
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from evaluation.benchmark import BenchmarkItem
from pipelines.vocabulary import AnswerType

# closed and open questions of each subset, and how many options its closed ones have (arXiv 2505.19031, Table 1)
SUBSETS = {
    "temporal": (903, 30, 3),
    "reasoning": (454, 30, 4),
    "comparison": (208, 136, 3),
    "coreference": (1403, 60, 4),
    "odir": (300, 300, 4),
    "rad": (293, 73, 3),
}
ITEMS_PER_UNIT = 3
_REPEATED = 1 / 3  # share of the items of ODIR that print one option twice
_SAME_REFERENCE = 1 / 3  # share of open items whose reference another one has
_PLACES = ("left lung", "right lower lobe", "left kidney", "optic disc", "macula", "right breast", "liver", "frontal lobe")
_FINDINGS = ("pleural effusion", "mass", "haemorrhage", "calcification", "drusen", "oedema", "consolidation", "nodule")
_CHANGES = ("larger than", "smaller than", "as large as", "brighter than", "less marked than", "not seen beside")
_IMAGES = ("the first image", "the second image", "the third image", "both images")
_FILLER = (
    "Looking at the border one sees a soft shadow that may well be vessels.",
    "The contrast differs a little, which is explained by the exposure.",
    "Other structures, such as the ribs and the spine, look normal.",
    "A finding of this size was described before and is compared here.",
    "There is no sign of a fracture; the soft parts are as expected.",
)


@dataclass(frozen=True)
class BenchmarkRun:
    """Items of all subsets and one output for each."""

    items: tuple[BenchmarkItem, ...]
    outputs: Mapping[str, str]

    def of_subset(self, name: str) -> tuple[BenchmarkItem, ...]:
        """Return the items of one subset."""
        return tuple(item for item in self.items if item.key.startswith(f"{name}-"))


def write_run(seed: int) -> BenchmarkRun:
    """Return 4,190 items, 3,561 of them closed, and an output to each; equal for equal seeds."""
    random = Random(seed)
    items = tuple(item for name in SUBSETS for item in _write_subset(name, random))
    return BenchmarkRun(items, {item.key: _answer(item, random) for item in items})


def write_finding(random: Random) -> str:
    """Return one sentence about one or two images."""
    finding, place, change, image = (random.choice(words) for words in (_FINDINGS, _PLACES, _CHANGES, _IMAGES))
    return f"The {finding} of the {place} in {image} is {change} the one in the image before, {random.randint(2, 48)} mm."


def _write_subset(name: str, random: Random) -> Iterator[BenchmarkItem]:
    n_closed, n_open, n_options = SUBSETS[name]
    units = [f"{name}-subject-{number}" for number in range(max(1, (n_closed + n_open) // ITEMS_PER_UNIT))]
    references: list[str] = []
    for position in range(n_closed + n_open):
        if position < n_closed:
            texts = [_write_option(name, random) for _ in range(n_options)]
            if name == "odir" and random.random() < _REPEATED:
                texts[-1] = texts[0]
            options = dict(zip("ABCDEFGH", texts, strict=False))
            letter = random.choice(list(options))
            answer = options[letter]
        else:
            options, letter = {}, None
            is_known = references and random.random() < _SAME_REFERENCE
            answer = random.choice(references) if is_known else write_finding(random)
            references.append(answer)
        yield BenchmarkItem(
            key=f"{name}-{position}",
            position=position,
            id=f"{name}-{position}",
            images=(f"{position}.png",),
            question=write_finding(random),
            options=options,
            letter=letter,
            answer=answer,
            answer_type=AnswerType.CLOSED if options else AnswerType.OPEN,
            unit=random.choice(units),
        )


def _write_option(name: str, random: Random) -> str:
    if name == "coreference":
        return f"the {random.choice(_PLACES)} of {random.choice(_IMAGES)}"
    if name == "odir":
        return f"{random.choice(_FINDINGS)} of the {random.choice(_PLACES)} in {random.choice(_IMAGES)}"
    return write_finding(random)


def _answer(item: BenchmarkItem, random: Random) -> str:
    return _answer_closed(item, random) if item.options else _answer_open(item, random)


def _answer_closed(item: BenchmarkItem, random: Random) -> str:
    letter = random.choice(list(item.options))
    text, other = item.options[letter], random.choice(list(item.options))
    thought = _think(item.options, random)
    kinds: Sequence[tuple[float, str]] = (
        (25, letter),
        (20, f"{letter}: {text}"),
        (10, f"The correct answer is {letter}."),
        (10, text),
        (9, f"Judging by the images, I would say that this is {text.removesuffix('.').lower()}, as the border is sharp."),
        (5, f"**Answer:** **({letter})** {text}\n\n{random.choice(_FILLER)}"),
        (10, f"{thought}\n\nFinal answer: {letter}"),
        (4, f"<think>{thought}</think>\n{letter}"),
        (2, f'{{"answer": "{letter}", "reason": "{random.choice(_FILLER)}"}}'),
        (1, rf"{thought} Therefore \boxed{{{letter}}}"),
        (1, "I am sorry, but I cannot determine this from the images."),
        (1, f"It is either {letter} or {other}."),
        (1, thought),
        (1, ""),
    )
    return random.choices([output for _, output in kinds], [weight for weight, _ in kinds])[0]


def _answer_open(item: BenchmarkItem, random: Random) -> str:
    words = item.answer.split()
    near = " ".join(random.choice(_PLACES) if random.random() < 0.2 else word for word in words if random.random() < 0.9)
    kinds: Sequence[tuple[float, str]] = (
        (40, near),
        (20, write_finding(random)),
        (20, f"{near} {' '.join(random.sample(_FILLER, 3))}"),
        (10, " ".join(words[1:5])),
        (5, f"<think>{' '.join(random.choices(_FILLER, k=9))}</think>{near}"),
        (5, ""),
    )
    return random.choices([output for _, output in kinds], [weight for weight, _ in kinds])[0]


def _think(options: Mapping[str, str], random: Random) -> str:
    """Return 80 to 250 words that name every option and choose none."""
    steps = [f"Option {letter} says: {text} {random.choice(_FILLER)}" for letter, text in options.items()]
    return "Let us look at each image in turn. " + "\n".join(steps + random.choices(_FILLER, k=random.randint(2, 8)))
