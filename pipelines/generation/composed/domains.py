"""Answer domains: values that exclude each other, so that every distractor is refuted by the source's answer itself.

A domain applies to a question by what it asks and to an answer by what it says; both must match. There are no free-text
distractors, whose falsity nobody checked. Values that are never right in a split are taken out by `domain_balance`.

Example:
    >>> choice = find_choice("In what plane is this image taken?", "axial")
    >>> choice.value, choice.others
    ('Axial', ('Coronal', 'Sagittal'))
    >>> find_choice("Where is the mass?", "Left kidney") is None
    True
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """Mutually exclusive values, each with the pattern that a whole source answer of that value matches."""

    name: str
    question: re.Pattern[str]  # searched in the source question
    values: tuple[tuple[str, re.Pattern[str]], ...]

    def read(self, answer: str) -> str | None:
        """Return the one value that a source answer states, None where none or several do."""
        found = [value for value, pattern in self.values if pattern.fullmatch(answer.strip().rstrip("."))]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class DomainChoice:
    """The value that an answer states, and the values that it thereby refutes, in the domain's order."""

    domain: str
    value: str
    others: tuple[str, ...]


def find_choice(question: str, answer: str) -> DomainChoice | None:
    """Return the closed form of a question-answer pair from the first domain that fits, None where none does."""
    for domain in DOMAINS:
        if domain.question.search(question) and (value := domain.read(answer)) is not None:
            return DomainChoice(domain.name, value, tuple(other for other, _ in domain.values if other != value))
    return None


def domains_of_options(options: frozenset[str]) -> tuple[Domain, ...]:
    """Return the domains among whose values all options are: several where options were taken out of a larger domain."""
    return tuple(domain for domain in DOMAINS if options <= frozenset(value for value, _ in domain.values))


def _domain(name: str, question: str, **values: str) -> Domain:
    patterns = tuple((_TEXTS.get(key, key), re.compile(answer, re.IGNORECASE)) for key, answer in values.items())
    return Domain(name, re.compile(question, re.IGNORECASE), patterns)


_TEXTS = {
    "T1": "T1 sequence",
    "T2": "T2 sequence",
    "FLAIR": "FLAIR sequence",
    "DWI": "DWI sequence",
    "PA": "PA view",
    "AP": "AP view",
    "Lateral": "Lateral view",
    "XRay": "X-ray",
    "CT": "CT scan",
    "MRI": "MRI scan",
    "Contrasted": "With contrast",
    "Plain": "Without contrast",
    "GrayMatter": "Gray matter",
    "WhiteMatter": "White matter",
    "MoreDense": "More dense",
    "LessDense": "Less dense",
}
_T1 = r"(?:mri?\b[ /-]*)?T1(?:[ -]weighted)?(?: mri)?"
_T2 = r"(?:mri?\b[ /-]*)?T2(?:[ -]weighted)?(?:[ -]mri)?"
_FLAIR = r"(?:mri?[ /-]*)?flair(?: mri)?"
_DWI = r"(?:mri?[ /-]*)?(?:dwi(?: diffusion weighted)?|diffusion[ -]weighted(?: imaging)?(?: \(dwi\))?)"
_SIDE = r"(?:the )?(?:patient's )?{side}(?:[ -]sided?)?(?: (?:lung|kidney|side|hemisphere|cerebellum|lobe))?"
_LEFT, _RIGHT = _SIDE.format(side="left"), _SIDE.format(side="right")
_EITHER_SIDE = r"\bleft (?:side )?or (?:the )?right\b|\bright (?:side )?or (?:the )?left\b"

DOMAINS: tuple[Domain, ...] = (
    _domain("named_sequence", r"\bT1\b.*\bT2\b.*\bflair\b", T1=_T1, T2=_T2, FLAIR=_FLAIR),
    # A FLAIR image is T2-weighted in the wide sense: the two never stand beside each other unless the question names them.
    _domain("sequence_flair", r"\bmri?\b|\bsequence\b|\bmodality\b", T1=_T1, FLAIR=_FLAIR, DWI=_DWI),
    _domain("sequence_t2", r"\bmri?\b|\bsequence\b|\bmodality\b|\bimaging\b", T1=_T1, T2=_T2, DWI=_DWI),
    _domain(
        "projection",
        r"\bplane\b|\btaken\b|\bAP\b|\bPA\b|\borient|\blaterality\b",
        PA=r"(?:pa|postero-?anterior|posterior[- ]anterior)(?: (?:plane|view|film|x-?ray))?",
        AP=r"(?:ap|antero-?posterior|anterior[- ]posterior)(?: (?:plane|view|film|x-?ray))?",
        Lateral=r"lateral(?: (?:view|film))?",
    ),
    _domain(
        "plane",
        r"\bplane\b|\bcut\b|\bsection\b|\baxial\b|\boriented\b",
        Axial=r"axial(?: plane)?|transverse",
        Coronal=r"coronal(?: plane)?",
        Sagittal=r"sag+it+al(?: plane)?",
    ),
    _domain(
        "ct_or_mri",
        r"\bCT\b.*\bor\b.*\bMRI\b|\bMRI\b.*\bor\b.*\bCT\b",
        CT=r"(?:a )?ct(?: scan)?",
        MRI=r"(?:an )?mri?",
    ),
    _domain(
        "modality",
        r"\bmodality\b|\b(?:type|kind) of (?:image|imaging|scan)\b|\bimaging method\b|^how was",
        XRay=r"(?:(?:chest|pa|ap|plain film) )*(?:x[- ]?ray|xr|cxr|plain film)(?: ?-? ?plain film)?",
        CT=r"(?:a )?ct(?: scan)?(?: with .*contrast)?",
        MRI=r"(?:an )?(?:mri?|magnetic resonance imaging)(?:[ /-].*)?",
        Ultrasound=r"ultrasound",
    ),
    _domain(
        "contrast",
        r"\bcontrast\b",
        Contrasted=r"(?:with )?contrast",
        Plain=r"without contrast|non-?contrast(?: ct)?|no contrast",
    ),
    _domain("either_side", _EITHER_SIDE, Left=_LEFT, Right=_RIGHT),
    _domain(
        "side",
        r"\b(?:which|what) (?:side|lung|kidney|hemisphere|diaphragm)\b",
        Left=_LEFT,
        Right=_RIGHT,
        Both=r"both(?: sides)?|bilateral(?: lungs)?",
    ),
    _domain("sex", r"\bmale\b|\bgender\b|\bsex\b", Male=r"(?:a )?(?:male|man)", Female=r"(?:a )?(?:female|woman)"),
    _domain(
        "density", r"\bhyper ?dense or hypo ?dense\b|\bhypo ?dense or hyper", Hyperdense="hyper-?dense", Hypodense="hypo-?dense"
    ),
    _domain("relative_density", r"\bmore or less dense\b", MoreDense="more dense", LessDense="less dense"),
    _domain("intensity", r"\bhyper ?intense or hypo", Hyperintense="hyper-?intense", Hypointense="hypo-?intense"),
    _domain("solidity", r"\bsolid or cystic\b|\bcystic or solid\b", Solid="solid", Cystic="cystic"),
    _domain("spread", r"\bfocal or diffuse\b|\bdiffuse or focal\b", Focal="focal", Diffuse="diffuse"),
    _domain(
        "sidedness", r"\bunilateral or bilateral\b|\bbilateral or unilateral\b", Unilateral="unilateral", Bilateral="bilateral"
    ),
    _domain("normality", r"\bnormal or abnormal\b", Normal="normal", Abnormal="abnormal"),
    _domain(
        "uniformity",
        r"\bhetero\w+ or homo\w+|\bhomo\w+ or hetero\w+",
        Homogeneous="homogene?ous",
        Heterogeneous="heterogene?ous",
    ),
    _domain("symmetry", r"\bsymmetric or asymmetric\b", Symmetric="symmetric", Asymmetric="asymmetric"),
    _domain(
        "matter",
        r"\b(?:gr[ae]y|white) or (?:gr[ae]y|white) matter\b|\bwhite or gray\b",
        GrayMatter="gr[ae]y matter",
        WhiteMatter="white matter",
    ),
    _domain("count", r"^how many\b", One="one|1", Two="two|2", Three="three|3", Four="four|4"),
)
"""Read from top to bottom: the first domain that fits a question and its answer is taken."""
