"""Every claim of the article is answered, by somebody who was read, in our own words, and readably."""

import re
import statistics
from pathlib import Path

import pytest
from reading_age import BLAMING, DOSE, HARDEST_GRADE, MEDIAN_GRADE, grade, speaks_of_a_cervix
from shingles import fingerprint, fingerprints, shingles

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
COPIED = set((HERE / "article_shingles.txt").read_text(encoding="utf-8").split())

WRONG_NOW = {
    "17-OHPC": ("injected-progestogen",),
    "no vaginal progesterone and no stitch for a short cervix": ("vaginal-progesterone", "ultrasound-indicated-stitch"),
    "an emergency stitch for a cervix that shortens": ("watch-then-emergency-stitch",),
    "a second loss before anybody looks": ("second-loss-first",),
    "no clear evidence on whom and when": ("no-clear-evidence", "which-women-and-when"),
    "nothing can hold the birth back": ("cannot-be-stopped",),
    "an examination by hand": ("exam-and-ultrasound",),
    "scans at low risk": ("screening-low-risk",),
    "anomalies and surgery, and no other risk": ("anomaly-or-surgery", "other-risk-factors"),
    "no list of symptoms and no urgent signs": ("symptom-list", "urgent-signs"),
    "what is left out": ("contraindications", "twins", "removal", "abdominal-stitch", "bed-rest", "pessary"),
    "a name that blames": ("old-name",),
}
"""The twelve things that were found to be outdated, wrong or missing when the article was first read against the guidelines."""

FIGURES = {
    "cause-of-late-loss": "149 621 16 27 24",
    "share-of-early-losses": "80 100 2018",
    "late-losses-uncommon": "14 23 1 2 100",
    "factors-known": "27 1",
    "untreated-means-early-birth": "72 61 28 7 10",
    "too-early-to-survive": "2006 22 2 23 19 24 40 25 66 26 77 100",
    "studies-show-benefit": "28.4 28 35 41.3 41 100 0.70 0.55 0.89 0.82 0.65 1.04",
    "vaginal-progesterone": "33 0.62 0.47 0.81",
    "abdominal-stitch": "3 39 32 11 33",
    "short-is-not-certain": "6288 3.6 21 23 33 4 100",
}
"""The numbers that rest on a reference, each checked against what was read of it. All others stand in a recommendation."""
NAMES = re.compile(r"17-OHPC|Practice Bulletin \d+")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def prose(claim):
    return f"{claim.section}. {claim.claim} {claim.answer} {claim.plain}"


def numbers(text):
    return set(NUMBER.findall(NAMES.sub("", text)))


def spoken(claim, knowledge):
    """Return everything that the recommendations behind a claim say."""
    found = [knowledge.recommendations[key] for key in claim.by]
    texts = [f"{each.says} {each.plain} {each.strength} {' '.join(each.notes)} {knowledge.guidelines[each.guideline].year}" for each in found]
    return " ".join(texts)


def test_there_are_claims(knowledge):
    assert len(knowledge.claims) == len(knowledge.article.claims) >= 40


def test_every_claim_is_answered(knowledge):
    for each in knowledge.claims.values():
        assert 1 <= len(re.findall(r"[.!?](?:\s|$)", each.answer)) <= 4, each.id
        assert all(text.strip() == text != "" for text in (each.claim, each.answer, each.plain, each.section)), each.id


def test_every_reference_resolves(knowledge):
    assert [(each.id, key) for each in knowledge.claims.values() for key in each.by if key not in knowledge.recommendations] == []
    assert [(each.id, key) for each in knowledge.claims.values() for key in each.refs if key not in knowledge.references] == []
    assert knowledge.article.cite in knowledge.references


@pytest.mark.parametrize("what", WRONG_NOW)
def test_what_was_found_wrong_is_not_said_to_stand(what, knowledge):
    assert all(knowledge.claims[name].verdict != "stands" for name in WRONG_NOW[what])


def test_there_are_twelve():
    assert len(WRONG_NOW) == 12


def test_nothing_that_nobody_has_read_decides(knowledge):
    assert [each.id for each in knowledge.claims.values() if each.rests_on_recalled(knowledge.recommendations)] == []
    assert any(knowledge.recommendations[key].is_recalled for each in knowledge.claims.values() for key in each.by), "or this would hold of nothing"


def test_who_speaks_is_named_unless_nobody_does(knowledge):
    assert [each.id for each in knowledge.claims.values() if each.is_supported == (each.verdict == "unsupported")] == []


def test_urgent_signs_stand_first(knowledge):
    assert "urgent-signs" in knowledge.article.first


def test_every_number_stands_in_a_recommendation_or_was_checked(knowledge):
    found = {
        each.id: numbers(f"{each.answer} {each.plain}") - numbers(spoken(each, knowledge)) - set(FIGURES.get(each.id, "").split())
        for each in knowledge.claims.values()
    }

    assert {name: sorted(left) for name, left in found.items() if left} == {}


def test_a_number_that_was_checked_has_a_reference_and_is_used(knowledge):
    assert [name for name in FIGURES if not knowledge.claims[name].refs] == []
    assert {name: left for name in FIGURES if (left := set(FIGURES[name].split()) - numbers(prose(knowledge.claims[name])))} == {}


def test_every_body_that_an_answer_names_is_behind_it(knowledge):
    bodies = {each.body for each in knowledge.guidelines.values()} - {"Compiled"}
    for claim in knowledge.claims.values():
        behind = {knowledge.guidelines[key.partition("/")[0]].body for key in claim.by}
        cited = " ".join(knowledge.references[key].citation for key in claim.refs)
        named = {body for body in bodies if re.search(rf"\b{re.escape(body)}\b", claim.answer)}
        assert {body for body in named - behind if body not in cited and not (body == "ACOG" and "American College" in cited)} == set(), claim.id


# --- our own words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["knowledge/article.yaml", "docs/explanation/the-article.md"])
def test_nothing_is_copied(page):
    text = (ROOT / page).read_text(encoding="utf-8")

    assert [each for each in shingles(text) if fingerprint(each) in COPIED] == []


def test_copying_would_be_found():
    """One sentence is in the fingerprints by necessity: the title, which references.bib cites."""
    assert fingerprints("Signs and treatment of an incompetent cervix") <= COPIED
    assert fingerprints("These six words are not there") & COPIED == set()


# --- for the person herself -----------------------------------------------------------------------------------------------


def test_plain_answers_read_at_about_twelve(knowledge):
    grades = {each.id: grade(each.plain) for each in knowledge.claims.values()}

    assert statistics.median(grades.values()) <= MEDIAN_GRADE
    assert {name: round(found, 1) for name, found in grades.items() if found > HARDEST_GRADE} == {}


def test_claims_read_at_about_twelve_too(knowledge):
    """They stand on the plain page."""
    assert statistics.median(grade(each.claim) for each in knowledge.claims.values()) <= MEDIAN_GRADE


@pytest.mark.parametrize("of", ["plain", "claim"])
def test_no_dose_no_blame_and_no_cervix(of, knowledge):
    texts = {each.id: getattr(each, of) for each in knowledge.claims.values()}

    assert [name for name, text in texts.items() if DOSE.search(text) or BLAMING.search(text)] == []
    assert [name for name, text in texts.items() if speaks_of_a_cervix(text)] == []


def test_the_older_name_stands_where_it_is_explained_and_nowhere_else(knowledge):
    assert [each.id for each in knowledge.claims.values() if "incompeten" in prose(each).lower()] == ["old-name"]
