from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.sources.corpus import Corpus, count_reading, tabulate_download
from pipelines.vocabulary import Source


def reject(unit: str, item: str, reason: Reason) -> Rejection:
    return Rejection(Source.ODIR, Stage.READ, item, reason, "detail", unit)


CORPUS = Corpus(
    found={"patient row": 3, "image file": 2},
    used={"patient row": 1, "image file": 2},
    rejections=(reject("patient row", "row 1", Reason.UNKNOWN_VALUE), reject("patient row", "row 2", Reason.IMAGE_MISSING)),
    remarks={"ages of 1 are placeholders": 15},
)


def test_each_unit_is_balanced_by_itself():
    assert [(count.unit, count.n_in, count.n_out, count.n_rejected) for count in count_reading(CORPUS)] == [
        ("patient row", 3, 1, 2),
        ("image file", 2, 2, 0),
    ]
    assert all(count.is_balanced for count in count_reading(CORPUS))


def test_a_rejection_of_a_unit_that_was_never_found_breaks_the_balance():
    odd = Corpus(rejections=(reject("report", "a.txt", Reason.FIELD_EMPTY),))
    assert [count.is_balanced for count in count_reading(odd)] == [False]


def test_the_table_tells_what_was_left_out_and_why_and_what_was_remarked():
    table = tabulate_download(CORPUS)
    assert "| patient row | 3 | 1 | 2 | unknown_value: 1, image_missing: 1 |" in table
    assert "| image file | 2 | 2 | 0 |  |" in table
    assert table.endswith("\n\n| noticed (not counted above) | times |\n|---|---:|\n| ages of 1 are placeholders | 15 |")


def test_a_download_without_remarks_has_one_table():
    assert tabulate_download(Corpus(found={"row": 1}, used={"row": 1})).endswith("| row | 1 | 1 | 0 |  |")


def test_a_value_of_the_download_cannot_break_the_table():
    line = tabulate_download(Corpus(remarks={"value a|b\n<i>*c* is `odd`": 2})).splitlines()[-1]
    assert line == r"| value a\|b \<i>\*c\* is `odd` | 2 |"
