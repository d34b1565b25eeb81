"""Facts in a physician's words: what a code and its value say, without whom, when, or which file says it.

Example:
    >>> describe_fact(Fact(0, "study-1", "birads", "S")), describe_fact(Fact(0, "study-1", "edema_mm3", "46516.288"))
    ('BI-RADS assessment of the breast: category 4, suspicious', 'Volume of the oedema: 46.5 cm³')
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.compartments import Compartment
from pipelines.governance.scrubbing import scrub_text
from pipelines.records import Fact

_BIRADS = {
    "A": "category 0, incomplete, additional imaging needed",
    "N": "category 1, negative",
    "B": "category 2, benign",
    "P": "category 3, probably benign",
    "S": "category 4, suspicious",
    "M": "category 5, highly suggestive of malignancy",
    "K": "category 6, known malignancy proven by biopsy",
}
_DENSITY = {
    "A": "almost entirely fatty",
    "B": "scattered areas of fibroglandular density",
    "C": "heterogeneously dense",
    "D": "extremely dense",
}
_PATHOLOGY = {
    "0": "invasive cancer",
    "1": "non-invasive cancer",
    "2": "high-risk lesion",
    "3": "borderline lesion",
    "4": "benign",
    "5": "negative",
    "6": "cancer that is no breast cancer",
}
_VIEWS = {
    "CC": "craniocaudal (CC)",
    "MLO": "mediolateral oblique (MLO)",
    "ML": "mediolateral (ML)",
    "LM": "lateromedial (LM)",
    "XCCL": "laterally exaggerated craniocaudal (XCCL)",
    "XCCM": "medially exaggerated craniocaudal (XCCM)",
}
_SEQUENCES = {"T1": "T1-weighted", "CT1": "contrast-enhanced T1-weighted", "T2": "T2-weighted", "FLAIR": "FLAIR"}
_RANO = {
    "PD": "progressive disease",
    "SD": "stable disease",
    "PR": "partial response",
    "CR": "complete response",
    "pre_op": "before surgery, not rated",
    "post_op": "after surgery, not rated",
}
_RESECTION = {
    "complete": "complete resection of the enhancing tumour",
    "partial": "partial resection of the enhancing tumour",
}
_DIAGNOSES = {"amd": "age-related macular degeneration", "diabetes": "diabetic changes", "hypertension": "hypertensive changes"}
_DOMAINS = {"ct_scan": "CT", "mri": "MRI", "chest_xray": "chest X-ray", "gross": "gross pathology", "histology": "histology"}

# code -> (what it is about, what its values mean; a value that is not there is told as it is)
_CODES: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "birads": ("BI-RADS assessment of the breast", _BIRADS),
        "breast_density": ("Breast composition", _DENSITY),
        "path_severity": ("Worst pathology of the breast", _PATHOLOGY),
        "laterality": ("Side", {"L": "left", "R": "right"}),
        "view": ("View", _VIEWS),
        "sequence": ("MRI sequence", _SEQUENCES),
        "rano": ("RANO rating of the visit", _RANO),
        "resection": ("Extent of resection", _RESECTION),
        "less_than_3_months": ("Rated at less than three months after treatment", {}),
        "t2_progression": ("Progression on T2-weighted images", {}),
        "non_measurable_lesions": ("Lesions that cannot be measured", {}),
        "eye_diagnosis": ("Diagnosis of this eye", _DIAGNOSES),
        "diagnosis": ("Diagnosis of the patient, either eye", _DIAGNOSES),
        "keyword": ("Diagnostic keyword of this eye", {}),
        "image_quality": ("Quality of the photograph", {}),
        "domain": ("Kind of figure", _DOMAINS),
        "answer": ("Answer of the source about this image", {}),
    }
)
_PROGRESSION, _CHEXPERT, _REPORT, _VOLUME = "_progression", "chexpert_", "report_", "_mm3"
_MM3_PER_CM3 = 1000
_COMPARTMENTS = {
    Compartment.ENHANCING: "enhancing tumour",
    Compartment.NECROTIC_NON_ENHANCING: "necrosis and non-enhancing tumour",
    Compartment.EDEMA: "oedema",
    Compartment.T2_ABNORMALITY: "T2 signal abnormality",
}


def describe_fact(fact: Fact, known: tuple[str, ...] = ()) -> str:
    """Return a fact as one line, a report's section as its text; free text is scrubbed, of the ids `known` too."""
    code, value = fact.code, fact.value
    if code in _CODES:
        about, meanings = _CODES[code]
        return f"{about}: {meanings.get(value) or scrub_text(value, known)}"
    if code.startswith(_REPORT):
        return f"Report, {_plain(code.removeprefix(_REPORT))}: {scrub_text(value, known)}"
    if code.startswith(_CHEXPERT):
        return f"Automatic label of the report, {_plain(code.removeprefix(_CHEXPERT))}: {scrub_text(value, known)}"
    if code.endswith(_VOLUME):
        return _describe_volume(code.removesuffix(_VOLUME), value)
    if code.endswith(_PROGRESSION):
        return f"Change of {_plain(code.removesuffix(_PROGRESSION))} since the prior image: {scrub_text(value, known)}"
    return f"{scrub_text(_plain(code), known)}: {scrub_text(value, known)}"


def _describe_volume(compartment: str, cubic_millimetres: str) -> str:
    words = {str(key): text for key, text in _COMPARTMENTS.items()}.get(compartment, _plain(compartment))
    return f"Volume of the {words}: {float(cubic_millimetres) / _MM3_PER_CM3:.1f} cm³"


def _plain(code: str) -> str:
    return code.replace("_", " ")
