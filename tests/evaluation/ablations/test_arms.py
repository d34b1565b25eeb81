"""The arms of the study are the ablations that training knows: the two packages share no code, but their words."""

from evaluation.ablations.arms import Arm, Panel, title_arm
from evaluation.models.spec import parse_spec
from pipelines.vocabulary import Ability
from training.ablations import Ablation, name_run


def test_what_is_trained_is_what_is_measured():
    assert [arm.value for arm in Arm] == [ablation.value for ablation in Ablation]
    for ablation in Ablation:
        assert parse_spec("m", f"checkpoint:{name_run('tiny', ablation)}").argument.startswith("tiny")


def test_each_panel_of_the_paper_has_its_arms():
    panels = {panel: [arm for arm in Arm if arm.panel is panel] for panel in Panel}
    assert [arm.left_out for arm in panels[Panel.ABILITY]] == list(Ability)
    assert panels[Panel.COMPOSED] == [Arm.WITHOUT_COMPOSED]
    assert [arm.share for arm in panels[Panel.SHARE]] == [0, 0.25, 0.5, 0.75]
    assert (Arm.FULL.panel, Arm.FULL.share, Arm.FULL.left_out) == (None, 1.0, None)
    assert len({title_arm(arm) for arm in Arm}) == len(Arm)
