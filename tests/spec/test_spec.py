"""The chapters of the specification, on both engines. They are also the reference of the language (``write_reference.py``)."""

from dataclasses import replace

import pytest
from spec_reading import CHAPTERS, Chapter, Question
from write_reference import PAGE, reference

from gravida.cql import CqlError, parse, show
from gravida.evaluate import Meaning, value
from gravida.facts import Derived, Range, Type, Value, Words
from gravida.sql_tables import Counted, Tables, counted
from gravida.typecheck import require_truth
from gravida.units import weeks

WORDS = {True: "true", False: "false", None: "unknown"}


def written(found: Value | Counted, kind: Type) -> str:
    """Write an answer as the chapters do; the two counts that SQL has of a truth list, as counts."""
    match found:
        case None | bool():
            return WORDS[found]
        case Range(low=low, high=high):
            return f"{written(low, kind)} to {written(high, kind)}"
        case tuple():
            return f"[{', '.join(WORDS[each] for each in found)}]"
        case Counted(certain=certain, possible=possible):
            return f"{certain} certain, {possible} possible"
        case int() | float():
            return weeks(int(found)) if kind.kind == "gestation" else f"{found:g}"
    return found


def by_reference(questions: list[Question]) -> list[str]:
    return [written(value(each.node, each.world), each.kind) for each in questions]


def by_sql(questions: list[Question], meaning: Meaning) -> list[str]:
    """Answer with DuckDB. Every heading that is not a fact yet becomes one."""
    asked = {each.text: each for each in questions if each.text not in meaning.facts}
    facts = {text: Derived(text, each.kind, text, Words(text)) for text, each in asked.items()}
    extended = Meaning({**meaning.facts, **facts}, meaning.lists, {**meaning.criteria, **{text: each.node for text, each in asked.items()}})
    with Tables(extended) as tables:
        tables.load({number: each.world for number, each in enumerate(questions)})
        found = tables.values(sorted({each.text for each in questions}))
    return [written(found[number][each.text], each.kind) for number, each in enumerate(questions)]


def expected_of_sql(question: Question) -> str:
    if not question.expected.startswith("["):
        return question.expected
    read = {word: truth for truth, word in WORDS.items()}
    return written(counted(tuple(read[word] for word in question.expected.strip("[]").split(", ") if word)), question.kind)


def labelled(questions: list[Question], answers: list[str]) -> list[str]:
    return [f"record {each.record}: {each.text}: {answer}" for each, answer in zip(questions, answers, strict=True)]


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request) -> Chapter:
    return Chapter(request.param)


def test_the_reference_engine_gives_these_answers(chapter: Chapter):
    questions = list(chapter.questions())

    assert labelled(questions, by_reference(questions)) == labelled(questions, [each.expected for each in questions])


def test_sql_gives_these_answers(chapter: Chapter):
    questions = list(chapter.questions())

    assert labelled(questions, by_sql(questions, chapter.meaning)) == labelled(questions, [expected_of_sql(each) for each in questions])


def test_every_criterion_prints_as_it_is_written(chapter: Chapter):
    for question in chapter.questions():
        assert show(question.node) == question.text


def test_what_is_not_in_the_language_is_refused_with_these_words(chapter: Chapter):
    for text, message in chapter.refusals():
        with pytest.raises(CqlError) as caught:
            require_truth(parse(text), chapter.scope)
        assert (text, caught.value.message) == (text, message)


def test_there_is_something_to_test():
    questions = [question for path in CHAPTERS for question in Chapter(path).questions()]
    refusals = [text for path in CHAPTERS for text, _ in Chapter(path).refusals()]

    assert len(questions) > 250
    assert len(refusals) > 15


def test_a_wrong_answer_in_a_chapter_is_noticed():
    chapter = Chapter(CHAPTERS[0])
    questions = list(chapter.questions())
    wrong = [replace(each, expected="true" if each.expected != "true" else "false") for each in questions]

    for found in (by_reference(questions), by_sql(questions, chapter.meaning)):
        assert not any(answer == each.expected for answer, each in zip(found, wrong, strict=True))


def test_the_reference_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: python tests/spec/write_reference.py"
