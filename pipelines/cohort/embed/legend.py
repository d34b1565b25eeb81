"""The legend of EMBED's clinical table, in its odd layout: UTF-8 with a byte order mark, a misspelt header, padded codes.

The letters of `asses` and the numbers of `tissueden` and `path_severity` are the release's; the meanings are in words of our
own, and the codes of the other columns are invented.

Example:
    >>> LEGEND_HEADER[1], next(legend_rows())
    ('Discription', ('asses', 'overall assessment of the finding', 'A   ', 'needs further images (BI-RADS 0)'))
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

LEGEND_HEADER = ("Header in export", "Discription", "Code", "Meaning")
_CODE_WIDTH = 4  # codes are padded with spaces at their right

_LEGEND: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType(
    {
        ("asses", "overall assessment of the finding"): {
            "A": "needs further images (BI-RADS 0)",
            "N": "nothing found (BI-RADS 1)",
            "B": "certainly harmless (BI-RADS 2)",
            "P": "very likely harmless (BI-RADS 3)",
            "S": "suspicious (BI-RADS 4)",
            "M": "very likely malignant (BI-RADS 5)",
            "K": "malignancy already proven (BI-RADS 6)",
            "X": "not assessed",
        },
        ("side", "breast that the finding lies in"): {"L": "left", "R": "right", "B": "both"},
        ("tissueden", "amount of glandular tissue"): {
            "1": "almost all fat",
            "2": "scattered gland",
            "3": "much gland, unevenly",
            "4": "almost all gland",
            "5": "male breast, normal",
        },
        ("massshape", "shape of a mass"): {"O": "oval", "X": "irregular"},
        ("massmargin", "edge of a mass"): {"D": "sharp", "S": "with spicules"},
        ("massdens", "density of a mass"): {"=": "as gland", "+": "more than gland"},
        ("calcfind", "kind of calcification"): {"F": "fine, of many forms"},
        ("calcdistri", "how calcifications lie"): {"G": "in a group"},
        ("path_severity", "worst result of the tissue sample"): {
            "0": "invasive cancer",
            "1": "cancer that has not invaded",
            "2": "raised risk",
            "3": "borderline",
            "4": "harmless",
            "5": "nothing found",
            "6": "cancer of other origin",
        },
        ("path1", "first result of the tissue sample"): {
            "FA": "fibroadenoma",
            "DC": "ductal carcinoma in situ",
            "IC": "invasive cancer",
        },
        ("type", "procedure"): {"C": "core sample"},
    }
)


def legend_rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield (column, description, padded code, meaning)."""
    for (column, description), meanings in _LEGEND.items():
        for code, meaning in meanings.items():
            yield column, description, code.ljust(_CODE_WIDTH), meaning
