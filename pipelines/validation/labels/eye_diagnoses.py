"""The eye diagnosis that a text states: one of ODIR-5K's eight (Peking University, odir2019.grand-challenge.org), by synonyms.

Statements are read as in `birads`: each leaves some diagnoses open, "drusen" age-related macular degeneration and other, and
"no retinopathy" all but two. `other` is what names none of the seven: "a disease not listed", or a finding like a macular hole.

Example:
    >>> read_diagnosis("Glaucomatous optic neuropathy"), read_diagnosis("A disease other than glaucoma or cataract")
    ('glaucoma', 'other')
"""

from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence

DIAGNOSES = frozenset({"normal", "diabetes", "glaucoma", "cataract", "amd", "hypertension", "myopia", "other"})
_ILL = DIAGNOSES - {"normal"}
_DISEASE = "disease*|abnormal*|patholog*|condition*|disorder*|finding*|diagnosis|diagnoses|change*|lesion*|problem*|categor*"
_OF_THE_EYE = "eye|ocular|retinal|fundus|ophthalmic|macular|vascular"
_ELSE = "else"  # what follows is left out: "a disease other than glaucoma"
_ABNORMAL = "abnormal"
_NONE_OF = "none of"
_NEUTRAL = "neutral"
_LEXICON = Lexicon(
    {
        "normal": [
            "normal (fundus|eye|retina|appearance|finding*)",
            "healthy",
            "unremarkable",
            f"no|without (any) (sign*|evidence) (of) ({_OF_THE_EYE}) disease|abnormal*|patholog*|lesion*",
            "nothing abnormal|pathological",
            "free of (any) disease|abnormal*|patholog*",
        ],
        "diabetes": [
            "diabet*",
            "nonproliferative|proliferative (diabetic) retinopathy",
            "non proliferative (diabetic) retinopathy",
            "npdr|pdr|dr",
        ],
        "glaucoma": ["(normal) (tension) glaucom*", "normal tension glaucom*", "cupping"],
        "cataract": [
            "cataract*",
            "lens opaci*",
            "opacit*|opacification of the (crystalline) lens",
            "cloud* (crystalline) lens",
            "cloud* of the lens",
        ],
        "amd": [
            "(dry|wet|exudative|atrophic) age related macular degeneration",
            "(dry|wet) amd|armd",
            "(senile) macular degeneration",
        ],
        "hypertension": ["hypertens*", "high blood pressure"],
        "myopia": ["myop*", "(pathologic|pathological|degenerative|high) myop*", "myopic macular degeneration|maculopathy"],
        "other": [
            f"other|another|unlisted|unnamed (kind|type) (of) ({_OF_THE_EYE}) {_DISEASE}",
            f"different (kind|type) (of) ({_OF_THE_EYE}) disease|abnormal*|patholog*",
            "other way*|kind*|group",
            f"{_DISEASE} (that) (is|are) not (listed|named|among|one)",
            "not|un listed|named",
            "(macular) epiretinal membrane*",
            "membrane*",
            "laser spot*|scar*|mark*",
            "photocoagulation",
            "vein|artery|vascular|venous|arterial occlusion*",
            "macular hole",
            "retinitis pigmentosa",
            "myelinated",
            "coloboma*",
            "retinal detachment",
            "asteroid hyalosis",
            "central serous",
            "nevus|naevus",
            "vitreous degeneration|opacit*",
        ],
        "amd other": ["drusen"],
        "diabetes hypertension": ["retinopathy"],
        "": ["ocular hypertens*", "uncertain", "unclear", "can|could not be determined|told|assessed", "suspicious"],
        _ELSE: [
            "than",
            "other than",
            "apart|aside from",
            "except (for)",
            "besides|outside|excluding|beyond",
            "none|neither of (the) (these|following|named|listed)",
        ],
        _NONE_OF: [
            "none of (the) (these|other|others|listed|named|remaining)",
            "in none of the other",
        ],
        _ABNORMAL: ["abnormal|abnormality|pathological|diseased|ill"],
        _NEUTRAL: [
            "retinopathy due to|of|from|in|caused|related|secondary",
            "normal blood|pressure|vision|size|calibre|caliber|colour|color|rim|cup",
            "other eye|image|photograph|side|one|fundus",
            "another image|eye|photograph",
            "different eye*|image*",
            "macular disease",
            "rather than",
            "than normal|usual|expected",
        ],
    }
)
_OTHER_ALONE = {("other",), ("others",), ("something", "else")}  # as an option among diagnoses
_READ = {
    **{one: frozenset({one}) for one in DIAGNOSES},
    "amd other": frozenset({"amd", "other"}),
    "diabetes hypertension": frozenset({"diabetes", "hypertension"}),
    "": frozenset(),
    _ABNORMAL: _ILL,
    _NONE_OF: frozenset({"other", "normal"}),
    _ELSE: frozenset({"other"}),
}


def read_diagnosis(text: str) -> str | None:
    """Return the one diagnosis that a text states, None where it states none or several."""
    possible = DIAGNOSES.intersection(*(statement for _, statement in find_diagnoses(text)))
    return next(iter(possible)) if len(possible) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def find_diagnoses(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Return each statement of a text: the place of its first word and the diagnoses that it leaves open."""
    sentence = read_sentence(text)
    if sentence.words in _OTHER_ALONE:
        return ((0, _READ["other"]),)
    found = []
    left_out_in = -1
    for match in _LEXICON.find(sentence.words):
        if match.tag == _NEUTRAL or sentence.sentence[match.start] == left_out_in:
            continue
        if match.tag == _ELSE:
            left_out_in = sentence.sentence[match.start]
        found.append((match.start, _leave_open(sentence, match.tag, match.start, match.end)))
    return tuple(found)


def _leave_open(sentence: Sentence, tag: str, start: int, end: int) -> frozenset[str]:
    possible = _READ[tag]
    is_named = tag in DIAGNOSES or tag == _ABNORMAL
    if tag == "other" and "not" in sentence.words[start:end]:
        return possible
    return DIAGNOSES - possible if is_named and sentence.is_denied(start, end) else possible
