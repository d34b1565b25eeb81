"""What a question asks, apart from how it is worded: the key by which questions of different images are matched.

A meaning is what is asked ("whether", "where", "count", "what") and the sorted content terms. It is deliberately strict:
two questions match only when every content term matches, so "a mass in the liver" is never taken for "a mass".

Example:
    >>> meaning_of("Is the cardiac silhouette enlarged?"), meaning_of("Does the heart look too big in this image?")
    ('whether: enlarge heart', 'whether: enlarge heart')
"""

import re

from pipelines.grouping.vqa_rad.image_words import IMAGE_PHRASE, tidy

# Phrases first: they hold words that mean something else when they stand alone.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"\b(t[12])[- ]?weighted\b", r"\1"),
    (r"\bx[- ]?rays?\b|\bradiographs?\b|\bcxr\b", " xray "),
    (r"\bcardiomegaly\b|\b(wider|greater|more) than (more than )?(half|50%)[^?]*(thorax|chest)[^?]*", " heart enlarged "),
    (r"\bcardiac (silhouette|shadow)\b|\bheart shadow\b|\bheart size(?= increased)", " heart "),
    # Sorting would make one of them the other.
    (r"\banter(o|ior)[- ]?posterior\b", " ap "),
    (r"\bposter(o|ior)[- ]?anterior\b", " pa "),
    (r"\blarge bowel\b", " largebowel "),
    (r"\b(larger|bigger|wider) than normal\b|\babnormally (large|wide)\b|\btoo big\b|\blarge in size\b", " enlarged "),
    # A liver of normal size need not be a normal liver.
    (r"\bnormal (in size|size)\b|\bwithin normal size limits\b", " normalsize "),
    (r"\bnormal (appearing|looking)\b|\bwithin normal limits\b", " normal "),
    (r"\bsubdiaphragmatic\b|\bunder(neath)? the (hemi)?diaphragm\b", " underdiaphragm "),
    (r"\b(grey|gray)[ /-]*white matter( junctions?)?\b", " graywhite "),
    (r"\bstructur\w+\b(?= (deviation|shift))|\bof (midline )?structures\b(?=.*middle)", " "),
    (r"\b(shift\w*|deviat\w*) (of|from|across|over) (the )?(midline|middle)( structures)?\b", " midlineshift "),
    (r"\bmidline shift\b", " midlineshift "),
    (r"\bshift\w* of structures across the middle\b|\bcrossed the midline\b", " midlineshift "),
    (r"\bair[- ]fluid[- ]levels?\b", " airfluidlevel "),
    (r"\bmass effect\b", " masseffect "),
    (r"\bgall bladder\b|\bgb\b", " gallbladder "),
    (r"\bpneumo peritoneum\b", " pneumoperitoneum "),
    (r"\bright[- ]?sided?\b|\bon the right\b", " right "),
    (r"\bleft[- ]?sided?\b|\bon the left\b", " left "),
    (r"'s?\b", " "),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _PHRASES)
_WORD = re.compile(r"[a-z0-9><%]+")

_SYNONYMS: dict[str, str] = {
    "cardiac": "heart",
    "tracheal": "trachea",
    "deviated": "deviation",
    "deviating": "deviation",
    "shifted": "deviation",
    "shifting": "deviation",
    "enlarged": "enlarge",
    "enlargement": "enlarge",
    "dilated": "dilate",
    "dilation": "dilate",
    "dilatation": "dilate",
    "increased": "enlarge",
    "fractured": "fracture",
    "broken": "fracture",
    "pulmonary": "lung",
    "bleed": "hemorrhage",
    "bleeding": "hemorrhage",
    "blood": "hemorrhage",
    "effusions": "effusion",
    "pneuomothorax": "pneumothorax",
    "abnormality": "abnormal",
    "hilar": "hilum",
    "hylar": "hilum",
    "hila": "hilum",
    "adenopathy": "lymphadenopathy",
    "mediastinal": "mediastinum",
    "hyperinflated": "hyperinflation",
    "calcified": "calcification",
    "enhancing": "enhance",
    "enhancement": "enhance",
    "enhanced": "enhance",
    "swelling": "edema",
    "swollen": "edema",
    "atrophied": "atrophy",
    "herniated": "herniation",
    "distended": "distension",
    "perforated": "perforation",
    "obstructed": "obstruction",
    "inflamed": "inflammation",
    "infarcted": "infarct",
    "infarction": "infarct",
    "blunted": "blunting",
    "flattened": "flat",
    "flattening": "flat",
    "homogeneous": "homogenous",
    "heterogeneous": "heterogenous",
    "saggital": "sagittal",
    "verterbral": "vertebra",
    "vertebral": "vertebra",
    "vertebrae": "vertebra",
    "clavicular": "clavicle",
    "ribs": "rib",
    "renal": "kidney",
    "pericolonic": "pericolic",
    "pathology": "abnormal",
    "posteroanterior": "pa",
    "ventricular": "ventricle",
    "masses": "mass",
}

# Words that carry no finding: grammar, politeness, and verbs of seeing.
_STOP_WORDS = """
    a an the this that these those is are was were be been being am do does did has have had can could would will
    may there here it its in on of to for from with within at by into as or and any some all also you we i one see
    seen show shows shown showing display displayed displays depict depicted depicts visible visualized visualize
    visualizable identified identify identifiable demonstrated demonstrate demonstrates present like presence evident
    evidence sign signs noted note notice observed appreciate appreciated pictured view viewed located location look
    looks appear appears appearing seem seems obvious found find contain contains used use uses utilized given give
    receive received applied taken take acquire acquired image images picture photo above patient patients what
    which where how who why when many much kind type describe please name placed region able possible imaged imaging
    evaluated visual clearly most likely currently area side
"""
_STOP = frozenset(_STOP_WORDS.split())
# Words for the image or the whole organ carry meaning only where nothing else is asked ("What plane is this?").
_IMAGE_WORDS = frozenset(
    ("brain", "plane", "view", "section", "cut", "film", "scan", "study", "slice", "orientation", "modality")
)
_ASKED: tuple[tuple[str, str], ...] = (
    (r"^(in |on |to |at )?(what|which) (side|lung|kidney|hemisphere)\b", "side"),
    (r"^where\b|\blocated\b(?=.*\bwhat\b)|^(what|describe) .*\blocation\b|\bwhere\?$|^(in|at) (what|which)\b", "where"),
    (r"^how (many)\b", "count"),
    (r"^(how (big|large|wide)|what is the size|size of)\b", "size"),
    (r"^(is|are|was|were|do|does|did|can|could|has|have|will|would|any|evidence|notice|doe)\b", "whether"),
)


def meaning_of(question: str) -> str:
    """Return `"<asked>: <sorted terms>"` of a question, with no terms where it holds function words only."""
    text = tidy(question).casefold()
    return f"{_asked(text)}: {' '.join(terms_of(question))}"


def terms_of(question: str) -> tuple[str, ...]:
    """Return the distinct content terms of a question, sorted; locative phrases, grammar and punctuation are dropped."""
    text = f" {IMAGE_PHRASE.sub('image', tidy(question)).casefold()} "
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    words = [_canonical(word) for word in _WORD.findall(text)]
    kept = {word for word in words if word and word not in _STOP} | _compared_sides(words)
    beyond_the_image = kept - _IMAGE_WORDS
    return tuple(sorted(beyond_the_image or kept))


def _compared_sides(words: list[str]) -> set[str]:
    """Sorting forgets which side is said to exceed the other; a comparison of sides keeps it as a term."""
    sides = [word for word in words if word in ("left", "right")]
    return {f"{sides[0]}first"} if "than" in words and len(set(sides)) == 2 else set()


def _asked(text: str) -> str:
    return next((kind for pattern, kind in _ASKED if re.search(pattern, text)), "what")


def _canonical(word: str) -> str:
    if word in _STOP:
        return ""
    singular = _SYNONYMS.get(word) or _singular(word)
    return _SYNONYMS.get(singular, singular)


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is", "ous")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "shes", "ches")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word
