"""The shapes of single-image questions that need more than a phrase at the end, as a table that is read from top to bottom.

A shape is a pattern that must match the whole tidied question, and the located question with `{place}` for "the first image".

Example:
    >>> shape, template = SHAPES[-1]
    >>> template.format(place="the first image", head="What kind of bleed")
    'What kind of bleed is shown in the first image?'
"""

import re

_I = re.IGNORECASE
# What may follow "Is this a ..." where "this" is the image itself.
_AN_IMAGE = (
    r"(?=[^?]*\b(?:image|film|x[- ]?ray|xray|scan|CT|MRI|view|section|cut|CXR|radiograph|study|weighted|KUB)\b)"
    r"(?![^?]*\b(?:mass|lesion|opacity)\b)"
)
_VERB = r"(?P<verb>is|was)"
_PLANE = r"(?P<plane>axial|coronal|sagittal|transverse|PA|AP|lateral|posterior anterior)"
_SELF = (
    r"(?:this|the|that)(?: above)?(?: (?:brain|chest|head|CT|MRI?|X-ray))? (?:image|film|picture|scan|X-ray|slice)(?: above)?"
)
_CT = r"(?:CT|MRI|MR|X-ray|XRAY|X ray|CXR)"

SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, _I), template)
    for pattern, template in (
        # planes
        (rf"is (?:this|{_SELF}) (?:in |of )?(?:an? |the )?{_PLANE} plane\?", "Is {place} in the {plane} plane?"),
        (
            rf"is (?:this|{_SELF}) taken in (?:an? |the )?{_PLANE} (?:plane|modality)\?",
            "Is {place} taken in the {plane} plane?",
        ),
        (
            rf"(?P<head>(?:what|which) (?:image )?(?:plane|orientation)[^?]*?) (?:is|was) (?:this|{_SELF})"
            r"(?: (?:in|taken|taken in|acquired|shown in))?\?",
            "{head} is {place} in?",
        ),
        (r"(?P<head>(?:what|which) plane)(?: are we in| (?:is|was) (?:used|seen|demonstrated))\?", "{head} is {place} in?"),
        (r"in what plane is the above taken\?", "In what plane is {place} taken?"),
        (
            r"(?:what is the|what's the) (?P<head>(?:image |imaging )?(?:modality|plane))(?: used)?\?",
            "What is the {head} of {place}?",
        ),
        (r"the imaging modality is\?", "What is the imaging modality of {place}?"),
        (rf"what (?P<type>type of modality|modality) (?:is|was) {_SELF} taken\?", "What modality was {place} taken with?"),
        (rf"what cut of (?P<of>the [a-z]+) is {_SELF} taken\?", "What cut of {of} is {place}?"),
        # a section, a plane or a modality spoken of as a thing
        (r"(?P<head>[^?]*?)\b(?:this|the) plane of section (?P<tail>[^?]+)\?", "{head}the plane of section of {place} {tail}?"),
        (r"(?P<head>(?:is|can|does|where is) )this plane (?P<tail>[^?]+)\?", "{head}the plane of {place} {tail}?"),
        (r"(?P<head>[^?]*?)\bthis (?P<what>(?:imaging )?modality)\b(?P<tail>[^?]*)\?", "{head}the {what} of {place}{tail}?"),
        # "this" is the image
        (rf"{_VERB} this {_AN_IMAGE}(?P<tail>an? [^?]+|the [^?]+)\?", "{verb} {place} {tail}?"),
        (
            rf"{_VERB} this (?P<tail>(?:taken|consistent with|suggestive of|in|supratentorial|infratentorial)\b[^?]*)\?",
            "{verb} {place} {tail}?",
        ),
        (r"are these (?P<tail>(?:small )?(?:normal|typical|healthy)[^?]*)\?", "Does {place} show {tail}?"),
        (
            r"is this (?P<tail>(?:an? |the )[^?]+|(?:cancer|heart failure|normal|confirmed|pneumonia)\b[^?]*?)"
            r"(?: (?:in|on) (?:this|the) image)?\?",
            "Does {place} show {tail}?",
        ),
        (r"do(?:es)? this look like (?P<tail>[^?]+)\?", "Does {place} show {tail}?"),
        (
            r"(?P<aux>do|does) this (?P<tail>(?:represent|constitute|show|have|use|indicate|suggest)\b[^?]*)\?",
            "Does {place} {tail}?",
        ),
        (r"what does this (?P<verb>represent|show|indicate|suggest)\?", "What does {place} {verb}?"),
        (r"(?P<head>how (?:can|do) you (?:tell|know)) (?:that )?this is (?P<tail>[^?]+)\?", "{head} that {place} is {tail}?"),
        # the patient
        (
            r"(?P<aux>is|was|has|did|does|do) (?:this|the|the above) patient "
            r"(?P<tail>(?:an? )?(?:male|female|healthy|given|receive|ingest|sustain|have)\b(?![^?]*\bimage)[^?]*)\?",
            "{aux} the patient in {place} {tail}?",
        ),
        (r"what is the patient's (?P<what>gender|sex)\?", "What is the {what} of the patient in {place}?"),
        # bare labels that end in a verb, and "What kind of X is this?"
        (rf"MRI imaging modality used(?: for {_SELF})?\?", "What MRI imaging modality was used for {place}?"),
        (rf"imaging modality used to take {_SELF}\?", "What imaging modality was used to take {place}?"),
        (r"(?P<head>(?:what|which) (?:[a-z]+ )*?(?:modality|method|imaging) (?:is|was) used)\?", "{head} for {place}?"),
        (r"brain structure shown in this image\?", "What brain structure is shown in {place}?"),
        (r"(?P<head>what types? of [^?]+) are these most likely\?", "{head} are most likely shown in {place}?"),
        (r"what is this type of (?P<what>[^?]+) called\?", "What is the type of {what} in {place} called?"),
        (r"is this image (?P<what>modality|plane) (?P<tail>[^?]+)\?", "Is the {what} of {place} {tail}?"),
        (r"(?:is|was) this (?:CT|MRI) with contrast or without contrast\?", "Was {place} taken with or without contrast?"),
        (r"diaphragm is (?P<tail>[^?]+)\?", "In {place}, the diaphragm is {tail}?"),
        (
            rf"(?P<head>(?:what|which) (?:[a-z -]+ )?(?:image|imaging|scan|radiograph|section|modality|{_CT}|CT|sequence)"
            r"(?: modality| sequence)?) is this\?",
            "{head} is {place}?",
        ),
        (r"(?P<head>(?:what|which) [^?]+) is this\?", "{head} is shown in {place}?"),
    )
)

POINTING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s+here(?=[?.])", _I), ""),
    (re.compile(r"\bthe above (?=patient|lesion|mass)", _I), "the "),
    (re.compile(r"(?<=\w) above(?= enhance|\?)", _I), ""),
    (re.compile(r"\b(?:in|at|on|from) this (?:plane|view|section|level)(?=\?)", _I), ""),
    (re.compile(r"\s+(?=\?)"), ""),
    (re.compile(r"^(Is|Are|Does|Do|Was|Were) (?:this|these) ", _I), r"\1 the "),
    (re.compile(r"\bthis (?=[a-z])(?!is\b|not\b)", _I), "the "),
    (re.compile(r"\b(?:these|those) (?=[a-z])", _I), "the "),
)
"""Words that point at the one image or at something in it, and what stands in their place."""

GENERAL = re.compile(
    r"^(?:about )?how (?:often|common|long)\b|\bcommon (?:causes?|location)\b|\bdefining radiological\b|\bsynonymous\b|"
    r"\balternate name\b|\bmeant by\b|^what is an? |^does an? |^can (?:an? (?:patient|mass)|ct|x[- ]?rays?)\b|"
    r"^what makes\b|^what (?:shape|can cause|could cause|else|sign determines|differentiates|can be (?:done|typically))|"
    r"\bbest MRI\b|\bbetter identified\b|^why does\b|^blunting of\b|^how do you (?:determine|distinguish|identify|know if)\b|"
    r"\bon an x ray\b|^do you always\b|\bfirst imaging test\b|\bpregnant\b|\bsame modality\b|^are there cilia\b|"
    r"\bmight you expect\b|^what type of hepatic lesion has\b|^what does nodular\b|^term for\b|\bwere a subdural\b|"
    r"\bif the image was taken\b|\bis the right lung most common\b|^what are key|\bdoes this not\b|^how would you measure|"
    r"\bmanaged with|\bwhich side is R vs L\b|^will (?:medical )?therapy|\bexpiration\b|\blocated in the human body",
    _I,
)
"""Questions of general knowledge: no image decides them, so a location phrase would be false."""

GROUP_WORDS = re.compile(
    r"\bimages\b|\bimages? (?:on|to) the (?:left|right)\b|\bleft (?:to|and) right image\b|"
    r"\b(?:first|second|third|fourth|last|other|previous|prior) (?:image|film|scan|picture)\b",
    _I,
)
"""Questions that speak of several images already."""

UNREADABLE = re.compile(
    r"\ufffd|\? \(|\b(?:splee n|stomac h|bladde r)\b|^is it contrast\b|^is there appendix\b|\bwill are\b|\bis/are\b|"
    r"^is the sagittal plane\b|^is the gyral\b|^are there lungs free\b|^is the GI tract is\b|"
    r"^what is (?:hyperdensity|finding)\b",
    _I,
)
"""Questions that were found broken: a location phrase cannot mend them."""
