"""What each sub-task promises of its groups, as the project's plan says it: written down before its rules were read.

Example:
    >>> ORDER.get("view_identification", "shuffled")
    'shuffled'
"""

ABILITY = {
    "suspicious_image": "coreference",
    "view_identification": "coreference",
    "two_view_assessment": "reasoning",
    "next_assessment": "temporal",
    "sequence_identification": "coreference",
    "resection_extent": "comparison",
    "visit_progression": "temporal",
    "next_status": "temporal",
    "finding_progression": "comparison",
    "eye_diagnosis": "coreference",
    "same_diagnosis": "comparison",
    "located_question": "coreference",
    "shared_finding": "comparison",
}
ORDER = {
    "two_view_assessment": "fixed",
    "eye_diagnosis": "fixed",
    "same_diagnosis": "fixed",
    "next_assessment": "chronological",
    "resection_extent": "chronological",
    "visit_progression": "chronological",
    "next_status": "chronological",
    "finding_progression": "chronological",
}  # all others are shuffled
FORECASTS = ("next_assessment", "next_status")
# Which columns are equal for all images of a group, and which are different for each.
SAME = {
    "suspicious_image": ("laterality", "view"),
    "view_identification": ("laterality",),
    "two_view_assessment": ("laterality", "study_id"),
    "next_assessment": ("laterality", "view"),
    "sequence_identification": ("study_id", "plane", "slice_index"),
    "resection_extent": ("sequence", "plane", "slice_index"),
    "visit_progression": ("sequence", "plane", "slice_index"),
    "next_status": ("sequence", "plane", "slice_index"),
    "eye_diagnosis": ("study_id",),
    "same_diagnosis": ("study_id",),
}
DIFFERENT = {
    "suspicious_image": ("study_id",),
    "two_view_assessment": ("view",),
    "sequence_identification": ("sequence",),
    "resection_extent": ("study_id",),
    "visit_progression": ("study_id",),
    "next_status": ("study_id",),
    "finding_progression": ("study_id",),
    "eye_diagnosis": ("laterality",),
    "same_diagnosis": ("laterality",),
}
FIXED = {"two_view_assessment": ("view", ["CC", "MLO"]), "eye_diagnosis": ("laterality", ["L", "R"])}
FIXED["same_diagnosis"] = FIXED["eye_diagnosis"]
