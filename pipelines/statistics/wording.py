"""How numbers and keys are written for people: shares, thousands, the words of the house without underscores.

Example:
    >>> describe_share(1, 3), describe_share(1, 100_000), describe_share(99_999, 100_000), describe_share(0, 0)
    ('33 %', '<0.1 %', '>99.9 %', '-')
    >>> describe_share(7, 100), describe_share(9.97, 100), describe_share(12.34, 100)
    ('7.0 %', '10 %', '12 %')
    >>> name_key("x_ray"), name_key("odir"), name_key("two_view_assessment")
    ('X-ray', 'ODIR', 'two-view assessment')
"""

_NAMES = {
    "x_ray": "X-ray",
    "ct": "CT",
    "mri": "MRI",
    "embed": "EMBED",
    "lumiere": "LUMIERE",
    "ms_cxr_t": "MS-CXR-T",
    "odir": "ODIR",
    "vqa_rad": "VQA-RAD",
    "llava_med": "LLaVA-Med",
    "two_view_assessment": "two-view assessment",
    "held_in": "held-in",
    "held_out": "held-out",
    "several": "several together",
    "unknown": "not stated",
    "no_letter": "no letter",
}


def name_key(key: str) -> str:
    """Return a key as people write it."""
    return _NAMES.get(key, key.replace("_", " "))


def describe_share(count: float, total: float) -> str:
    """Return a share in per cent, with a decimal near either end; never 0 % for something nor 100 % for less than all."""
    if not total:
        return "-"
    percent = 100 * count / total
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    is_whole = percent in (0, 100) or 9.95 <= percent < 99.5
    return f"{percent:.0f} %" if is_whole else f"{percent:.1f} %"


def describe_number(value: float) -> str:
    """Return a count with thousands separators, a mean with one decimal."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
