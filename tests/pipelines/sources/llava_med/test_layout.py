import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.llava_med.layout import choose_tables, list_files

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
MAIN = "llava_med_instruct_60k_inline_mention.json"


def write(root, *names, text="[]"):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def choose(root):
    return choose_tables(root, list_files(root))


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([MAIN, "llava_med_instruct_60k.json", "llava_med_instruct_10k.json"], MAIN),
        (["llava_med_instruct_60k.json", "llava_med_instruct_10k.json"], "llava_med_instruct_60k.json"),
        (["llava_med_instruct_10k.json", "llava_med_alignment_500k.json"], "llava_med_instruct_10k.json"),
        (["instruct_60k_inline_mention.json", "my_instruct.json"], "instruct_60k_inline_mention.json"),
        (["my_instruct.json", "llava_med_alignment_500k.json"], "my_instruct.json"),
        (["llava_med_alignment_500k.json", "llava_med_instruct_fig_captions.json"], "llava_med_alignment_500k.json"),
        (["LLaVA-Med-main/data/instruct/" + MAIN], "LLaVA-Med-main/data/instruct/" + MAIN),
        (["copy/of/" + MAIN, "data/" + MAIN], "data/" + MAIN),
    ],
)
def test_the_preferred_question_file_is_chosen_wherever_it_lies(tmp_path, names, chosen):
    write(tmp_path, *names)
    assert choose(tmp_path).questions == chosen


def test_a_pointer_beside_a_whole_file_is_a_remark(tmp_path):
    write(tmp_path, MAIN, text=POINTER)
    write(tmp_path, "llava_med_instruct_10k.json")
    tables = choose(tmp_path)
    assert tables.questions == "llava_med_instruct_10k.json"
    assert any(MAIN in remark and "git lfs pull" in remark for remark in tables.remarks)


def test_nothing_but_pointers_ends_the_read_and_says_what_to_do(tmp_path):
    write(tmp_path, f"data/instruct/{MAIN}", "data/instruct/llava_med_instruct_10k.json", text=POINTER)
    with pytest.raises(SourceError, match=rf"{MAIN}: got a git-LFS pointer of {len(POINTER)} bytes.*git lfs pull"):
        choose(tmp_path)


@pytest.mark.parametrize("text", ["<!DOCTYPE html><html>404</html>", "<?xml version='1.0'?><Error/>", "", " \n"])
def test_a_web_page_or_nothing_in_place_of_a_file_is_passed_over_and_told(tmp_path, text):
    write(tmp_path, MAIN, text=text)
    with pytest.raises(SourceError, match=rf"{MAIN}: got (a web page|an empty file) of {len(text)} bytes.*download_data"):
        choose(tmp_path)
    write(tmp_path, "llava_med_instruct_10k.json")
    tables = choose(tmp_path)
    assert tables.questions == "llava_med_instruct_10k.json"
    assert any(f"{MAIN} is a" in remark and "not read" in remark for remark in tables.remarks)


@pytest.mark.parametrize("packed", [f"{MAIN}.gz", f"{MAIN}l", "llava_med_alignment_500k.zip", f"{MAIN}l.tar.gz"])
def test_a_packed_question_file_is_named_with_what_to_do_however_many_images_lie_before_it(tmp_path, packed):
    write(tmp_path, f"data/instruct/{packed}", *(f"images/{n}_F1.jpg" for n in range(20)))
    with pytest.raises(SourceError, match=rf"there is: data/instruct/{packed}.*unpack data/instruct/{packed}.*jq -s"):
        choose(tmp_path)


@pytest.mark.parametrize("other", ["llava_med_instruct_fig_captions.json.gz", "llava_med_eval_qa50_qa.jsonl", "notes.gz"])
def test_other_packed_files_are_not_taken_for_the_question_file(tmp_path, other):
    write(tmp_path, other)
    with pytest.raises(SourceError, match=r"set sources\.llava_med"):
        choose(tmp_path)


def test_a_folder_without_question_file_is_told_with_what_it_holds_and_the_setting(tmp_path):
    write(tmp_path, "data/eval/llava_med_eval_qa50_qa.jsonl", "notes.txt")
    with pytest.raises(SourceError, match=r"no question file .*notes\.txt.* set sources\.llava_med"):
        choose(tmp_path)


def test_two_files_that_fit_equally_well_are_not_guessed_between(tmp_path):
    write(tmp_path, "a_instruct.json", "b_instruct.json")
    with pytest.raises(SourceError, match=r"2 question files .*a_instruct\.json, b_instruct\.json"):
        choose(tmp_path)


def test_files_of_the_evaluation_are_never_questions_nor_addresses(tmp_path):
    evaluation = ["data/eval/instruct_like.json", "llava_med_test_image_urls.jsonl", "llava_med_eval_qa50_fig_captions.json"]
    write(tmp_path, MAIN, *evaluation)
    tables = choose(tmp_path)
    assert (tables.questions, tables.captions, tables.image_urls) == (MAIN, None, None)
    assert [remark.split()[0] for remark in tables.remarks] == sorted(evaluation, key=lambda path: (path.count("/"), path))


def test_captions_and_addresses_are_found_with_and_without_prefix(tmp_path):
    write(tmp_path, f"data/instruct/{MAIN}", "data/instruct/instruct_fig_captions.json", "data/llava_med_image_urls.jsonl")
    tables = choose(tmp_path)
    assert tables.captions == "data/instruct/instruct_fig_captions.json"
    assert tables.image_urls == "data/llava_med_image_urls.jsonl"
    assert tables.remarks == ()


def test_folders_of_unpacked_articles_and_hidden_ones_are_not_entered(tmp_path):
    write(tmp_path, "PMC99000001/f1.jpg", ".git/x.json", "__MACOSX/y.json", "images/PMC99000001_F1.jpg", "a/PMC/z.jpg")
    assert list_files(tmp_path) == ["images/PMC99000001_F1.jpg", "a/PMC/z.jpg"]
