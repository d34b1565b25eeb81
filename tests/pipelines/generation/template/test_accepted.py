"""Everything that the templates can write of any inherent group is accepted by every rule of validation."""

from collections import Counter
from collections.abc import Iterator

import pytest

from pipelines.generation.record import build_records
from pipelines.generation.template.classes import TEMPLATED
from pipelines.generation.template.item import write_closed, write_open
from pipelines.generation.template.options import choose_options
from pipelines.generation.template.wording import load_wordings
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context
from pipelines.validation.labels.check import check_labels
from pipelines.validation.rules import RULES
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.template.inherent_groups import images_of, plausible_groups

N_VERSIONS = 18  # no file has more stems of one kind: each is taken once by every group, and so is every set of options


def _every_version(groups: list[ImageGroup]) -> Iterator[Record]:
    wrong = choose_options(groups, seed=1)
    for version in range(1, N_VERSIONS + 1):
        for group in groups:
            wordings = load_wordings(group.subtask)
            made = (write_closed(group, wordings, wrong[group.group_id], version, 1), write_open(group, wordings, version, 1))
            yield from build_records([draft for draft in made if draft is not None], seed=1)


@pytest.mark.parametrize("subtask", TEMPLATED)
def test_every_stem_with_every_answer_is_accepted_by_every_rule(subtask: SubTask) -> None:
    groups = plausible_groups(subtask)
    context = Context.of(groups, [image for group in groups for image in images_of(group)])
    failures: Counter[str] = Counter()
    wordings_taken = set()
    for record in _every_version(groups):
        wordings_taken |= {(record.answer_type, part) for part in record.template_id.split("/")[2:]}
        for rule in (*RULES, check_labels):
            failure = rule(record, context)
            if failure is not None:
                failures[f"{failure.reason}: {failure.detail} | {record.question} | {record.answer}"] += 1
    assert not failures, failures.most_common(20)
    wordings = load_wordings(subtask)
    stems = sum(len(one) for one in wordings.stems.values())
    references = max(len(answer.references) for answer in wordings.answers.values())
    assert len(wordings_taken) == stems + wordings.n_styles + references, "a wording was never taken"
