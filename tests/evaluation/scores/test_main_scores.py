from evaluation.scores.main_scores import pick_main
from pipelines.score_records import Condition
from tests.evaluation.report.made_findings import make_score

BLIND, SHUFFLED = Condition.BLIND, Condition.SHUFFLED_IMAGES


def test_a_blind_score_stands_for_a_model_where_it_has_no_sighted_one():
    seen = [make_score("tiny"), make_score("tiny", condition=BLIND), make_score("tiny", condition=SHUFFLED)]
    unseen = make_score("tiny", benchmark="held_out_odir", condition=BLIND)
    text_alone = make_score("llm", condition=BLIND)
    assert pick_main([*seen, unseen, text_alone]) == [seen[0], unseen, text_alone]
