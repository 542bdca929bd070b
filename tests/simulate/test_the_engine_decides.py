"""What a simulation takes to be due is what the reference engine says of the very record."""

from datetime import date, timedelta
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from gravida.audit.records import record_on
from gravida.prepare import prepare
from gravida.simulate.answers import MEANS, NOT_DUE
from gravida.simulate.histories import booking_records
from gravida.simulate.questions import START, Question, tables
from gravida.simulate.states import Told
from gravida.synthesize_parquet import table_of
from gravida.units import TERM_LENGTH_DAYS
from gravida.verdict import judge

EPOCH = date(1970, 1, 1)
SOURCES = ("pregnancies", "prior_pregnancies", "cervical_procedures", "scans", "cerclages", "progestogens", "examinations", "symptoms")


def said(rows, day, knowledge, recommendations):
    """Return what the reference engine says, as a simulation reads it."""
    at = EPOCH + timedelta(START + day)
    situation = prepare(record_on({"updates": [], **rows}, at), knowledge.meaning, knowledge.largest_k, at)
    return [MEANS.get(judge(each, knowledge.actions, situation.world, situation.today).verdict, NOT_DUE) for each in recommendations]


def rows_by_id(engine):
    found = {}
    for table in SOURCES:
        result = engine.connection.execute(f'SELECT * FROM "source_{table}"')  # noqa: S608  (a name of ours)
        names = [each[0] for each in result.description]
        for row in result.fetchall():
            told = dict(zip(names, row, strict=True))
            found.setdefault(told["pregnancy_id"], {name: [] for name in SOURCES})[table].append(told)
    return found


@pytest.fixture(scope="module")
def asked(cohort, lives, answers, knowledge):
    """Let people live under every policy, and return every question that was asked in some last batches."""
    kept = []
    learn = answers.learn
    answers.learn = lambda questions: (kept.extend(questions), learn(questions))
    try:
        lives(cohort(4000, seed=5), *(each for each in knowledge.policies if each != "clinicians"))
    finally:
        answers.learn = learn
    return kept


def test_every_question_has_the_answer_of_the_reference_engine(asked, answers, knowledge):
    random = Random(3)  # noqa: S311  (nothing secret hangs on these numbers)
    opened = [each for each in asked if each.opened]
    some = list(dict.fromkeys([*random.sample(asked, 250), *random.sample(opened, min(40, len(opened)))]))
    given = answers.ask(some)

    rows = rows_by_id(answers.engine)
    wrong = []
    for number, question in enumerate(some):
        wanted = said(rows[f"q{number:09}-1"], question.day, knowledge, answers.recommendations)
        wrong += [(question, each.key) for each, one, other in zip(answers.recommendations, wanted, given[number].tolist(), strict=True) if one != other]

    assert wrong == []
    assert len(opened) > 5
    assert (given == 1).any(axis=0).sum() > 20  # most recommendations are due for somebody


def test_the_answer_of_a_history_is_that_of_everybody_who_has_it(cohort, answers, knowledge):
    """People are asked about through the record of another: here each is asked about through their own."""
    people = cohort(3000, seed=11)
    state = answers.met(people)
    answers.learn([each for week in (12, 17, 20, 24) for each in answers.missing(state, week)])
    booked, lists = booking_records(people)
    names = pa.array([f"p{number:09}" for number in range(len(people))])
    own = {name: {} for name in ("pregnancies", *lists)}
    for name, sheet in {"pregnancies": booked, **lists}.items():
        for row in table_of(name, sheet, names).to_pylist():
            own[name].setdefault(row["pregnancy_id"], []).append(row)

    wrong = []
    for person in [int(each) for each in np.nonzero(people.people.priors.exists.any(axis=1))[0][::25]]:
        for week in (12, 17, 20, 24):
            key, question = f"p{person:09}-1", Question(0, 7 * week)
            head = dict(own["pregnancies"][key][0])
            head |= {
                "known_from": EPOCH + timedelta(START + 28), "ended_on": EPOCH + timedelta(START + 7 * week),
                "pregnancy_due_date": EPOCH + timedelta(START + TERM_LENGTH_DAYS),
                **{f"{name}_known": True for name in ("scans", "cerclages", "progestogens", "examinations", "symptoms")},
            }  # fmt: skip
            rows = {"pregnancies": [head], **{name: own[name].get(key, []) for name in lists}}
            rows |= {name: table.to_pylist() for name, table in tables([question], [Told(0)]).items()}
            wanted = said(rows, 7 * week, knowledge, answers.recommendations)
            given = answers.at(state[[person]], week)[0].tolist()
            wrong += [(person, week, each.key) for each, one, other in zip(answers.recommendations, wanted, given, strict=True) if one != other]

    assert wrong == []


def test_few_histories_stand_for_many(cohort, answers):
    people = cohort(20_000, seed=2)
    answers.met(people)

    assert len(set(answers.met(people).tolist())) < 400
    assert len(answers.histories.numbers) > 800
