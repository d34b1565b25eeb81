"""EMBED's rules as the release names them."""

from pipelines.grouping.embed.rules import RULES
from pipelines.vocabulary import Ability


def test_every_released_tag_of_embed_has_one_rule_of_its_ability():
    assert {rule.released_as: rule.ability for rule in RULES.rules} == {
        "EMBED_*_typeA": Ability.COREFERENCE,
        "EMBED_*_typeB": Ability.TEMPORAL,
        "EMBED_*_typeC": Ability.COREFERENCE,
        "EMBED_*_typeD": Ability.REASONING,
    }
