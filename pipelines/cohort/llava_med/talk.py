"""What is said about a figure: its caption and question-answer pairs in whole sentences, all true of what is drawn.

Example:
    >>> tell_caption(Tissue(has_many_mitoses=True, has_necrosis=False, has_glands=False))
    'Section stained with hematoxylin and eosin with many mitotic figures.'
"""

import random
from collections.abc import Sequence

from pipelines.cohort.phantoms.figure import Lesion, Specimen, Tissue
from pipelines.cohort.phantoms.truth import FINDINGS, Finding, Truth
from pipelines.vocabulary import Laterality, Modality, Organ
from pipelines.vocabulary import Sequence as Contrast

Exchange = tuple[tuple[str, ...], str]
"""Several wordings of one question, and its answer."""

_SIDES = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}
_NO_ARTICLE = frozenset({Finding.CARDIOMEGALY, Finding.HYDROCEPHALUS, Finding.GALLSTONES, Finding.ASCITES})
_CONTRASTS = {Contrast.T1: "T1-weighted", Contrast.T2: "T2-weighted", Contrast.FLAIR: "FLAIR"}
_OVERVIEW = ("What can be seen in this image?", "Can you describe this figure?", "What does the figure show?")
_MIN_PAIRS, _MAX_PAIRS = 2, 4


def draw_talk(rng: random.Random, truth: Truth | Tissue | Specimen) -> list[tuple[str, str]]:
    """Return two to four question-answer pairs about a figure, the overview first."""
    exchanges = _list_exchanges(truth)
    chosen = rng.sample(exchanges, min(rng.randint(_MIN_PAIRS, _MAX_PAIRS) - 1, len(exchanges)))
    caption = _lower(tell_caption(truth))
    overview: Exchange = (_OVERVIEW, f"The figure shows {_article(caption)}{caption}")
    return [(rng.choice(wordings), answer) for wordings, answer in (overview, *chosen)]


def tell_caption(truth: Truth | Tissue | Specimen) -> str:
    """Return the caption: the kind of image and everything that is wrong in it."""
    if isinstance(truth, Tissue):
        return f"Section stained with hematoxylin and eosin with {_join(_list_tissue(truth))}."
    if isinstance(truth, Specimen):
        return f"Cut specimen on blue cloth above a ruler, with {_describe_lesion(truth)}."
    findings = [_name_finding(finding, side) for finding, side in truth.findings.items()]
    return f"{_name_kind(truth)} with {_join(findings) if findings else 'no abnormality'}."


def _list_exchanges(truth: Truth | Tissue | Specimen) -> Sequence[Exchange]:
    match truth:
        case Tissue():
            return _ask_about_tissue(truth)
        case Specimen():
            return _ask_about_specimen(truth)
        case Truth():
            return _ask_about_film(truth)


def _ask_about_film(truth: Truth) -> list[Exchange]:
    kind = _lower(_name_kind(truth))
    exchanges: list[Exchange] = [
        (("Which imaging method was used?", "How was this picture taken?"), f"It is {_article(kind)}{kind}."),
    ]
    for finding in FINDINGS[truth.organ]:
        name = f"{'' if finding in _NO_ARTICLE else _article(finding.value)}{finding.value}"
        where = _name_finding(finding, truth.findings[finding]) if truth.shows(finding) else ""
        answer = f"Yes, the image shows {where}." if where else f"No, there is no sign of {name}."
        exchanges.append(((f"Is there any sign of {name}?", f"Does the image show {name}?"), answer))
    return exchanges


def _ask_about_tissue(truth: Tissue) -> list[Exchange]:
    mitoses = "Yes, many cells are dividing." if truth.has_many_mitoses else "No, mitotic figures are rare."
    necrosis = "Yes, the lower right corner is necrotic." if truth.has_necrosis else "No, there is no necrosis."
    glands = "Yes, there are three round glands." if truth.has_glands else "No, the cells form no glands."
    stain = "With hematoxylin and eosin: the nuclei are purple, the rest is pink."
    return [
        (("How was the tissue stained?", "Which stain was used?"), stain),
        (("Is the mitotic activity high?", "Are there many mitoses?"), mitoses),
        (("Is there necrosis?", "Does the section show necrotic tissue?"), necrosis),
        (("Are there glands?", "Do the cells form glands?"), glands),
    ]


def _ask_about_specimen(truth: Specimen) -> list[Exchange]:
    has_lesion = truth.lesion is not Lesion.NONE
    lesion = f"Yes, there is {_describe_lesion(truth)}." if has_lesion else "No, the cut surface is even."
    exchanges: list[Exchange] = [
        (("Is this a photograph of a specimen?", "Is this a gross specimen?"), "Yes, it is a cut specimen on blue cloth."),
        (
            ("What is the scale in the picture?", "How can sizes be told?"),
            "A ruler with a tick for each centimetre lies below.",
        ),
        (("Is there a lesion?", "Does the cut surface show a lesion?"), lesion),
    ]
    if has_lesion:
        exchanges.append((("How large is the lesion?", "What is the lesion's diameter?"), f"About {truth.size_cm} cm."))
    return exchanges


def _name_kind(truth: Truth) -> str:
    if truth.modality is Modality.XRAY:
        return f"Chest X-ray in {truth.plane} projection"
    if truth.sequence is not None:
        return f"{_CONTRASTS[truth.sequence]} axial MRI slice of the head"
    part = "abdomen" if truth.organ is Organ.ABDOMEN else "head"
    return f"Axial CT slice of the {part} {'with' if truth.has_contrast else 'without'} contrast"


def _name_finding(finding: Finding, side: Laterality | None) -> str:
    name = finding.value if finding in _NO_ARTICLE else f"{_article(finding.value)}{finding.value}"
    return name if side is None else f"{name} on the patient's {_SIDES[side]}"


def _describe_lesion(truth: Specimen) -> str:
    return truth.lesion.value if truth.lesion is Lesion.NONE else f"a {truth.lesion} of {truth.size_cm} cm"


def _list_tissue(truth: Tissue) -> list[str]:
    signs = ["many mitotic figures" if truth.has_many_mitoses else "few mitotic figures"]
    signs += ["necrosis"] if truth.has_necrosis else []
    return signs + (["three glands"] if truth.has_glands else [])


def _article(name: str) -> str:
    return "an " if name[0] in "aeiou" else "a "


def _join(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _lower(text: str) -> str:
    """Begin a text in lower case, unless with an abbreviation."""
    return text if text[1].isupper() or text[1].isdigit() else text[0].lower() + text[1:]
