"""The interview: safety first, nothing in vain, and at its end the verdicts of the full record."""

from datetime import date
from pathlib import Path

import pytest
from respondent import SETTLING, Respondent, interviewed

from gravida.interview import Count, Interview, Unsaid
from gravida.library import load
from gravida.record import RecordError
from gravida.undecided import all_undecided

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def knowledge():
    return load()


@pytest.fixture
def interview(knowledge):
    return Interview(knowledge, DAY)


def answered(interview, **answers):
    """Answer the questions that come, by their names; no to signs; "I don't know" to the rest, until all these were asked."""
    wanted = dict(answers)
    while wanted and (step := interview.step()) is not None:
        given = Unsaid.UNSURE
        if step.kind == "signs":
            given = {name: False for name, _ in step.items}
        elif step.id in wanted:
            given = wanted.pop(step.id)
        interview.answer(step, given)
    assert not wanted, f"never asked: {wanted}"
    return interview


# --- safety ------------------------------------------------------------------------------------------------------------


def test_signs_come_first_always(interview, knowledge):
    step = interview.step()

    assert step.kind == "signs"
    asked = {name for name, _ in step.items}
    assert {"reported_heavy_bleeding", "reported_collapse", "reported_waters", "reported_bulge", "reported_contractions", "reported_fever"} <= asked


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_they_come_first_when_going_on_from_a_record_too(example, knowledge):
    respondent = Respondent(example, knowledge)
    step = Interview.resume(respondent.record, knowledge, DAY, ("signs-now", "plurality")).step()

    assert step is None or step.kind == "signs" or "symptoms" in respondent.data


def test_a_skipped_sign_is_not_no(interview):
    interview.answer(interview.step(), Unsaid.UNSURE)

    assert interview.record.symptoms is None
    assert interview.step().kind != "signs", "it is not asked twice in one go"


def test_one_sign_can_be_left_open(interview):
    step = interview.step()
    interview.answer(step, {name: None if name == "reported_fever" else False for name, _ in step.items})
    (today,) = interview.record.symptoms

    assert today.fever is None
    assert today.heavy_bleeding is False


# --- what is asked -----------------------------------------------------------------------------------------------------


def test_nothing_is_asked_before_it_can_be_known(interview):
    answered(interview, pregnant=True, gestation="8+0")
    rest = []
    while (step := interview.step()) is not None:
        rest.append(step)
        interview.answer(step, Unsaid.UNSURE)
    asked = {name for step in rest for name, _ in step.items} | {step.id for step in rest}

    assert "planned_caesarean" not in asked, "that is decided from 12+0 on"
    assert "placenta_praevia" not in asked
    assert not any(name.startswith("scans[") for name in asked)


def test_somebody_who_is_not_pregnant_is_asked_nothing_of_this_pregnancy(interview):
    answered(interview, pregnant=False)
    asked = []
    while (step := interview.step()) is not None:
        asked += [step.id, *(name for name, _ in step.items)]
        interview.answer(step, Unsaid.UNSURE)

    assert not {"plurality", "gestation", "scans", "examinations", "planned_caesarean", "fetal_death"} & set(asked)
    assert "prior_pregnancies" in asked


def test_what_was_found_is_asked_only_of_somebody_who_was_examined(interview):
    answered(interview, pregnant=True, gestation="22+0", examinations=False)

    assert interview.record.examinations == ()
    situation = interview.situation()
    assert not interview.can_ask("membranes_exposed", situation)
    assert not interview.can_ask("contractions", situation)


def test_an_old_examination_says_nothing_of_contractions_today(interview):
    answered(interview, pregnant=True, gestation="22+0", examinations=True, **{"examinations[0].when": date(2026, 5, 28)})
    situation = interview.situation()

    assert not interview.can_ask("contractions", situation), "they tell something for a day"
    assert interview.can_ask("membranes_exposed", situation), "these for seven"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_question_comes_twice_and_each_could_still_change_something(example, knowledge):
    respondent = Respondent(example, knowledge)
    interview, seen = respondent.interview(), []
    while (step := interview.step()) is not None:
        if step.kind not in ("signs", "when"):
            open_now = set().union(*all_undecided(interview.considered, interview.situation(), knowledge).values())
            assert {name for name, _ in step.items} or {step.id} <= open_now
        seen += [name for name, _ in step.items] or [step.id]
        interview.answer(step, respondent.answer(step))

    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_at_the_end_stand_the_verdicts_of_the_full_record(example, knowledge):
    found = interviewed(Respondent(example, knowledge), SETTLING)

    assert found.differing == ()


def test_progress_never_runs_past_its_end_and_ends_when_all_is_known(knowledge):
    respondent = Respondent(EXAMPLES[0], knowledge)
    interview, parts = respondent.interview(), []
    while (step := interview.step()) is not None:
        settled, total = interview.progress()
        parts.append(settled / total)
        interview.answer(step, respondent.answer(step))

    assert parts[0] < 0.2
    assert 0.8 < parts[-1] <= 1


# --- answers -----------------------------------------------------------------------------------------------------------


def test_not_known_leaves_no_trace_and_prefer_not_to_say_stands_in_the_record(interview):
    answered(interview, pregnant=True, gestation="18+0", plurality=Unsaid.DECLINED)

    assert "pregnancy.plurality" in interview.record.declined
    assert interview.record.scans is None


def test_a_list_may_be_longer_than_is_told(interview):
    answered(interview, prior_pregnancies=Count(2, at_least=True))

    assert interview.record.prior_pregnancies_complete is False
    assert len(interview.record.prior_pregnancies) == 2


def test_an_answer_that_the_record_cannot_hold_changes_nothing(interview):
    answered(interview, pregnant=True, gestation="18+0")
    while interview.step().id != "plurality":
        interview.answer(interview.step(), Unsaid.UNSURE)
    before = interview.record
    with pytest.raises(RecordError):
        interview.answer(interview.step(), "12")

    assert interview.record == before
    assert interview.step().id == "plurality"


def test_a_length_in_centimetres_by_mistake_needs_a_word(interview):
    answered(interview, pregnant=True, gestation="20+0", scans=Count(1), **{"scans[0].when": "19+0"})
    step = interview.step_for("scans[0].cervical_length_mm", interview.situation())
    with pytest.raises(RecordError):
        interview.answer(step, "2.2")
    interview.answer(step, "2.2", confirmed=True)

    assert interview.record.scans[0].confirmed is True
    assert interview.suspicious_below(step) == pytest.approx(5)


def test_back_takes_the_last_answer_back(interview):
    assert interview.back() is False
    first = interview.step()
    interview.answer(first, {name: False for name, _ in first.items})

    assert interview.back() is True
    assert interview.step() == first
    assert interview.record.symptoms is None
