"""What an audience may not see is not on its page by way of another item either."""

from dataclasses import replace

from evaluation.report.items import build_browser
from evaluation.runs.images import ImageFolder
from pipelines.governance.whose_files import FileOwners
from pipelines.score_records import Condition, ImageUse
from pipelines.vocabulary import Source
from tests.evaluation.report.made_findings import OPEN, make_answer, make_card, make_findings


def may_show(item):
    return item.sources == (Source.VQA_RAD,)


def test_answers_that_tell_of_a_withheld_item_are_withheld_with_it(make_item, images):
    seen, hidden = (
        replace(make_item(key, answer="It."), sources=(source,))
        for key, source in (("r1", Source.VQA_RAD), ("r2", Source.EMBED))
    )
    answers = [
        make_answer("r1", output="of its own"),
        make_answer("r1", output="quibblewort", condition=Condition.SHUFFLED_IMAGES),
        make_answer("r1", output="zanthorply", model="shuffled_reference", answer_type=OPEN),
    ]
    cards = [make_card(), make_card("shuffled_reference", kind="baseline", image_use=ImageUse.NONE)]
    outputs = []
    for items in ((seen, hidden), (seen,)):
        browser = build_browser(make_findings(*items, answers=answers, cards=cards), images, most=9, may_show=may_show)
        outputs.append(["".join(one["output"]) for item in browser.items for one in item["answers"]])
    assert outputs == [["of its own"], ["of its own", "quibblewort", "zanthorply"]]


def test_an_item_is_withheld_where_its_image_lies_in_a_folder_that_is(make_item, tmp_path, images):
    item = replace(make_item("r1"), sources=(Source.VQA_RAD,))
    for owners, n_shown in ((FileOwners(), 1), (FileOwners(((tmp_path.resolve(), Source.EMBED),)), 0)):
        folder = ImageFolder(tmp_path, owners=owners)
        browser = build_browser(make_findings(item), folder, most=9, may_show=may_show)
        assert (browser.n_items, len(browser.images), browser.n_withheld) == (n_shown, n_shown, 1 - n_shown)
