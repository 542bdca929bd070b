"""``gravida compare``: where guidelines part ways, inside one, between two, between all, with records or proofs."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.prepare import prepare
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors, progress, read, today
from gravida.words import say

if TYPE_CHECKING:
    from gravida.compare.pairs import Difference
    from gravida.prepare import Situation
    from gravida.report_compare import Shown

LISTS_THEM = "gravida guidelines"
ONE, TWO = 1, 2
WIDTH, FIRST, RECORD, MOST = 80, 28, 6, 25
"""Columns of a page and of the first column of its tables, the indent from which on a line is of a record, and how many lines of counts are shown."""


@click.command("compare")
@click.argument("guidelines", nargs=-1, metavar="[GUIDELINE [OTHER]]")
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic (may be repeated); alone, a table of all documents on it.")
@click.option("--editions", is_flag=True, help="Each document that was replaced against the one that replaced it: who changes.")
@click.option("--people", type=click.IntRange(0, 1_000_000), default=0, metavar="N", help="Count how many of N synthetic people ever stand in each difference.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the synthetic people.")
@click.option("--tries", type=click.IntRange(0), default=0, metavar="N", help="Try every proof on N random records with the reference engine, such as 100000.")
@click.option(
    "--map",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Of two documents: draw where they differ by gestation and length (SVG).",
)
@click.option("--action", default="transvaginal-cerclage", show_default=True, metavar="ACTION", help="With --map: of which act.")
@click.option("--record", metavar="FILE", help="With --map: for whom; else for the smallest record that shows a difference.")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write each record to a file that 'gravida assess' reads.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@KNOWLEDGE
def compare(
    guidelines: tuple[str, ...], topics: tuple[str, ...], people: int, seed: int, tries: int, save: Path | None, form: str, knowledge: Folders,
    picture: Path | None, action: str, record: str | None, *, editions: bool,
) -> None:  # fmt: skip
    """Show where guidelines part ways, each time with the smallest record that shows it, or proved that there is none.

    Without a name: all current documents, topic by topic. With one: what contradicts itself, can never be due, says the
    same twice, or leaves gaps inside it. With two: act by act, either way round.

    Criteria and weeks become formulas that a solver (Z3) answers for all records at once. Every record is judged again by
    the reference engine; with --tries every proof is tried on random records too.

    \b
    gravida compare                                          all documents, 20 seconds
    gravida compare --topic ultrasound-indicated-cerclage    who parts from whom
    gravida compare rcog-2022-cerclage                       inside one
    gravida compare acog-2014-cerclage rcog-2022-cerclage --save differ
    gravida compare --editions                               what a new edition changed
    gravida compare acog-2014-cerclage nice-2022-preterm-labour --map differ.svg
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        _allowed(guidelines, topics, known)
        _needs_z3()
        if picture:
            _map(guidelines, known, action, record, picture)
            return
        if len(guidelines) == ONE:
            _inside(guidelines[0], form, known)
            return
        pairs = _pairs(guidelines, known, editions=editions)
        found = _answered(pairs, known, topics)
        if tries:
            _tried([each for each in found if each.found is None], known, tries)
        shown = _shown(found, known, people, seed, save, witnesses=bool(guidelines or editions or save))
        _print(shown, known, form, people, whole=not (guidelines or editions), one_topic=len(topics) == ONE)


def _allowed(guidelines: Sequence[str], topics: Sequence[str], known: Knowledge) -> None:
    if len(guidelines) > TWO:
        raise Fault(f"{len(guidelines)} documents were named; name one to look inside it, two to compare them, or none for all")
    for name in guidelines:
        if name not in known.guidelines:
            raise no_such("guideline", name, known.guidelines, LISTS_THEM)
    comparable = [each.id for each in known.topics.values() if each.compare]
    for topic in topics:
        if topic not in comparable:
            raise Fault(f"there is no topic {topic!r} on which documents are compared; these are: {', '.join(comparable)}")
    if len(set(guidelines)) < len(guidelines):
        raise Fault(f"{guidelines[0]} was named twice; name another to compare it with")


def _needs_z3() -> None:
    try:
        import z3  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        raise Fault("this needs the solver Z3: pip install 'gravida[compare]'") from None


def _pairs(guidelines: Sequence[str], known: Knowledge, *, editions: bool) -> list[tuple[str, str]]:
    from itertools import combinations  # noqa: PLC0415

    from gravida.compare import pairs  # noqa: PLC0415

    if editions:
        return [each for each in pairs.editions(known) if not guidelines or set(guidelines) & set(each)]
    return [(guidelines[0], guidelines[1])] if guidelines else list(combinations(pairs.current(known), 2))


def _answered(pairs: Sequence[tuple[str, str]], known: Knowledge, topics: Sequence[str]) -> "list[Difference]":
    from gravida.compare.pairs import answered, questions  # noqa: PLC0415

    asked = [each for first, second in pairs for each in questions(first, second, known, topics)]
    found = []
    with progress("asking the solver") as advance:
        for done, each in enumerate(asked, start=1):
            found.append(answered(each, known))
            advance(done, len(asked))
    if not found:
        raise Fault("these documents do not speak of the same act in any topic" + (" that was named" if topics else ""))
    return found


def _tried(proved: "Sequence[Difference]", known: Knowledge, tries: int) -> None:
    from gravida.compare.recheck import recheck  # noqa: PLC0415

    with progress("trying the proofs") as advance:
        refuted = recheck([each.claim for each in proved], known, tries, advance=advance)
    if refuted:
        names = "; ".join(", ".join(one.key for one in each.claim.recommendations()) for each in refuted)
        raise Fault(f"{len(refuted)} proofs do not hold: a random record refutes them. Please report this, it is a fault of the program. {names}")
    click.echo(f"{len(proved)} proofs were tried on {tries:,} random records, and none was refuted.", err=True)


def _shown(found: "Sequence[Difference]", known: Knowledge, people: int, seed: int, save: Path | None, *, witnesses: bool) -> "list[Shown]":
    from gravida.compare.witness import witness  # noqa: PLC0415
    from gravida.report_compare import Shown  # noqa: PLC0415

    counts: Sequence[int | None] = _counts(found, known, people, seed) if people else [None] * len(found)
    shown = []
    with progress("making records small") as advance:
        for done, (each, count) in enumerate(zip(found, counts, strict=True), start=1):
            record = witness(each.claim, each.found, known) if witnesses and each.found is not None else None
            shown.append(Shown(each, record, count))
            advance(done, len(found))
    return [_saved(each, save, known) for each in shown] if save else shown


def _counts(found: "Sequence[Difference]", known: Knowledge, people: int, seed: int) -> list[int]:
    try:
        from gravida.compare.people import standing  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise Fault(f"--people needs the package {error.name}: pip install 'gravida[population]'") from None
    with progress("counting people") as advance:
        return standing([each.claim for each in found], known, people, seed, advance)


def _saved(shown: "Shown", folder: Path, known: Knowledge) -> "Shown":
    from gravida.report_compare import example  # noqa: PLC0415

    if shown.witness is None:
        return shown
    each = shown.difference
    path = folder / f"{each.favours}--{each.other}--{each.topic}--{each.action}--{each.kind}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(example(shown, known), encoding="utf-8")
    return replace(shown, file=str(path))


def _inside(name: str, form: str, known: Knowledge) -> None:
    from gravida.compare.witness import inside  # noqa: PLC0415
    from gravida.report_compare import inside_lines, plain_peculiar  # noqa: PLC0415

    found, silent = inside(name, known)
    if form == "json":
        _json(
            {"guideline": name, "findings": [plain_peculiar(each) for each, _ in found], "gaps": [{"id": gap.id, "silent": bool(one)} for gap, one in silent]}
        )
        return
    click.echo(_page([known.guidelines[name].heading, "", *inside_lines(found, silent, known)], form))


def _map(guidelines: Sequence[str], known: Knowledge, action: str, record: str | None, picture: Path) -> None:
    """Draw where two documents differ about one act, for one record."""
    from gravida.compare import report_two_maps as report  # noqa: PLC0415
    from gravida.compare.two_maps import two_maps  # noqa: PLC0415

    if len(guidelines) != TWO:
        raise Fault("--map draws where two documents differ: name two")
    if action not in known.actions:
        raise no_such("action", action, known.actions, LISTS_THEM)
    situation = _read(record, known) if record else _for_whom(guidelines, known, action)
    if situation.today.pregnant is False:
        raise Fault("the record says not pregnant, and a map is one of a pregnancy")
    found, label = two_maps(situation, known, action, *guidelines), known.actions[action].label
    picture.write_text(report.picture(found, label), encoding="utf-8")
    click.echo(_page(list(report.page(found, label)), "text"))
    click.echo(f"wrote {picture}", err=True)


def _read(file: str, known: Knowledge) -> "Situation":
    found = read(file, known, None)
    return prepare(found, known.meaning, known.largest_k, today(found, None))


def _for_whom(guidelines: Sequence[str], known: Knowledge, action: str) -> "Situation":
    """Return the smallest record of the plainest difference between two documents about an act."""
    from gravida.compare.kinds import KINDS  # noqa: PLC0415
    from gravida.compare.witness import witness  # noqa: PLC0415

    found = [each for each in _answered([(guidelines[0], guidelines[1])], known, ()) if each.action == action and each.found is not None]
    if not found:
        raise Fault(f"these two never part about {known.actions[action].label}, so there is nothing to draw; name a record with --record, or another --action")
    plainest = min(found, key=lambda each: KINDS.index(each.kind))
    assert plainest.found is not None
    return witness(plainest.claim, plainest.found, known).situation


def _print(shown: "Sequence[Shown]", known: Knowledge, form: str, people: int, *, whole: bool, one_topic: bool) -> None:
    from gravida.markdown_text import table  # noqa: PLC0415
    from gravida.report_compare import LIMITS, grid, overview, pair_lines, plain_difference  # noqa: PLC0415

    differences = [each.difference for each in shown]
    if form == "json":
        _json({"people": people or None, "differences": [plain_difference(each) for each in shown]})
    elif whole and not one_topic and form == "markdown":
        click.echo(table(*_head(overview(differences, known))))
    elif whole:
        lines = grid(differences, known) if one_topic else columns(overview(differences, known))
        click.echo(_page([*lines, "", *_most(shown, known, people), LIMITS], form))
    else:
        click.echo(_page([*pair_lines(shown, known, people), LIMITS], form))


def _most(shown: "Sequence[Shown]", known: Knowledge, people: int) -> Iterator[str]:
    """Yield the differences in which most synthetic people stand, if they were counted."""
    from gravida.report_compare import said  # noqa: PLC0415

    counted = sorted((each for each in shown if each.people), key=lambda each: -(each.people or 0))
    if people:
        yield f"Of {people:,} synthetic people, at some moment:" if counted else f"None of {people:,} synthetic people ever stands in one."
        for each in counted[:MOST]:
            difference = each.difference
            yield f"  {each.people:>6,}  {known.topics[difference.topic].label}, {known.actions[difference.action].label}: {said(difference, known)}"
        yield from (f"  and {len(counted) - MOST} more; --format json has them all",) if len(counted) > MOST else ()
        yield ""


def _head(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    return rows[0], rows[1:]


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table as lines: the first column to the left, the numbers to the right under headings of two lines."""
    heads = [name.rpartition(" ") for name in rows[0][1:]]
    widths = [max(len(head[0]), len(head[2])) for head in heads]
    yield f"{'':{FIRST}}   {'  '.join(head[0].rjust(width) for head, width in zip(heads, widths, strict=True))}"
    yield f"{rows[0][0]:{FIRST}}   {'  '.join(head[2].rjust(width) for head, width in zip(heads, widths, strict=True))}"
    for first, *numbers in rows[1:]:
        *above, last = textwrap.wrap(first, FIRST, break_on_hyphens=False)
        yield from above
        yield f"{last:{FIRST}}   {'  '.join(each.rjust(width) for each, width in zip(numbers, widths, strict=True))}"


def _page(lines: Sequence[str], form: str) -> str:
    text = "\n".join(_wrapped(line) for line in [*lines, "", say("notice.clinical")])
    return f"```text\n{text}\n```" if form == "markdown" else text


def _wrapped(line: str) -> str:
    """Return a line broken at the width of a terminal, under its own beginning; a line of a record stays whole."""
    indent = len(line) - len(line.lstrip())
    if len(line) <= WIDTH or indent >= RECORD:
        return line
    if "   " in line.strip():
        return line  # a row of a table
    return textwrap.fill(line, WIDTH, subsequent_indent=" " * (indent + 2 if indent else 0), break_on_hyphens=False)


def _json(values: dict[str, Any]) -> None:
    click.echo(json.dumps({"notice": say("notice.clinical"), **values}, indent=2, ensure_ascii=False))
