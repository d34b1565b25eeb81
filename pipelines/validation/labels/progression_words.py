"""The words in which radiologists tell how something changed.

Example:
    >>> [match.tag.value for match in TRENDS.find(("marked", "interval", "growth"))]
    ['more']
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipelines.validation.labels.lexicon import Lexicon


class Trend(StrEnum):
    """What a phrase says of a change."""

    BETTER = "better"
    WORSE = "worse"
    MORE = "more"  # of a finding; of aeration it is better
    LESS = "less"
    SAME = "same"
    CHANGED = "changed"  # for better or worse
    CHANGES = "changes"  # counts only where it is denied
    ABSENT_NOW = "absent_now"  # "no longer seen"
    UNKNOWN = "unknown"  # the text says that it cannot be told, or tells of both
    NEUTRAL = "neutral"  # looks like a statement and is none


_SEEN = (
    "seen|visible|present|evident|identified|identifiable|appreciated|detected|detectable|apparent|visualized|visualised|shown|"
    "recognisable|recognizable|there|found|demonstrated|demonstrable|discernible|perceptible"
)
_EARLIER = "first|earlier|earliest|prior|previous|initial|baseline|older|former"
_STUDY = "image|film|study|radiograph|examination|visit|scan|exam|one|mri|picture"
_TREATED = "postsurgical|postoperative|treatment|degenerative|fibrotic|chronic|inflammatory|radiation|interstitial|cystic"
_ANATOMY = "location|place|side|view|slice|breast|visit|region|area|lobe|lesion|site|plane"

TRENDS = Lexicon(
    {
        Trend.ABSENT_NOW: [
            f"no longer {_SEEN}",
            f"no longer be {_SEEN}",
            "no longer enhanc*",
            f"not {_SEEN} anymore",
            f"not {_SEEN} any more",
            "is|are|has|have gone",
            "has|have gone away",
        ],
        Trend.BETTER: [
            "improv*|better|resolv*|resolution|regress*|cleared|clearing|clearance|clearer|respond*",
            "response|remission|normalis*|normaliz*|vanish*|disappear*|reexpan*|favourable|favorable|pr|cr",
            "partial|complete|minor response",
            "tumour|tumor response",
            "returned to normal",
            "re expan*",
            "progressive|progressively improv*|resol*|decreas*|clear*|reduc*|regress*|shrink*|smaller|better|declin*|diminish*",
            "change* for the better",
        ],
        Trend.LESS: [
            "decreas*|reduc*|diminish*|diminution|declin*|lessen*|shrink*|shrank|shrunk*|subsid*|reced*|recession",
            "abat*|waned|wanes|waning|eased|easing|eases|smaller|less|lesser|fewer|fainter|thinner|narrower|milder",
            "lower|lighter|retreat*",
        ],
        Trend.WORSE: [
            "worse*|progress|progressed|progressing|progresses|progression|progressive|progressively|deteriorat*",
            "aggravat*|exacerbat*|recur*|relaps*|reappear*|newly|new|unfavourable|unfavorable|pd",
            "progressive disease",
            "has|have (newly) appeared",
            f"not {_SEEN} before|previously|earlier",
            f"previously not {_SEEN}",
            "change* for the worse",
        ],
        Trend.MORE: [
            "increas*|enlarg*|grow*|grew|growth|spread|spreads|spreading|expand*|expansion|larger|bigger|greater",
            "more|denser|thicker|wider|higher|heavier|accumulat*|reaccumulat*|advanced|advancing|intensif*",
            "extended|escalat*|risen|rose|rising|developed|emerg*",
        ],
        Trend.SAME: [
            "stable|stability|stabilis*|stabiliz*|unchanged|unaltered|unvaried|unvarying|same|similar|similarly",
            "identical|constant|static|stationary|steady|equal|equally|comparable|alike|plateau*|sd",
            "as before",
            "as (it|they) was|were (before)",
            "held steady",
            "(just) as much|large|big|extensive|severe|marked|pronounced",
            "little|minimal|negligible|insignificant (interval) change*|changed",
            "little|minimally|negligibly|insignificantly changed|altered",
            "does|do|did not differ",
        ],
        Trend.CHANGED: [
            "change|changed|changing|altered|alteration|different|difference|differs|differ|evolved",
        ],
        Trend.CHANGES: ["changes", "alterations", "differences"],
        Trend.UNKNOWN: [
            "uncertain|undetermined|indeterminate|unclear|unknown|fluctuat*|waxing|variable|pseudoprogress*",
            "pseudoresponse",
            "not assessable|evaluable|comparable",
            "can|could not be determined|assessed|judged|told|compared|evaluated|known|established|decided|excluded",
            "mixed (interval) response|picture|course|change*|result*|pattern",
            "too early",
            "risk|chance|likelihood|probability of",
        ],
        Trend.NEUTRAL: [
            "furthermore",
            "better|best seen|visuali*|appreciated|defined|delineated|demonstrated|shown|depicted|evaluated|assessed|read",
            "more|less than",
            "more or less",
            "more|less likely|clearly|probably|importantly|precisely",
            "once more",
            "what is more",
            "lower lobe*|zone*|lung*|thorax|field*|chest|half|third*|part*|hemithorax|portion*",
            "greater|lesser fissure",
            "new image*|film*|visit*|examination*|study|scan*|normal|baseline|radiograph*",
            f"same patient|person|subject|woman|finding*|{_ANATOMY}",
            "similar technique|projection|position*|slice",
            "at the same time|slice|level",
            f"{_TREATED} change*",
            "post operative|surgical|treatment change*",
            "increased|decreased intracranial pressure",
            "increased|decreased (signal) intensity",
            "in progress",
            "advanced age|disease|stage|cancer",
            "response category|rating|assessment|criteria|status|evaluation",
            "growth hormone",
            "lower|upper limit*",
            "higher|lower resolution",
            "high|spatial|image resolution",
            "identical position*|slice*|projection*|technique",
        ],
    }
)
FORMERLY = frozenset({"before", "previously", "earlier", "initially", "formerly"})
"""Right behind a comparison they turn it round: "it was larger before"; "than before" does not."""
ELSEWHERE = Lexicon({True: [f"in|on|at the {_EARLIER} {_STUDY}"]})
AERATION = (
    "aerat",
    "expansion",
    "ventilat",
    "clearing",
    "clearance",
    "clarity",
    "transparen",
    "inflation",
    "improvement",
    "resol",
    "volumes",
    "respon",
)
GRADES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("trace", "tiny", "minimal", "minute", "trivial"), 1),
        **dict.fromkeys(("small", "mild", "slight", "minor"), 2),
        "moderate": 3,
        **dict.fromkeys(("large", "severe", "extensive", "marked", "massive"), 4),
    }
)
