"""Every misprint that was found in a publication: two numbers that stand side by side and cannot both be right.

Each is written as it was printed into a study of the toy knowledge, which is then refused with the whole message. Beside it stands
what the other numbers call for, and that is taken. Where no key of a study could hold the misprint, the arithmetic itself is asked.
"""

import math
import re
import shutil
from pathlib import Path

import pytest

from gravida.knowledge import KnowledgeError
from gravida.library import load
from gravida.risk import Share, agrees

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests/toy"
SHIPPED = load()
FILES = sorted((ROOT / "knowledge/risk").rglob("*.yaml"))

OUTCOMES = """\
lost: {label: lost on the road, plain: were lost on the road, harm: yes}
arrived: {label: arrived, plain: arrived, harm: no}
"""
STUDY = """\
id: bree-1418-roads
cite: redbook
name: Butterbur 1418
asks: How many were lost on the road?
locator: page 1
population: walkers who passed through Bree
plain: people who passed through Bree
country: GB
years: not seen
treated: not-stated
treatment: not seen
counted_from: the inn
confidence: seen
"""
ONE_GROUP = """\
groups:
  small_company:
    label: a small company
    plain: a small company
    is: walkers <= 4
    results:
      - RESULT
"""
ACCURACY = """\
accuracy:
  rumour: {sensitivity: 23%, specificity: SPECIFICITY, ppv: 26%, npv: 97%, prevalence: 4%}
"""


@pytest.fixture
def loaded(tmp_path):
    """Return what loads a copy of the toy in which a study ends as told."""

    def with_study(*ends):
        root = shutil.copytree(TOY, tmp_path / "toy")
        for name, text in (("evidence/outcomes.yaml", OUTCOMES), ("risk/studies/bree-1418-roads.yaml", "".join((STUDY, *ends)))):
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(text, encoding="utf-8")
        return load(root).risks.studies["bree-1418-roads"]

    return with_study


def refused(loaded, *ends):
    """Return everything that is said against a study."""
    with pytest.raises(KnowledgeError) as caught:
        loaded(*ends)
    return [str(problem) for problem in caught.value.problems]


def counted(result):
    return ONE_GROUP.replace("RESULT", result)


def nested(*shares):
    """Return groups that are said to hold each other, each with the share that was printed for it."""
    groups = [
        f"  at_most_{number}:\n    label: at most {number}\n    plain: at most {number}\n    is: walkers <= {number}\n"
        f"    results:\n      - {{outcome: lost, share: {share}}}\n"
        for number, share in enumerate(shares, start=1)
    ]  # fmt: skip
    return "".join(("nested: yes\ngroups:\n", *groups))


def shown(study):
    return [result.share for group in study.groups.values() for result in group.results]


# --- Wikstrom 2022, table 3: 669 of 436,509 printed as 0.0014326 ----------------------------------------------------


def test_wikstrom_the_share_does_not_follow_from_its_counts():
    assert not agrees("0.0014326", 669 / 436_509)
    assert not agrees("0.14326%", 669 / 436_509)
    assert agrees("0.0015326", 669 / 436_509), "one digit"


@pytest.mark.parametrize(("printed", "events", "of"), [("0.0014774", 677, 458_220), ("0.0006571", 298, 453_499)])
def test_wikstrom_the_other_two_rows_of_the_table_do(printed, events, of):
    assert agrees(printed, events / of)


def test_wikstrom_is_refused_as_printed(loaded):
    assert refused(loaded, counted("{outcome: lost, events: 669, of: 436509, share: 0.14326%}")) == [
        "toy/risk/studies/bree-1418-roads.yaml:20:9: 669 of 436509 is 0.1533%, and 0.14326% is printed: one of the three numbers is wrong"
    ]


def test_wikstrom_is_taken_with_what_the_counts_say(loaded):
    (share,) = shown(loaded(counted("{outcome: lost, events: 669, of: 436509, share: 0.15326%}")))

    assert (share.events, share.of) == (669, 436_509)


# --- Kuusela 2021 (CERVIX), abstract: a negative predictive value of 5988/6014, 99.7% -------------------------------


def test_cervix_the_predictive_value_does_not_follow_from_its_counts():
    assert not agrees("99.7%", 5988 / 6014)
    assert agrees("99.7%", 5998 / 6014), "as the two-by-two table has it: 5998 right and 16 missed"


def test_cervix_is_refused_as_printed(loaded):
    assert refused(loaded, counted("{outcome: arrived, events: 5988, of: 6014, share: 99.7%}")) == [
        "toy/risk/studies/bree-1418-roads.yaml:20:9: 5988 of 6014 is 99.5677%, and 99.7% is printed: one of the three numbers is wrong"
    ]


def test_cervix_is_taken_with_what_the_table_says(loaded):
    (share,) = shown(loaded(counted("{outcome: arrived, events: 5998, of: 6014, share: 99.7%}")))

    assert share.of - share.events == 16


def test_cervix_is_shipped_with_16_missed_and_not_26():
    shares = [share for share in shown(SHIPPED.risks.studies["kuusela-2021-cervix"]) if share.of == 6014]

    assert [share.events for share in shares] == [16]


# --- PMC4151573, table 2: a specificity of 47% for Iams 1996 -------------------------------------------------------


def test_iams_in_a_later_table_is_refused_as_printed(loaded):
    start = "toy/risk/studies/bree-1418-roads.yaml:22:11: the "
    cause = "cannot follow from sensitivity 23%, specificity 47% and prevalence 4%, which give "

    assert refused(loaded, counted("{outcome: lost, share: 4%}"), ACCURACY.replace("SPECIFICITY", "47%")) == [
        f"{start}ppv of 26% {cause}1.2% to 2.4%: one of them is misprinted",
        f"{start}npv of 97% {cause}91.8% to 95.3%: one of them is misprinted",
    ]


def test_iams_in_a_later_table_is_taken_with_fifty_points_more(loaded):
    assert loaded(counted("{outcome: lost, share: 4%}"), ACCURACY.replace("SPECIFICITY", "97%"))


def test_iams_in_a_later_table_is_refused_in_the_shipped_study_too(tmp_path):
    root = shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    path = root / "risk/studies/cutoffs-1990-2000-cervical-length.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("specificity: 97%, ppv: 26%", "specificity: 47%, ppv: 26%"), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load(root)

    assert [problem.message for problem in caught.value.problems] == [
        "the ppv of 26% cannot follow from sensitivity 23%, specificity 47% and prevalence 4%, which give 1.2% to 2.4%: one of them is misprinted",
        "the npv of 97% cannot follow from sensitivity 23%, specificity 47% and prevalence 4%, which give 91.8% to 95.3%: one of them is misprinted",
    ]


# --- Liu 2020: the equation against the abstract --------------------------------------------------------------------

TWINS, ODDS_RATIO_OF_TWINS, ODDS_RATIO_OF_PREGNANCIES = "0.677", "4.52", "1.97"
OTHER_NUMBERS = frozenset({
    "1.471", "0.692", "0.953", "2.370", "2.050", "0.804", "0.048", "0.097",
    "3.072", "1.781", "1.125", "1.539", "1.103", "0.125",
})  # fmt: skip
"""The rest of the two equations as printed. They stand here, and nowhere else, so that nobody ships them."""


def test_liu_the_coefficient_of_twins_is_not_the_logarithm_of_their_odds_ratio():
    assert not agrees(TWINS, math.log(float(ODDS_RATIO_OF_TWINS)))
    assert agrees("1.509", math.log(float(ODDS_RATIO_OF_TWINS)))


def test_liu_it_belongs_to_another_odds_ratio():
    assert agrees(ODDS_RATIO_OF_PREGNANCIES, math.exp(float(TWINS)))
    assert not agrees(ODDS_RATIO_OF_TWINS, math.exp(float(TWINS)))


def test_liu_a_week_would_divide_the_odds_by_three():
    assert math.exp(1.103) > 3
    assert math.exp(0.103) < 1.2, "as it would be with a nought for the one"


def numbers_in(path):
    return set(re.findall(r"(?<![\d.])\d+\.\d+(?![\d.])", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_liu_no_number_of_the_equation_is_shipped(path):
    assert numbers_in(path) & OTHER_NUMBERS == set()


def test_liu_the_one_that_is_shipped_stands_with_its_contradiction():
    (liu,) = [model for model in SHIPPED.risks.models if model.id == "liu-2020-nomogram"]
    holding = [path.name for path in FILES if TWINS in numbers_in(path)]

    assert holding == ["models.yaml"]
    assert {TWINS, ODDS_RATIO_OF_TWINS, "1.509", ODDS_RATIO_OF_PREGNANCIES} <= set(re.findall(r"\d+\.\d+", liu.why_not))
    assert [study.id for study in SHIPPED.risks.studies.values() if study.cite == liu.cite] == []


# --- Israel 2024: 0.018 printed for 30.198 less 30.179 --------------------------------------------------------------


def test_israel_the_difference_is_not_that_of_the_two_numbers():
    assert not agrees("0.018", 30.198 - 30.179)
    assert agrees("0.019", 30.198 - 30.179)


def test_israel_three_rounded_numbers_could_differ_so_and_still_nobody_ships_it():
    assert agrees("0.018", 30.1975 - 30.1795)
    assert [path.name for path in FILES if numbers_in(path) & {"30.198", "30.179"}] == []


# --- Iams 1996: exclusive bins that were worked out from cumulative ratios ------------------------------------------

BINS = ("34.9%", "20.8%", "7.2%", "5.5%", "2.3%", "3.1%", "2.5%")


def test_iams_bins_are_refused_because_a_longer_cervix_has_a_higher_risk(loaded):
    (said,) = refused(loaded, nested(*BINS))

    assert said == (
        "toy/risk/studies/bree-1418-roads.yaml:47:5: nested groups are written from the narrowest to the widest, "
        "and the risk of this one is higher than of those inside it"
    ), "the sixth, 36 to 40 mm"


def test_iams_bins_to_30_mm_fall(loaded):
    assert len(shown(loaded(nested(*BINS[:4])))) == 4


def test_iams_cumulative_groups_fall(loaded):
    assert [f"{each.share:.2%}" for each in shown(loaded(nested("34.85%", "23.64%", "15.42%", "9.44%", "5.85%", "4.93%")))] == [
        "34.85%", "23.64%", "15.42%", "9.44%", "5.85%", "4.93%",
    ]  # fmt: skip


# --- what is shipped ------------------------------------------------------------------------------------------------

MISPRINTS = (5988 / 6014, 26 / 6014, 0.0014326)
"""As printed; 26 is how many CERVIX would have missed, had only 5988 been right."""


@pytest.mark.parametrize("study", SHIPPED.risks.studies.values(), ids=lambda study: study.id)
def test_no_misprint_is_shipped_as_a_figure(study):
    shares = [result.share.share for group in study.groups.values() for result in group.results if isinstance(result.share, Share)]

    assert [share for share in shares if any(math.isclose(share, each, rel_tol=1e-6) for each in MISPRINTS)] == []
