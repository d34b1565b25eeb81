import base64
import hashlib
import io
import itertools
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from evaluation.corruptions.kinds import LEVELS, Corruption
from evaluation.leaderboard.table import LeaderboardError
from evaluation.report.audience import choose_visible
from evaluation.report.findings import Findings
from pipelines.governance.policy import load_policy
from pipelines.score_records import Condition, ImageUse
from pipelines.terms_of_use import Audience
from tests.evaluation.report.made_findings import (
    OPEN,
    make_answer,
    make_card,
    make_effect,
    make_findings,
    make_point,
    make_score,
)

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "line\u2028and paragraph\u2029separators",
    "half \ud800 of \udc00 a pair",
    "nul \x00, bell \x07, escape \x1b[31m",
    "\u202eright to left \u05d0\u05d1 تشخيص",
    "{{ 7 * 7 }}{% raw %}",
    "&amp;lt;script&gt; ' \" `",
    "",
)


@pytest.fixture
def item(make_item):
    return make_item("r1", options={"A": "no change", "B": "worsening"}, letter="B")


def test_without_scores_the_page_says_so_and_nothing_else(render):
    page = render(Findings())
    assert "No scores yet" in page.text
    assert not page.find("table") and not page.find("script") and not page.find("nav")


def test_the_page_is_well_formed_and_its_links_lead_to_its_sections(render, item):
    page = render(make_findings(item))
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    links = [link.attributes["href"] for link in page.find("a")]
    assert links and {link.removeprefix("#") for link in links} <= set(ids)


def test_headings_stand_in_order(render, item):
    levels = [int(one.tag[1]) for one in render(make_findings(item)).elements if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_picture_has_a_text_in_its_place_and_every_field_a_label(render, item):
    page = render(make_findings(item))
    assert all(picture.attributes["alt"] for picture in page.find("img"))
    assert len(page.find("img")) == 5
    labelled = {label.attributes.get("for") for label in page.find("label")}
    assert {"as_published", "corrected"} <= labelled
    assert all(heading.attributes.get("scope") for heading in page.find("th"))


def test_the_page_asks_the_network_for_nothing(render, item):
    page = render(make_findings(item, answers=[make_answer(output="see https://example.org/a.png")]))
    for element in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = element.attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/")), (element.tag, name, value[:80])
    assert not page.find("link") and not page.find("iframe") and not page.find("base")
    [style] = page.find("style")
    assert "url(" not in style.text and "@import" not in style.text


def test_its_own_script_may_run_and_no_other(render, item):
    page = render(make_findings(item))
    [policy] = page.find("meta", http_equiv="Content-Security-Policy")
    directives = dict(part.strip().split(" ", 1) for part in policy.attributes["content"].split(";"))
    [script] = [one for one in page.find("script") if "type" not in one.attributes]
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert directives["script-src"] == f"'sha256-{digest}'"
    assert directives["default-src"] == "'none'" and directives["img-src"] == "data:"
    assert not [name for one in page.elements for name in one.attributes if name.startswith("on")]


def test_every_plot_is_a_well_formed_svg(render, item):
    pictures = [one.attributes["src"] for one in render(make_findings(item)).find("img")]
    for url in pictures:
        head, content = url.split(",", 1)
        assert head == "data:image/svg+xml;base64"
        assert ElementTree.fromstring(base64.b64decode(content)).tag.endswith("svg")


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_model_writes_stays_its_answer(render, make_item, text):
    asked = make_item("r1", options={"A": text or "no", "B": "worsening"}, letter="B", question=f"Which? {text}")
    page = render(make_findings(asked, answers=[make_answer(output=text)]))
    plain = render(make_findings(make_item("r1", options={"A": "no", "B": "worsening"}, letter="B"), answers=[make_answer()]))
    [shown] = page.data["items"]
    assert "".join(shown["answers"][0]["output"]) == text
    assert [one.tag for one in page.elements] == [one.tag for one in plain.elements]
    assert page.html.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_name_holds_is_text(render, item, text):
    name = f"model {text}"
    findings = make_findings(
        item,
        scores=[make_score(name)],
        cards=[make_card(name, label=text, remarks=(text,))],
        effects=[make_effect(name)],
        answers=[make_answer(model=name)],
    )
    page = render(findings)
    assert [one.tag for one in page.elements if one.tag == "script"] == ["script", "script"]
    assert page.data["models"] == [name]
    assert page.html.encode()


def test_an_answer_of_a_hundred_thousand_characters_is_cut_and_says_so(render, item):
    page = render(make_findings(item, answers=[make_answer(output="x" * 100_000 + " The answer is B.", span="B")]))
    before, span, after = page.data["items"][0]["answers"][0]["output"]
    assert (span, after) == ("B", ".")
    assert len(before) < 2_000 and "characters left out" in before
    assert len(page.html) < 500_000


def test_equal_findings_give_equal_bytes(render, item, make_item):
    findings = make_findings(item, make_item("r2", answer="A mass."))
    assert render(findings).html == render(findings).html


def test_an_item_can_be_walked_back_to_its_files_and_rows(render, item):
    [shown] = render(make_findings(item)).data["items"]
    assert (shown["benchmark"], shown["key"], shown["unit"]) == ("held_out_vqa_rad", "r1", "r1")
    assert shown["images"] == [{"name": "r1.jpg", "number": 0}]
    [answer] = shown["answers"]
    assert (answer["model"], answer["condition"], answer["variant"]) == ("tiny", "sighted", "")
    assert answer["output"] == ["The answer is ", "B", "."]
    assert (answer["rule"], answer["letter"], answer["correct"], answer["corrected"]) == ("cue", "B", True, True)


def test_an_open_answer_has_its_three_components(render, make_item):
    answer = make_answer(
        "r1", "A mass.", None, answer_type=OPEN, rule=None, span=None, is_correct_as_published=None, is_correct_corrected=None,
        bert_recall=0.912, bleu=0.5, rouge_l_recall=0.25,
    )  # fmt: skip
    [shown] = render(make_findings(make_item("r1", answer="A mass."), answers=[answer])).data["items"]
    assert shown["answers"][0]["parts"] == [91.2, 50.0, 25.0]
    assert shown["options"] == [] and shown["answer"] == "A mass."


def test_items_without_their_image_stay_and_say_that_it_is_not_at_hand(render, make_item, images):
    (images.root / "broken.jpg").write_bytes(b"no image")
    items = [make_item(key, answer="A mass.") for key in ("r1", "broken", "absent")]
    page = render(make_findings(*items))
    assert {one["key"]: one["images"][0]["number"] for one in page.data["items"]} == {"r1": 0, "broken": None, "absent": None}
    assert list(page.data["images"]) == ["0"]


def test_images_are_small_copies_each_kept_once(render, make_item):
    twice = replace(make_item("a", answer="A mass."), images=("r1.jpg", "r1.jpg", "r2.jpg"))
    page = render(make_findings(twice))
    assert [one["number"] for one in page.data["items"][0]["images"]] == [0, 0, 1]
    content = base64.b64decode(page.data["images"]["0"].removeprefix("data:image/webp;base64,"))
    with Image.open(io.BytesIO(content)) as small:
        assert small.format == "WEBP" and small.size == (256, 128)


def test_items_that_the_audience_may_not_see_are_counted_and_left_out_of_the_bytes(render, item, make_item):
    secret = make_item("r2", answer="a secret finding", question="Secret question?")
    findings = make_findings(item, secret, answers=[make_answer("r1"), make_answer("r2", output="secret output")])
    page = render(findings, may_show=lambda one: one.key == "r1")
    assert [one["key"] for one in page.data["items"]] == ["r1"]
    assert list(page.data["images"]) == ["0"]
    assert "1 items may not be shown" in page.text
    assert "ecret" not in page.html


def test_an_item_of_unknown_source_is_for_the_group_alone(item):
    policy = load_policy(Path("no-such-policy.toml"))
    assert choose_visible(Audience.GROUP, policy)(item)
    assert not choose_visible(Audience.PUBLIC, policy)(item)


def test_the_number_of_items_is_bounded_and_the_same_are_drawn_again(render, make_item):
    items = [make_item(f"k{place}", answer="A mass.", position=place) for place in range(30)]
    few = [one["key"] for one in render(make_findings(*items), most=5).data["items"]]
    assert len(few) == 5 and few == sorted(few, key=lambda key: int(key[1:]))
    assert few == [one["key"] for one in render(make_findings(*reversed(items)), most=5).data["items"]]
    assert render(make_findings(*items), most=0).data["items"] == []


def test_answers_to_spoilt_images_are_not_among_the_items(render, item):
    answers = [make_answer(), make_answer(condition=Condition.CORRUPTED, variant="blur:3")]
    [shown] = render(make_findings(item, answers=answers)).data["items"]
    assert [one["condition"] for one in shown["answers"]] == ["sighted"]


def test_a_page_of_baselines_alone_says_what_is_missing(render, item):
    rules = ("chance", "longest_option")
    page = render(
        Findings(
            scores=[make_score(rule) for rule in rules],
            cards=[make_card(rule, kind="baseline", label=rule) for rule in rules],
            answers=[make_answer(model="longest_option")],
            benchmarks={"held_out_vqa_rad": [item]},
        )
    )
    assert "No model was asked both ways." in page.text
    assert "No model was asked in several orders." in page.text
    assert "No model answered with its images" in page.text
    assert [one["model"] for one in page.data["items"][0]["answers"]] == ["longest_option"]


def test_a_model_that_takes_text_alone_is_shown_as_what_it_is(render, item):
    blind = make_answer(model="llm", condition=Condition.BLIND)
    page = render(
        Findings(
            scores=[make_score("llm", condition=Condition.BLIND)],
            cards=[make_card("llm", image_use=ImageUse.NONE, remarks=("no image is sent",))],
            answers=[blind],
            benchmarks={"held_out_vqa_rad": [item]},
        )
    )
    [row] = {row.text.split("\n")[0] for row in page.find("tr", class_="text-only")}
    assert row.startswith("llm, blind") and "no image is sent; takes text alone" in row
    assert "none: text alone" in page.text
    assert [picture.attributes["alt"] for picture in page.find("img")][1:] == [
        "For each model: by which rule its closed answers were read.",
        "llm, blind: which letter was chosen where which was keyed.",
    ]


def test_robustness_has_a_figure_per_benchmark_and_none_without_points(render, item):
    points = [make_point(benchmark=name) for name in ("held_in_temporal", "held_in_comparison")]
    points += [make_point(Corruption.BLUR, level, benchmark=one.benchmark) for one in points for level in LEVELS]
    page = render(make_findings(item, robustness=points))
    [section] = page.find("section", id="robustness")
    curves = [one for one in page.find("img") if "corruption" in (one.attributes["alt"] or "")]
    assert [one.attributes["alt"].split(",")[0] for one in curves] == ["Temporal (ours)", "Comparison (ours)"]
    assert not render(make_findings(item)).find("section", id="robustness")
    assert section.text


def test_undecided_answers_few_units_and_published_sizes_can_be_read_in_the_table(render, item):
    odd = make_score(benchmark="mim_rad", n=293, n_unparsed=4, n_clusters=5, cluster_low=None, cluster_high=None)
    page = render(make_findings(item, scores=[odd]))
    cells = [cell for cell in page.find("td") if cell.attributes.get("title")]
    assert any("5 units: too few clusters" in cell.attributes["title"] for cell in cells)
    assert "undecided 4 of 293" in page.text and "n 293 as published" in page.text and "†" in page.text


def test_the_synthetic_cohort_is_named(render, item):
    assert "these numbers say nothing about patients" in render(make_findings(item, is_synthetic=True)).text
    assert "synthetic" not in render(make_findings(item)).text


def test_scores_of_two_protocols_make_no_page(render):
    mixed = [make_score(), make_score("other", protocol="choice_v1")]
    with pytest.raises(LeaderboardError, match="choice_v1"):
        render(Findings(scores=mixed))
