"""Every fact that somebody may be asked for can be asked, and every name that reaches a page has plain words."""

import pytest

from gravida.facts import Derived, Observed, Pick
from gravida.index import TODAY
from gravida.record import differences


def test_dictionary_and_record_match_one_to_one(knowledge):
    assert differences(knowledge.dictionary) == []


def test_every_fact_that_is_recorded_has_a_question(knowledge):
    observed = [each for each in knowledge.dictionary.facts.values() if isinstance(each, Observed)]

    assert [each.name for each in observed if not each.words.question.endswith("?")] == []


def test_every_list_and_every_field_of_it_has_a_question(knowledge):
    lists = knowledge.dictionary.lists.values()
    fields = {f"{entries.name}.{name}": field.words.question for entries in lists for name, field in entries.fields.items() if field.source}

    assert [entries.name for entries in lists if not entries.question] == []
    assert [name for name, question in fields.items() if not question.endswith("?")] == []


def test_everything_that_a_verdict_waits_for_can_be_asked(knowledge):
    """A leaf is what an answer can change. Measurements are asked by their field, everything else by its own question."""
    leaves = {leaf for found in knowledge.index.leaves.values() for leaf in found if leaf != TODAY and not leaf.startswith("list:")}
    facts = [knowledge.dictionary.facts[leaf] for leaf in leaves]
    by_name = [each for each in facts if not (isinstance(each, Pick) and each.take in ("shortest", "longest"))]

    assert not any(isinstance(each, Derived) for each in facts)
    assert [each.name for each in by_name if not each.words.question.endswith("?")] == []


@pytest.mark.parametrize("of", ["topics", "actions"])
def test_topics_and_actions_have_clinical_and_plain_words(of, knowledge):
    for each in getattr(knowledge, of).values():
        assert each.label.strip()
        assert each.plain.strip()


def test_every_fact_and_every_list_has_a_label(knowledge):
    assert [name for name, each in knowledge.dictionary.facts.items() if not each.words.label.strip()] == []
    assert [name for name, each in knowledge.dictionary.lists.items() if not each.label.strip()] == []
