"""Write, check, write anew: a rejected version becomes the next attempt, with what was wrong; every version is kept.

A version is rejected by the validators, or by a reviewer whose decision is bound to its digest. The next one is written from
the same facts, the version before, the reviewer's comment and the failed checks; at most `generation.max_rounds` times. The
whole is a function of groups, settings, decisions and the model's recorded answers: the same again gives the same versions.

Example:
    >>> from pipelines.outcome import Outcome
    >>> write_and_refine([], Writer(lambda groups: Outcome((), ())), [], [], Generation()).records
    ()
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.choices import Generation
from pipelines.generation.draft import Draft
from pipelines.generation.record import build_records
from pipelines.generation.rewrite import Objection, Rewrite
from pipelines.outcome import Outcome
from pipelines.reasons import RejectReason
from pipelines.records import ImageGroup, Record, Rejection, RenderedImage, ReviewDecision
from pipelines.review.standing import latest_versions, standing_decisions
from pipelines.validation.rules import Checks
from pipelines.writers import Writer


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of rewriting came to."""

    number: int  # 1 is the first rewriting
    n_rejected: int  # versions that it set out from
    n_written: int
    n_mended: int  # of those, how many pass the validators


@dataclass(frozen=True)
class Written:
    """All versions of all records, and why others were not written: one rejection of unit "group" for each that gave none."""

    records: tuple[Record, ...]
    rejections: tuple[Rejection, ...]
    rounds: tuple[Round, ...] = ()


def write_and_refine(
    groups: Sequence[ImageGroup],
    writer: Writer,
    images: Sequence[RenderedImage],
    decisions: Sequence[ReviewDecision],
    settings: Generation,
) -> Written:
    """Return every version, ordered by record_id and version.

    Args:
        groups: of one source.
        writer: who writes.
        images: of these groups.
        decisions: the reviewers' events; those about other records are ignored.
        settings: `seed` decides the letters, `max_rounds` how often a record may be written anew.
    """
    first = writer.write(groups)
    records = build_records(first.rows, settings.seed)
    by_id = {group.group_id: group for group in groups}
    checks = Checks(groups, images)
    rounds: list[Round] = []
    given_up: list[Rejection] = []
    while writer.rewrite is not None and len(rounds) < settings.max_rounds:
        rewrites = _find_rewrites(latest_versions(records), checks, decisions, version=len(rounds) + 1)
        again = writer.rewrite(rewrites, by_id) if rewrites else Outcome((), ())
        given_up += again.rejections
        drafts = again.rows
        if not drafts:
            break
        records = _join(records, build_records(drafts, settings.seed, former=records))
        failed = checks.find_record_failures(latest_versions(records))
        n_mended = sum(draft.record_id not in failed for draft in drafts)
        rounds.append(Round(len(rounds) + 1, len(rewrites), len(drafts), n_mended))
    return Written(tuple(records), (*_name_units(first), *_name_rewritings(given_up)), tuple(rounds))


def _find_rewrites(
    latest: Sequence[Record], checks: Checks, decisions: Sequence[ReviewDecision], version: int
) -> list[Rewrite]:
    """Return the latest versions that were rejected; a record that was not written anew last time is given up."""
    failed = checks.find_record_failures(latest)
    standing = standing_decisions(latest, decisions)
    rewrites = []
    for record in latest:
        rejects = standing[record.record_id].rejects if record.record_id in standing else ()
        objections = [Objection(failure.reason, failure.detail) for failure in failed.get(record.record_id, ())]
        objections += [Objection(RejectReason(decision.reason or "")) for decision in rejects]
        comments = [decision.comment for decision in rejects if decision.comment]
        if objections and record.version == version:
            rewrites.append(Rewrite(record, tuple(objections), "\n".join(comments) or None))
    return rewrites


def _join(records: Sequence[Record], more: Sequence[Record]) -> list[Record]:
    return sorted((*records, *more), key=lambda record: (record.record_id, record.version))


def _name_units(outcome: Outcome[Draft]) -> tuple[Rejection, ...]:
    """Return the rejections, one of each group without a record as that of the group, so that groups = written + rejected.

    The others are of single records: a group may give an open one and no closed one.
    """
    settled = {draft.group.group_id for draft in outcome.rows}
    named = []
    for rejection in outcome.rejections:
        named.append(replace(rejection, unit="record" if rejection.item in settled else "group"))
        settled.add(rejection.item)
    return tuple(named)


def _name_rewritings(rejections: Sequence[Rejection]) -> list[Rejection]:
    """Return why versions were not written anew, each once: the record keeps the version before, and why that was rejected."""
    return [replace(rejection, unit="rewriting") for rejection in dict.fromkeys(rejections)]


def tabulate_rounds(written: Written) -> str:
    """Return the yield of each round as a Markdown table of counts."""
    versions = Counter(record.version for record in written.records)
    rows = [f"| first writing | | {versions[1]:,} | |"]
    rows += [
        f"| rewriting {one.number} | {one.n_rejected:,} | {one.n_written:,} | {one.n_mended:,} |" for one in written.rounds
    ]
    return "\n".join(["| round | rejected before | written | of these mended |", "|---|---:|---:|---:|", *rows])
