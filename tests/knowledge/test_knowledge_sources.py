"""Nothing that was found in the documents is lost, and nothing that nobody read is passed off as read."""

from dataclasses import replace
from pathlib import Path

import pytest

from gravida.assess import assess
from gravida.cases import merged, prepare_case, verdict_of
from gravida.cql import names
from gravida.record import read_record
from gravida.report_plain import plain_text

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
LINES = (Path(__file__).parent / "source_entries.txt").read_text(encoding="utf-8").splitlines()
ENTRIES = {line.split()[0]: line.split()[1:] for line in LINES if not line.startswith("#")}


def covering(entry, knowledge):
    return [each for each in knowledge.recommendations.values() if each.source.entry == entry]


def test_the_list_is_the_one_that_was_agreed():
    """235 statements in all, of which six are reviews and trials: evidence, and no guideline."""
    assert len(ENTRIES) == 229


@pytest.mark.parametrize("entry", [entry for entry, marks in ENTRIES.items() if "document" not in marks])
def test_every_statement_of_the_documents_is_a_recommendation(entry, knowledge):
    assert covering(entry, knowledge)


@pytest.mark.parametrize("entry", [entry for entry, marks in ENTRIES.items() if marks == ["recalled"]])
def test_what_nobody_has_read_is_marked_so(entry, knowledge):
    assert all(each.is_recalled for each in covering(entry, knowledge))


def test_every_recommendation_has_a_statement_behind_it(knowledge):
    """The one entry that is not in the list is the set of urgent signs that this project added, and says so."""
    unknown = {each.source.entry for each in knowledge.recommendations.values()} - ENTRIES.keys()

    assert unknown == {"added-urgent-signs"}


def test_what_a_document_says_of_itself_stands_in_its_own_file(knowledge):
    """``sogc373-replaces``: this edition replaces No. 301."""
    assert [entry for entry, marks in ENTRIES.items() if "document" in marks] == ["sogc373-replaces"]
    assert knowledge.guidelines["sogc-2013-cerclage"].superseded_by == "sogc-2019-cerclage"


def test_every_document_has_its_recommendations(knowledge):
    assert len(knowledge.guidelines) == 39
    assert all(each.recommendations for each in knowledge.guidelines.values())


# --- what nobody has read is not shown to patients -------------------------------------------------------------------


@pytest.mark.parametrize("everything", [False, True], ids=["page", "all"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_plain_page_is_the_same_without_what_nobody_has_read(example, everything, knowledge):
    read = {key: each for key, each in knowledge.recommendations.items() if not each.is_recalled}
    assert len(read) < len(knowledge.recommendations)
    record = read_record(example.read_bytes(), example.name, knowledge.dictionary)
    pages = [plain_text(assess(record, each), everything=everything) for each in (knowledge, replace(knowledge, recommendations=read))]

    assert pages[0] == pages[1]


# --- ACOG 234 at 25 mm ------------------------------------------------------------------------------------------------

SHORT = "acog-2021-preterm-birth/short_cervix"
AT_THE_LIMIT = (
    "cerclage-or-progesterone-after-preterm-birth",
    "cerclage-while-taking-progesterone",
    "multiples-ultrasound-indicated-cerclage",
    "pessary",
    "vaginal-progesterone-without-preterm-birth",
)


def at_length(recommendation, length_mm, knowledge):
    """Return the verdict for the recommendation's first case, had its scans shown this length."""
    case = recommendation.cases[0]
    given = merged(knowledge.bases.get(case.given.get("base"), {}), {key: value for key, value in case.given.items() if key != "base"})
    scans = [{**scan, "cervical_length_mm": length_mm} for scan in given["scans"]]
    return verdict_of(recommendation, prepare_case(replace(case, given={**given, "scans": scans}), knowledge), knowledge)


def test_these_are_all_that_rest_on_a_short_cervix(knowledge):
    acog = [each for each in knowledge.recommendations.values() if each.guideline == "acog-2021-preterm-birth" and each.who]

    assert sorted(each.id for each in acog if SHORT in names(each.who.node)) == sorted(AT_THE_LIMIT)


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_at_exactly_25_mm_it_is_unknown_what_acog_says(name, knowledge):
    """Summaries of the bulletin differ (25 mm or less, under 25 mm), and nobody has read the bulletin."""
    recommendation = knowledge.recommendations[f"acog-2021-preterm-birth/{name}"]

    assert at_length(recommendation, "24.9", knowledge) not in ("unknown", "not-met")
    assert at_length(recommendation, "25.0", knowledge) == "unknown"
    assert at_length(recommendation, "25.1", knowledge) == "not-met"
    assert any("25.0 mm" in note and "unknown" in note for note in recommendation.notes), "the notes say why"
