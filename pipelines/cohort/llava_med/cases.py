"""The articles of a synthetic LLaVA-Med: one to three drawn figures each, of five kinds, and what is true of each figure.

Example:
    >>> [figure.pair_id for figure in draw_article(seed=1, subject=2)]
    ['99000022_F1', '99000022_F2', '99000022_F3']
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines.cohort.phantoms.abdomen import draw_abdomen
from pipelines.cohort.phantoms.chest import draw_chest
from pipelines.cohort.phantoms.figure import Lesion, Specimen, Tissue, draw_gross, draw_histology
from pipelines.cohort.phantoms.head import draw_head
from pipelines.cohort.phantoms.truth import Truth, draw_truth
from pipelines.vocabulary import Modality, Organ, Sequence

DOMAINS = ("chest_xray", "mri", "histology", "gross", "ct_scan")
"""As the file orders them."""

MAX_SUBJECTS = 100_000  # the invented PMIDs run from 99000000 to 99999999, ten for each article
_MOST_FIGURES = 3
_MRI_CONTRASTS = (Sequence.T1, Sequence.T2, Sequence.FLAIR)
_LARGEST_LESION_CM = 4


@dataclass(frozen=True)
class Figure:
    """One figure of an article and the facts that are drawn."""

    pmid: str
    number: int  # 1-based, in its article
    domain: str
    truth: Truth | Tissue | Specimen
    seed: int

    @property
    def pair_id(self) -> str:
        """Its id, and the stem of its file's name."""
        return f"{self.pmid}_F{self.number}"

    @property
    def image_name(self) -> str:
        """The name of its file."""
        return f"{self.pair_id}.jpg"

    def draw(self) -> bytes:
        """Return the image as JPEG."""
        match self.truth:
            case Tissue():
                return draw_histology(self.truth, self.seed)
            case Specimen():
                return draw_gross(self.truth, self.seed)
            case Truth(organ=Organ.CHEST):
                return draw_chest(self.truth, self.seed)
            case Truth(organ=Organ.HEAD):
                return draw_head(self.truth, self.seed)
            case Truth():
                return draw_abdomen(self.truth, self.seed)


def draw_article(seed: int, subject: int) -> Iterator[Figure]:
    """Yield the figures of one article; they depend on the seed and the subject's number alone."""
    pmid = f"{99_000_000 + 10 * subject + random.Random(f'llava_med {seed} {subject}').randrange(10)}"
    for place in range(_count_figures(subject)):
        yield _draw_figure(random.Random(f"llava_med {seed} {subject} {place}"), pmid, place + 1, domain_of(subject, place))


def _count_figures(subject: int) -> int:
    """Return how many figures a subject's article has: 1, 2 or 3 in turn."""
    return 1 + subject % _MOST_FIGURES


def domain_of(subject: int, place: int) -> str:
    """Return the domain of an article's figure (0-based place): no article shows one twice."""
    return DOMAINS[(subject + 2 * place) % len(DOMAINS)]


def _draw_figure(rng: random.Random, pmid: str, number: int, domain: str) -> Figure:
    match domain:
        case "histology":
            truth = Tissue(*(rng.random() < 0.5 for _ in range(3)))
        case "gross":
            lesion = rng.choice(list(Lesion))
            truth = Specimen(lesion, 0 if lesion is Lesion.NONE else rng.randint(1, _LARGEST_LESION_CM))
        case "mri":
            truth = replace(draw_truth(rng, Organ.HEAD), modality=Modality.MRI, sequence=rng.choice(_MRI_CONTRASTS))
        case _:
            truth = draw_truth(rng, Organ.CHEST if domain == "chest_xray" else Organ.ABDOMEN)
    return Figure(pmid, number, domain, truth, rng.getrandbits(32))
