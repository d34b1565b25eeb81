import pytest

from benchmarks.validation import Cohort, group_cohorts, own_word, put_into_own_words, write_rows
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import Source


def test_every_number_has_a_word_of_its_own() -> None:
    words = [own_word(number) for number in range(20_000)]
    assert len(set(words)) == len(words)


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> list[Cohort]:
    return list(group_cohorts(tmp_path_factory.mktemp("cohort"), {Source.ODIR: 20}))


def test_what_is_measured_keeps_every_rule_in_both_wordings(cohorts: list[Cohort]) -> None:
    rows = write_rows(cohorts, size=60)
    own = put_into_own_words(rows)
    assert len(rows.records) == len(own.records) == 60
    assert len({record.question for record in own.records}) == 60 > len({record.question for record in rows.records})
    for given in (rows, own):
        assert validate_records(given.records, given.groups, given.images).rejections == ()
    assert all(record.quotes and record.generator.startswith("openai:") for record in own.records)


def test_copies_are_other_people_with_other_pictures(cohorts: list[Cohort]) -> None:
    rows = write_rows(cohorts, size=100)
    assert len({group.group_id for group in rows.groups}) == len(rows.groups)
    assert len({image.image_id for image in rows.images}) == len(rows.images)
    shown = [image_id for group in rows.groups for image_id in group.image_ids]
    assert set(shown) <= {image.image_id for image in rows.images}
    people = [{subject_id.rsplit("-", 1)[1] for subject_id in group.subject_ids} for group in rows.groups]
    assert all(len(copies) == 1 for copies in people) and len(set.union(*people)) > 1
