"""The gate that holds every case on both engines."""

from pathlib import Path

from sqlglot import expressions as exp

from gravida import sql
from gravida.check_engines import all_criteria, compare_engines
from gravida.library import load

TOY = load(Path(__file__).parents[1] / "toy")


def test_every_criterion_and_fact_is_compared_on_the_record_of_every_case():
    found = compare_engines(TOY)
    cases = [case for notes in TOY.notes.values() for case in notes.cases] + [case for each in TOY.recommendations.values() for case in each.cases]

    assert found.problems == ()
    assert found.answers == len(cases) * (len(all_criteria(TOY)) + len(TOY.dictionary.facts))


def test_criteria_of_recommendations_and_of_actions_are_all_there():
    assert list(all_criteria(TOY)) == [
        "rivendell-2018-roads/cross-the-pass who",
        "rivendell-2018-roads/cross-the-pass unless 0",
        "rivendell-2018-roads/cross-the-pass silent_on 0",
        "rivendell-2018-roads/run-from-drums who",
        "cross-the-pass done_when",
        "cross-the-pass not_when",
        "call-a-wizard done_when",
    ]


def test_chosen_facts_alone_are_compared():
    few = compare_engines(TOY, ["drums"])
    cases = len(TOY.notes["drums"].cases) + sum(len(each.cases) for each in TOY.recommendations.values())

    assert few.answers == cases * (len(all_criteria(TOY)) + 1)


def test_a_disagreement_names_the_case_and_both_answers(monkeypatch):
    """An engine that takes unknown for no is found out by the case in which nobody looked."""
    monkeypatch.setattr(sql, "_case", lambda true, _: exp.Coalesce(this=true, expressions=[exp.false()]))
    found = [str(problem) for problem in compare_engines(TOY).problems]
    place = next(case.place for case in TOY.recommendations["rivendell-2018-roads/cross-the-pass"].cases if case.why == "nobody looked")
    who = "rivendell-2018-roads/cross-the-pass who"

    assert f"{place}: the engines disagree on {who} for this record: unknown by the reference engine, false by SQL" in found
