from pipelines.audit.kinds import Kind, Side


def count(report, kind: Kind) -> int:
    return next(found.count for found in report.kinds if found.kind is kind)


def variants(report, kind: Kind) -> dict[str, int]:
    return dict(next(found.variants for found in report.kinds if found.kind is kind))


def test_one_id_on_two_contents_is_a_collision_of_both_records(desk, make):
    report = desk.audit([make(id="x"), make(id="x", answer="Another"), make(id="y")])
    assert variants(report, Kind.ID_COLLISION) == {"other text, in one file": 2}


def test_one_id_on_two_image_pairs_is_told_apart(desk, make):
    report = desk.audit([make(id="x"), make(id="x", images=("a/3.png", "a/4.png"))])
    assert variants(report, Kind.ID_COLLISION) == {"other images, in one file": 2}


def test_an_id_that_train_and_benchmark_use_for_different_contents_collides_across_files(desk, make):
    report = desk.audit([make(id="x")], [make(id="x", answer="Another")])
    assert variants(report, Kind.ID_COLLISION) == {"other text, across files": 2}


def test_the_number_7_and_the_text_7_are_one_id_and_empty_ids_are_none(desk, make):
    assert count(desk.audit([make(id=7), make(id="7", answer="Another")]), Kind.ID_COLLISION) == 2
    report = desk.audit([make(id=None), make(id="", answer="Another"), make(id=" ", answer="Third")])
    assert count(report, Kind.ID_COLLISION) == 0 and count(report, Kind.MISSING_ID) == 3


def test_a_repeated_record_is_a_duplicate_and_no_collision(desk, make):
    report = desk.audit([make(id="x"), make(id="x"), make(id="y")], [make(id="z")])
    assert count(report, Kind.ID_COLLISION) == 0
    assert variants(report, Kind.DUPLICATE_RECORD) == {"in one file": 2, "across files": 1}
    duplicate = next(found for found in report.kinds if found.kind is Kind.DUPLICATE_RECORD)
    assert dict(duplicate.by_side) == {Side.BENCHMARK: 2, Side.TRAIN: 1}


def test_records_without_readable_content_are_not_duplicates_of_each_other(desk):
    assert count(desk.audit([None, None, {"id": "a"}, {"id": "b"}]), Kind.DUPLICATE_RECORD) == 0


def test_other_answers_to_one_question_contradict_whatever_letter_they_stand_under(desk, make):
    first = make("Same?\nA: yes\nB: no\n", "A: yes", id="1")
    second = make("same? \nA: no\nB: Yes\n", "A: no", id="2")
    agreeing = make("Same?\nA: no\nB: yes\n", "B", id="3")
    assert variants(desk.audit([first, second]), Kind.CONTRADICTORY_ANSWERS) == {"closed": 2}
    assert count(desk.audit([first, agreeing]), Kind.CONTRADICTORY_ANSWERS) == 0


def test_open_answers_contradict_where_their_texts_differ(desk, make):
    report = desk.audit([make(answer="A cyst.", id="1")], [make(answer="A tumour", id="2"), make(answer="a cyst", id="3")])
    assert variants(report, Kind.CONTRADICTORY_ANSWERS) == {"open": 3}


def test_other_images_another_order_or_other_options_are_another_question(desk, make):
    closed = "Same?\nA: yes\nB: no\n"
    records = [
        make(closed, "A", id="1"),
        make(closed, "B", id="2", images=("a/2.png", "a/1.png")),
        make(closed, "B", id="3", images=("b/1.png", "b/2.png")),
        make("Same?\nA: yes\nB: no\nC: unsure\n", "B", id="4"),
    ]
    assert count(desk.audit(records), Kind.CONTRADICTORY_ANSWERS) == 0


def test_a_follow_up_question_is_compared_together_with_what_went_before(desk, make):
    record = make("First?", "One")
    record["conversation"] += [
        {"role": "user", "content": "What else?"},
        {"role": "assistant", "content": "Two"},
        {"role": "user", "content": "What else?"},
        {"role": "assistant", "content": "Three"},
    ]
    assert count(desk.audit([record]), Kind.CONTRADICTORY_ANSWERS) == 0


def test_the_reasons_after_a_keyed_option_are_no_contradiction(desk, make):
    closed = "Same?\nA. yes\nB. no\n"
    report = desk.audit([make(closed, "A. yes. It is round.", id="1"), make(closed, "A. yes. It is dark.", id="2")])
    assert count(report, Kind.CONTRADICTORY_ANSWERS) == 0
