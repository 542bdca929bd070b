"""What trials found, for a terminal, as Markdown and as plain values; the picture comes from :mod:`gravida.pictures`.

Numbers are rounded at the very end. A sum of few trials says so; frequencies are out of a hundred people.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from gravida.evidence import TRUSTED, Evidence, Published, Row
from gravida.evidence_answer import Answer, OutcomeAnswer, Recomputed
from gravida.markdown_text import table
from gravida.pictures import ForestLine, forest
from gravida.pooling import Absolute, Interval, Pooled

MARKS = {"seen": "", "derived": " (from printed shares)", "partial": " [PARTLY FROM MEMORY]", "recalled": " [FROM MEMORY, NOT READ]"}


def question_list(evidence: Evidence) -> Iterator[str]:
    """Yield every question with its name and how many trials it has."""
    for each in evidence.questions.values():
        trials = {trial for named in each.pool.values() for trial in named} | {trial for apart in each.apart for trial in apart.trials}
        yield f"{each.id}\n    {each.asks} ({len(trials)} trials or comparisons, {len(evidence.published_for(each))} published estimates)"


def written(interval: Interval) -> str:
    """Return a ratio with its limits, as they are printed."""
    return f"{_ratio(interval.estimate)} ({_ratio(interval.low)} to {_ratio(interval.high)})"


def _ratio(number: float) -> str:
    if math.isnan(number):  # no trial had an event in one of the arms
        return "not known"
    return "under 0.01" if number < 0.005 else "over 100" if number > 100 else f"{number:.2f}"  # noqa: PLR2004  (what two decimals can show)


def page(answer: Answer) -> Iterator[str]:
    """Yield the whole answer, line by line."""
    yield answer.question.asks
    yield f"Compares {answer.question.compares}. A ratio below 1 means fewer with the first of the two."
    for outcome in answer.outcomes:
        yield ""
        yield from _outcome(outcome)
    yield from _section("Shown, and never added up", _apart(answer))
    yield from _section("Published estimates", [f"- {published_line(each)}" for each in answer.published])
    yield from _section("Recomputed from the same trials", [f"- {recomputed_line(each)}" for each in answer.recomputed])


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, *found)


def _outcome(found: OutcomeAnswer) -> Iterator[str]:
    yield _title(found)
    for row, interval in zip(found.rows, found.each, strict=True):
        yield f"  {row.name}: {written(interval)}; {_counts(row)}{MARKS[row.confidence]}"
    if found.held_back:
        rest = "1 more rests" if found.held_back == 1 else f"{found.held_back} more rest"
        yield f"  {rest} on memory, in part or whole: --confidence partial or recalled shows them, marked"
    if found.pooled is None:
        yield f"  {_few(len(found.rows))}"
        return
    yield from _sum(found.pooled)
    yield from _looks(found)
    if found.effect is not None:
        yield f"  {sentence(found)}"


def _title(found: OutcomeAnswer) -> str:
    return f"{found.outcome.label[:1].upper()}{found.outcome.label[1:]}"


def _few(count: int) -> str:
    if count == 0:
        return "No trial that was read: nothing can be said from here."
    return "One trial alone: nothing is pooled." if count == 1 else "Fewer than two trials with an event: nothing is pooled."


def _counts(row: Row) -> str:
    return f"{row.events_treated} of {row.treated} against {row.events_control} of {row.control}"


def _sum(pooled: Pooled) -> Iterator[str]:
    spread = pooled.heterogeneity
    yield f"  Together, random effects (REML, Hartung-Knapp): {written(pooled.random)}"
    yield f"  Together, Mantel-Haenszel:                      {written(pooled.mantel_haenszel)}"
    if pooled.prediction:
        yield f"  Where the next trial may come out:              {_ratio(pooled.prediction.low)} to {_ratio(pooled.prediction.high)}"
    tau = f"tau² {spread.tau2:.3f} ({spread.tau2_low:.3f} to {spread.tau2_high:.3g})"
    yield f"  How trials differ: {tau}, I² {spread.i2:.0%}, Q {spread.q:.2f} (p {_p(spread.q_p)})"
    if pooled.are_few:
        yield "  Two trials cannot tell how much trials differ; the random-effects interval says little. Mantel-Haenszel assumes one effect."
    elif pooled.has_rare_events:
        yield "  Events are few in some arm: Mantel-Haenszel is the one to read."


def _p(number: float) -> str:
    return "under 0.001" if number < 0.001 else f"{number:.3f}"  # noqa: PLR2004  (what three decimals can show)


def _looks(found: OutcomeAnswer) -> Iterator[str]:
    """Yield what becomes of the sum without each trial, and how it grew."""
    for row, pooled in found.without:
        yield f"    without {row.name}: {written(pooled.headline)}"
    for row, pooled in found.over_time[:-1]:
        yield f"    up to {row.name}: {written(pooled.headline)}"


def sentence(found: OutcomeAnswer) -> str:
    """Return the effect as natural frequencies, with what is not known about it."""
    assert found.effect is not None
    assert found.pooled is not None
    effect = found.effect
    without = f"Of {effect.out_of} without it, {people(effect.without)} {found.outcome.plain}"
    with_it = f"of {effect.out_of} with it, about {people(effect.with_treatment)} ({people(effect.low)} to {people(effect.high)})"
    return f"{without}; {with_it}. {_certainty(found.pooled, effect)}"


def people(number: float) -> str:
    """Return a number of people: with a decimal only where that says something."""
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"  # noqa: PLR2004  (one decimal for small numbers)


def _certainty(pooled: Pooled, effect: Absolute) -> str:
    if pooled.headline.says_nothing:
        return "This is compatible with no difference."
    return "The trials together show fewer." if effect.with_treatment < effect.without else "The trials together show more."


def _apart(answer: Answer) -> Iterator[str]:
    """Yield the rows that are not pooled, by reason."""
    reasons: dict[str, list[Row]] = {}
    for row, why in answer.apart:
        reasons.setdefault(why, []).append(row)
    for why, rows in reasons.items():
        yield f"- {why}:"
        for row in rows:
            yield f"    {row.name}, {row.intervention} against {row.comparator}, {row.outcome}: {_counts(row)}{MARKS[row.confidence]}"


def published_line(each: Published) -> str:
    """Return a published estimate in a line."""
    limits = f" ({each.low:g} to {each.high:g})" if each.low is not None and each.high is not None else " (limits not seen)"
    size = ", ".join(
        part
        for part in (f"{each.trials} trial{'s' * (each.trials != 1)}" if each.trials else "", f"{each.participants} people" if each.participants else "")
        if part
    )
    mark = "" if each.confidence in TRUSTED else MARKS[each.confidence]
    return f"{each.citation}: {each.population}; {each.outcome}: {each.measure} {each.estimate:g}{limits}{f'; {size}' if size else ''}{mark}"


def recomputed_line(each: Recomputed) -> str:
    """Return a published estimate beside ours."""
    published = each.published
    limits = f" ({published.low:g} to {published.high:g})" if published.low is not None and published.high is not None else ""
    verdict = "agrees" if each.agrees else "DIFFERS"
    return f"{published.review}, {published.outcome}: printed {published.estimate:g}{limits}, ours {written(each.ours)}: {verdict}; {each.because}"


def picture(answer: Answer, found: OutcomeAnswer) -> str:
    """Return the forest plot of one outcome as SVG."""
    lines = [
        ForestLine(row.name, each.estimate, each.low, each.high, _counts(row), row.treated + row.control, is_marked=row.confidence not in TRUSTED)
        for row, each in zip(found.rows, found.each, strict=True)
    ]
    if found.pooled:
        for label, each in (("Random effects", found.pooled.random), ("Mantel-Haenszel", found.pooled.mantel_haenszel)):
            if each.is_known:
                lines.append(ForestLine(label, each.estimate, each.low, each.high, is_sum=True))
    description = "; ".join(f"{line.label} {line.estimate:.2f} ({line.low:.2f} to {line.high:.2f})" for line in lines)
    more, fewer = ("more with it", "fewer with it")
    return forest(lines, f"{answer.question.asks} {found.outcome.label}", f"Risk ratios with 95 % limits. {description}.", (fewer, more))


def markdown(answer: Answer) -> str:
    """Return the answer as Markdown, each outcome with a table."""
    lines = [f"# {answer.question.asks}", "", f"Compares {answer.question.compares}. A ratio below 1 means fewer with the first of the two.", ""]
    for found in answer.outcomes:
        rows = [(row.name, _counts(row), written(each), row.confidence) for row, each in zip(found.rows, found.each, strict=True)]
        lines += [f"## {_title(found)}", "", *table(["Trial", "Counts", "Risk ratio (95 %)", "Seen"], rows)]
        rest = [line.strip() for line in list(_outcome(found))[1 + len(found.rows) :]]
        lines += ["", *[f"- {line}" for line in rest], ""]
    for title, body in (
        ("Shown, and never added up", list(_apart(answer))),
        ("Published estimates", [f"- {published_line(each)}" for each in answer.published]),
    ):
        lines += [f"## {title}", "", *body, ""] if body else []
    return "\n".join(lines)


def plain_values(answer: Answer) -> dict[str, Any]:
    """Return the answer as plain values, for JSON, which has no word for "not a number": ``None`` stands for it."""
    return asdict(answer, dict_factory=lambda pairs: {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in pairs})
