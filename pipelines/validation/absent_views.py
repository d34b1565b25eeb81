"""Rule about views, sequences and modalities that none of the images has: "on the lateral view" of two frontal films.

Only what is known of every image is held against a text, and only definite speech: "Is this a lateral view?" asks, "the lateral
view shows" claims. Distractors may name what is not there; that is what makes them wrong.

Example:
    >>> sorted(name.value for name in named_views("The CC view and the lateral film"))
    ['CC', 'lateral']
    >>> sorted(name.value for name in named_sequences("hyperintense on T2-FLAIR, dark on contrast-enhanced T1"))
    ['CT1', 'FLAIR']
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.labels.check import has_labels
from pipelines.vocabulary import Modality, Sequence, View

_AS_SHOWN = r"(?:views?|projections?|films?|images?|mammograms?|radiographs?|scans?|sequences?|acquisitions?|slices?)"
_VIEWS: tuple[tuple[View, str], ...] = (
    (View.LATERAL, r"(?:cross-table )?lateral(?: chest| decubitus)?"),
    (View.PA, r"(?:pa|postero-?anterior)(?: chest)?"),
    (View.AP, r"(?:portable |supine )?(?:ap|antero-?posterior)(?: chest)?"),
    (View.CC, r"(?:cc|cranio-?caudal)"),
    (View.MLO, r"(?:mlo|medio-?lateral[ -]oblique)"),
    (View.ML, r"(?:ml|medio-?lateral)"),
    (View.LM, r"(?:lm|latero-?medial)"),
    (View.XCCL, r"(?:xccl|(?:laterally )?exaggerated (?:cc|cranio-?caudal)(?: lateral)?)"),
)
_DEFINITE = r"\b(?:the|on|in|both|its|from)(?: the)?(?: (?:first|second|third|corresponding|other|accompanying|standard|two))? "
_VIEW_PATTERNS = tuple((view, re.compile(rf"{_DEFINITE}{words} {_AS_SHOWN}\b")) for view, words in _VIEWS)
_ENHANCED = re.compile(
    r"(?<!non-)(?<!non )\b(?:ct1|t1[ -]?ce|t1c|t1 ?\+ ?c|t1gd|(?:(?:contrast|gadolinium)[ -]enhanced|"
    r"post[ -]?(?:contrast|gadolinium)|enhanced)"
    r"(?: \w+)? t1|t1(?:[ -]weighted)?(?: \w+)? (?:with|after|post)[ -]?(?:\w+ )?(?:contrast|gadolinium))\b"
)
_FLAIR = re.compile(r"\b(?:t2[ -/]?(?:weighted )?flair|flair|fluid[ -]attenuated inversion[ -]recovery)\b")
_T2 = re.compile(r"\bt2(?:[ -]?weighted|w)?\b(?!\*)")
_T1 = re.compile(r"\bt1(?:[ -]?weighted|w)?\b")
_OTHER_SEQUENCE = re.compile(
    r"\b(?:on|in|the) (?:the )?(?:dwi|adc|swi|t2\*|gre|diffusion[ -]weighted|susceptibility[ -]weighted|perfusion|"
    r"spectroscopy|stir)\b"
)
_NEGATED = re.compile(r"\b(?:unlike|rather than|instead of|not|than|contrary to|as opposed to|or|would|whereas|if)\b")
_MODALITIES: tuple[tuple[Modality, re.Pattern[str]], ...] = (
    (Modality.ULTRASOUND, re.compile(r"\b(?:on|the|by) (?:the )?(?:targeted )?(?:ultrasound|sonogra\w+)\b(?! is recommended)")),
    (Modality.CT, re.compile(r"\b(?:on|the|by) (?:the )?(?:chest |head )?(?:ct|computed tomography)\b(?! is recommended)")),
    (Modality.MRI, re.compile(r"\b(?:on|the|by) (?:the )?(?:breast |brain )?(?:mri|magnetic resonance)\b(?! is recommended)")),
    (Modality.FUNDUS, re.compile(r"\b(?:on|the|by) (?:the )?(?:fundus photographs?|fundoscopy)\b")),
    (Modality.MAMMOGRAPHY, re.compile(r"\b(?:on|the|by) (?:the )?(?:mammograms?|mammography)\b")),
)
_ASKS_WHAT_IT_IS = re.compile(r"(?:is|was) the \w+ image\b", re.IGNORECASE)
# What a question calls its images. Questions of a source may ask whether a CT is an X-ray; others have no reason to, and advice
# of another study belongs into answers.
_CALLED: tuple[tuple[Modality, re.Pattern[str]], ...] = (
    (Modality.XRAY, re.compile(r"\b(?:chest (?:radiographs?|x-?rays?|films?)|cxrs?|x-?rays?)\b")),
    (Modality.CT, re.compile(r"\b(?:ct|computed tomography|tomographic) (?:images?|scans?|slices?|sections?)\b|\bchest ct\b")),
    (
        Modality.MRI,
        re.compile(r"\b(?:brain mri|mri?s?|magnetic resonance) (?:images?|scans?|slices?|sections?)\b|\bbrain mri\b"),
    ),
    (Modality.MAMMOGRAPHY, re.compile(r"\bmammogra(?:ms?|phy)\b|\bmammographic (?:images?|views?|projections?)\b")),
    (Modality.FUNDUS, re.compile(r"\bfundus (?:photographs?|photos?|images?)\b|\bretinal (?:photographs?|images?)\b")),
    (Modality.ULTRASOUND, re.compile(r"\b(?:ultrasound|sonographic) (?:images?|scans?)\b|\bsonograms?\b")),
    (Modality.HISTOLOGY, re.compile(r"\b(?:histolog\w+|microscop\w+) (?:images?|sections?|slides?)\b")),
)
_OTHER_VIEW = re.compile(
    r"\b(?:on|in|the|by|with)(?: the| a)? (?:spot|magnification|compression|tangential|rolled|cleavage|decubitus|expiratory|"
    r"lordotic)(?: (?:compression|magnification))?(?: chest)? "
    r"(?:views?|films?|images?|projections?|radiographs?|mammograms?)\b(?! (?:is|are|should|would|may))"
)
_HINT = re.compile(
    r"view|project|film|lateral|pa\b|ap\b|cc\b|mlo|\bml\b|oblique|caudal|t1|t2|flair|dwi|adc|swi|gre\b|diffusion|perfus|stir|"
    r"inversion|ultraso|sonogr|\bct\b|tomogr|mri|resonance|fundus|fundoscop|mammogr|spectro|susceptib|"
    r"x-?ray|cxr|radiogra|photo|retinal|histol|microsc|spot|magnif|compress"
)


def check_absent_views(record: Record, context: Context) -> Failure | None:
    """A view, sequence or modality that the question or the answer speaks of as shown, though every image is another's.

    "Was the first image taken by MRI?" claims nothing: an image may well be asked whether it is what it is not.
    """
    said = [record.answer] if _ASKS_WHAT_IT_IS.match(record.question) else [record.question, record.answer]
    texts = [text for text in said if _HINT.search(text.lower())]
    if not texts:
        return None
    images = [context.images[image_id] for image_id in record.image_ids]
    views = frozenset(image.view for image in images)
    sequences = frozenset(image.sequence for image in images)
    modalities = frozenset(image.modality for image in images)
    is_known = None not in modalities and Modality.OTHER not in modalities
    for text in texts:
        absent = (None if None in views else _first_absent(named_views(text), views)) or (
            None if None in sequences else _absent_sequence(text, sequences)
        )
        absent = absent or (
            _absent_modality(text, modalities, has_labels(record.subtask) and text == record.question) if is_known else None
        )
        absent = absent or (None if None in views else _find_words(_OTHER_VIEW, text))
        if absent is not None:
            return Failure(Reason.ABSENT_IMAGE, f"{text!r} speaks of {absent}, which no image is")
    return None


@lru_cache(maxsize=1 << 14)
def named_views(text: str) -> frozenset[View]:
    """Return the views that a text speaks of as shown."""
    lowered = text.lower()
    return frozenset(view for view, pattern in _VIEW_PATTERNS if pattern.search(lowered))


@lru_cache(maxsize=1 << 14)
def named_sequences(text: str) -> frozenset[Sequence]:
    """Return the sequences that a text names, whatever it says of them."""
    lowered = text.lower()
    found: set[Sequence] = set()
    for sequence, pattern in ((Sequence.CT1, _ENHANCED), (Sequence.FLAIR, _FLAIR), (Sequence.T2, _T2), (Sequence.T1, _T1)):
        if pattern.search(lowered):
            found.add(sequence)
            lowered = pattern.sub(" ", lowered)
    return frozenset(found)


def _first_absent(named: frozenset[View], shown: frozenset[View | None]) -> str | None:
    return next((f"the {view.value} view" for view in sorted(named - shown)), None)


def _absent_sequence(text: str, shown: frozenset[Sequence | None]) -> str | None:
    lowered = text.lower()
    if _NEGATED.search(lowered):  # "as on FLAIR, not on T2": the other sequence is told apart, not claimed
        return None
    other = _OTHER_SEQUENCE.search(lowered)
    # An enhanced T1 is a T1, and FLAIR a T2 with its fluid dark.
    kin = {Sequence.T1} if Sequence.CT1 in shown else set()
    kin |= {Sequence.T2} if Sequence.FLAIR in shown else set()
    absent = sorted(named_sequences(text) - shown - kin)
    return other[0] if other else (absent[0].value if absent else None)


def _absent_modality(text: str, shown: frozenset[Modality | None], is_plain_question: bool) -> str | None:
    lowered = text.lower()
    patterns = _MODALITIES + _CALLED if is_plain_question and not _NEGATED.search(lowered) else _MODALITIES
    return next((name.value for name, pattern in patterns if name not in shown and pattern.search(lowered)), None)


def _find_words(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text.lower())
    return None if match is None else match[0]
