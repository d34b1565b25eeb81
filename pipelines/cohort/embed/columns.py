"""The columns of EMBED's tables: the documented names, and around them the many that nobody asks for.

Widths are as in the release (clinical about 120, metadata more than 150), so that a reader which takes too much is found out.
What is not documented is invented: `mv_field_...` in place of the reporting system's columns, and DICOM keywords.

Example:
    >>> len(CLINICAL_COLUMNS), len(METADATA_COLUMNS), CLINICAL_COLUMNS[:3]
    (120, 165, ('empi_anon', 'acc_anon', 'study_date_anon'))
"""

from collections.abc import Mapping
from types import MappingProxyType

INDEX_COLUMN = "Unnamed: 0"  # what pandas calls the index of the reduced tables
_CLINICAL_WIDTH = 120
_METADATA_WIDTH = 165

CLINICAL_FACTS = (
    *("empi_anon", "acc_anon", "study_date_anon", "desc", "asses", "tissueden", "side", "numfind"),
    *("total_L_find", "total_R_find", "massshape", "massmargin", "massdens", "calcfind", "calcdistri", "calcnumber"),
    *("implanfind", "loc_num", "bside", "procdate_anon", "type", "vtype"),
    *(f"path{number}" for number in range(1, 11)),
    *("path_severity", "age_at_study", "GENDER_DESC", "ETHNICITY_DESC", "ETHNIC_GROUP_DESC", "MARITAL_STATUS_DESC"),
    "cohort_num",
)
"""One row is one finding."""

CLINICAL_COLUMNS = (*CLINICAL_FACTS, *(f"mv_field_{n:03d}" for n in range(_CLINICAL_WIDTH - len(CLINICAL_FACTS))))

METADATA_FACTS = (
    *("empi_anon", "acc_anon", "cohort_num", "anon_dicom_path", "png_path", "png_filename", "study_date_anon"),
    *("StudyDescription", "SeriesDescription", "FinalImageType", "ImageLateralityFinal", "ViewPosition", "spot_mag"),
    *("num_roi", "ROI_coords", "match_level", "SRC_DST", "Manufacturer", "ManufacturerModelName", "PatientSex"),
    *("ProtocolName", "BreastImplantPresent", "Rows", "Columns"),
)
"""One row is one file."""

_METADATA_CONSTANTS: Mapping[str, str] = MappingProxyType(
    {
        "Modality": "MG",
        "PresentationIntentType": "FOR PRESENTATION",
        "BitsAllocated": "16",
        "BitsStored": "12",
        "HighBit": "11",
        "SamplesPerPixel": "1",
        "PixelRepresentation": "0",
        "RescaleIntercept": "0.0",
        "RescaleSlope": "1.0",
        "LossyImageCompression": "00",
        "KVP": "29.0",
        "AnodeTargetMaterial": "TUNGSTEN",
        "FilterMaterial": "RHODIUM",
        "PatientIdentityRemoved": "YES",
    }
)
_KEYWORDS = (
    *("AcquisitionDate", "AcquisitionNumber", "AcquisitionTime", "BodyPartExamined", "BodyPartThickness", "CompressionForce"),
    *("ContentTime", "DetectorActiveShape", "DetectorBinning", "DetectorConditionsNominalFlag", "DetectorID"),
    *("DetectorPrimaryAngle", "DetectorTemperature", "DetectorType", "DistanceSourceToDetector", "DistanceSourceToEntrance"),
    *("DistanceSourceToPatient", "EntranceDose", "EntranceDoseInmGy", "EstimatedRadiographicMagnificationFactor", "Exposure"),
    *("ExposureControlMode", "ExposureInuAs", "ExposureTime", "FieldOfViewOrigin", "FieldOfViewRotation", "FocalSpots", "Grid"),
    *("HalfValueLayer", "ImagerPixelSpacing", "InstanceNumber", "OrganDose", "OrganExposed", "PatientAge", "PositionerMotion"),
    *("PositionerPrimaryAngle", "PositionerType", "RelativeXRayExposure", "SeriesNumber", "SeriesTime", "SoftwareVersions"),
    *("StationName", "StudyTime", "TableType", "VOILUTFunction", "XRayTubeCurrent"),
)
_PRIVATE = _METADATA_WIDTH - len(METADATA_FACTS) - len(_METADATA_CONSTANTS) - len(_KEYWORDS)

METADATA_COLUMNS = (*METADATA_FACTS, *_METADATA_CONSTANTS, *_KEYWORDS, *(f"0_PrivateTag_{n:03d}" for n in range(_PRIVATE)))
METADATA_FILLING = (*_METADATA_CONSTANTS.values(), *("" for _ in range(len(_KEYWORDS) + _PRIVATE)))
"""The cells that follow the facts; they are the same in every row."""

CLINICAL_FILLING = ("",) * (len(CLINICAL_COLUMNS) - len(CLINICAL_FACTS))

CLINICAL_REDUCED = (
    *("empi_anon", "acc_anon", "study_date_anon", "desc", "asses", "tissueden", "side", "numfind", "path_severity"),
    *("age_at_study", "ETHNICITY_DESC", "cohort_num"),
)
METADATA_REDUCED = (
    *("empi_anon", "acc_anon", "cohort_num", "anon_dicom_path", "study_date_anon", "StudyDescription", "SeriesDescription"),
    *("FinalImageType", "ImageLateralityFinal", "ViewPosition", "spot_mag", "num_roi", "ROI_coords"),
)
