"""``gravida audit``: the same recommendations over a population."""

import gc
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from gravida import __version__
from gravida.cli_folders import free_folder, whole_folder
from gravida.flat import TABLES, Column
from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors, progress

if TYPE_CHECKING:
    from gravida.audit.engine import Engine
    from gravida.audit.forms import Read
    from gravida.audit.report import About
    from gravida.audit.result import Result
    from gravida.audit.run import Audit

MARK, SYNTHETIC = "audit.json", "synthetic.json"
"""The files by which an audit of ours, and a population that was made up, are known."""
ENOUGH = 3000
"""Bytes of DuckDB's memory for each pregnancy of a portion, with room to spare: a process grew by 1,250 for each."""


@click.command("audit")
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write, which must not be there or be empty.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="Spark is for what does not fit one machine.")
@click.option("--guideline", "guidelines", multiple=True, metavar="ID", help="Only this guideline (may be repeated).")
@click.option("--topic", "topics", multiple=True, metavar="ID", help="Only this topic (may be repeated).")
@click.option("--list", "cells", multiple=True, metavar="REC=STATUS", help="Also list the pregnancies behind a cell (may be repeated).")
@click.option("--no-suppression", is_flag=True, help="Show counts from 1 to 9 too. Mind who will see them.")
@click.option("--declaration", default="", metavar="NAME", help="What the record system of a FHIR export may be trusted for.")
@click.option("--memory", type=click.IntRange(500), default=3000, show_default=True, metavar="MB", help="What DuckDB may use before it spills to disk.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as processors, if not said. They change no count.")
@click.option("--portion", type=click.IntRange(100), help="Pregnancies at a time; as many as --memory allows, if not said. It changes no count.")
@click.option("--force", is_flag=True, help="Take the place of an audit that is there already.")
@click.option("--schema", is_flag=True, help="List the flat tables and their columns, and stop.")
@KNOWLEDGE
def audit(
    source: Path | None, out: Path | None, engine: str, guidelines: tuple[str, ...], topics: tuple[str, ...], cells: tuple[str, ...], declaration: str,
    memory: int, workers: int | None, portion: int | None, knowledge: Folders, *, no_suppression: bool, force: bool, schema: bool,
) -> None:  # fmt: skip
    """Ask of every pregnancy what guidelines said at each moment, and what was done.

    SOURCE is a folder of flat tables (Parquet or CSV), a folder of FHIR Bulk Data (.ndjson or .ndjson.gz), or an OMOP
    database (a .duckdb file, or a folder of Parquet or CSV). At each moment only what was known by then counts. For every
    recommendation for or against an act (a scan, a stitch, progesterone, a referral) it counts where it was due; done in
    time, late, or not; what cannot be told, and for want of what; and what was done although no guideline supports it, or
    one advises against it.

    DIR gets report.html to read; tables as .csv and .parquet; the SQL that was run; audit.json. Counts under 10 are left
    out. Nothing that names a pregnancy is written unless --list asks for it.

    \b
    gravida synthesize -n 20000 --out made
    gravida audit made --out audit
    gravida audit export.duckdb --out audit --topic vaginal-progesterone
    gravida audit --schema
    """
    with plain_errors():
        if schema:
            click.echo("\n".join(_schema()))
            return
        if source is None:
            raise Fault("name what to audit: a folder of flat tables, FHIR Bulk Data or OMOP, or an OMOP .duckdb file; see gravida audit --help")
        known, folder = load_knowledge(knowledge), free_folder(out, MARK, "an audit", force=force)
        _named("guideline", guidelines, known.guidelines)
        _named("topic", topics, known.topics)
        suppress = 0 if no_suppression else None
        many = (workers or os.cpu_count() or 1) if engine == "duckdb" else 1
        size = portion or memory * 1_000_000 // (many * ENOUGH)
        job = _Job(known, source, engine, guidelines, topics, cells, declaration, memory, many, size, suppress, time.monotonic())
        _run(job, folder)


@dataclass(frozen=True)
class _Job:
    """What somebody asked for. ``memory`` is in megabytes; ``suppress`` is the least count that is shown."""

    knowledge: Knowledge
    source: Path
    engine: str
    guidelines: tuple[str, ...]
    topics: tuple[str, ...]
    cells: tuple[str, ...]
    declaration: str
    memory: int
    workers: int
    portion: int
    suppress: int | None
    began: float


def _named(what: str, names: tuple[str, ...], known: Any) -> None:
    for name in names:
        if name not in known:
            raise no_such(what, name, known, "gravida guidelines" if what == "guideline" else "gravida guidelines --help")


def _run(job: _Job, folder: Path) -> None:
    """Write everything, or nothing if it is stopped."""
    with whole_folder(folder) as beside, TemporaryDirectory(prefix="gravida-") as spare:
        summary = _audited(job, beside, Path(spare))
    click.echo(summary)
    click.echo(f"wrote {folder}; begin with {folder / 'report.html'}", err=True)


def _audited(job: _Job, beside: Path, spare: Path) -> str:
    from duckdb import ConversionException, InvalidInputException, IOException, OutOfMemoryException  # noqa: PLC0415

    from gravida.audit.forms import NoSource, read  # noqa: PLC0415
    from gravida.audit.intake import NotFlat  # noqa: PLC0415
    from gravida.audit.wanted import NotThere  # noqa: PLC0415

    try:
        with progress("reading") as advance:
            found = read(job.source, spare / "flat", job.knowledge, job.declaration, os.cpu_count() or 1, advance)
        engine = _engine(job, spare)
        gc.disable()  # tables and report are a million small objects that stay until the end: to look through them again and again takes a second
        try:
            return _written(job, found, engine, beside, spare)
        finally:
            gc.enable()
            engine.close()
    except (NoSource, NotFlat, NotThere) as error:
        raise Fault(str(error)) from None
    except (IOException, InvalidInputException, ConversionException) as error:
        raise Fault(f"{job.source}: this cannot be read: {str(error).splitlines()[0]}") from None
    except OutOfMemoryException:
        raise Fault(f"{job.memory} MB of memory are too few for portions of {job.portion:,}: give more with --memory, or a smaller --portion") from None


def _engine(job: _Job, spare: Path) -> "Engine":
    if job.engine == "spark":
        return _spark(spare / "spark")
    from gravida.audit.engine import Duck  # noqa: PLC0415

    return Duck(spare / "spill", memory=f"{job.memory}MB")


def _spark(folder: Path) -> "Engine":
    from gravida.audit.engine_spark import NoSpark, Spark  # noqa: PLC0415

    try:
        return Spark(folder)
    except NoSpark as error:
        raise Fault(str(error)) from None


def _written(job: _Job, found: "Read", engine: "Engine", beside: Path, spare: Path) -> str:
    from gravida.audit.intake import open_folder  # noqa: PLC0415
    from gravida.audit.output import write_sql, write_tables  # noqa: PLC0415
    from gravida.audit.portions import Plan, run  # noqa: PLC0415
    from gravida.audit.report import html  # noqa: PLC0415
    from gravida.audit.run import Audit, audited  # noqa: PLC0415
    from gravida.audit.summary import summary  # noqa: PLC0415
    from gravida.audit.wanted import wanted  # noqa: PLC0415

    chosen = [
        each for each in audited(job.knowledge)
        if (not job.guidelines or each.guideline in job.guidelines) and (not job.topics or each.topic in job.topics)
    ]  # fmt: skip
    if not chosen:
        raise Fault("no recommendation about an act is left: name other guidelines or topics")
    asked = [wanted(text) for text in job.cells]
    work = Audit(engine, job.knowledge, open_folder(found.folder, engine), chosen, asked)
    plan = Plan(job.knowledge, chosen, found.folder, asked, job.memory // job.workers, spare)
    with progress("judging") as advance:
        run(work, job.portion, advance, plan, job.workers)
    result = _result(job, found, work)
    write_tables(result, beside)
    write_sql(work.log, engine.name, beside / "sql")
    if job.cells:
        work.lists.write(beside / "pregnancies.csv")
    about = _about(job, found, work)
    (beside / "report.html").write_text(html(result, about), encoding="utf-8")
    (beside / MARK).write_text(json.dumps(_facts(job, found, result), indent=2) + "\n", encoding="utf-8")
    return summary(result)


def _result(job: _Job, found: "Read", work: "Audit") -> "Result":
    from gravida.audit.result import SMALL, Result  # noqa: PLC0415

    accounts = (*found.accounts, *work.quality.accounts())
    suppress = SMALL if job.suppress is None else job.suppress
    return Result(job.knowledge, work.recommendations, work.counts, accounts, work.quality.told.findings, found.conflicts, suppress)


def _about(job: _Job, found: "Read", work: "Audit") -> "About":
    from gravida.audit.report import About  # noqa: PLC0415

    today = datetime.now(UTC).date().isoformat()
    notes = (*(f"not read: {name}" for name in work.sources.unknown), *((f"trusted as {job.declaration}",) if job.declaration else ()))
    seconds = time.monotonic() - job.began
    return About(
        "Audit", f"{job.source.name} ({found.form})", work.engine.name, today, seconds, __version__,
        synthetic=_is_synthetic(job.source), portions=work.portions, notes=notes,
    )  # fmt: skip


def _is_synthetic(source: Path) -> bool:
    return (source / SYNTHETIC).is_file() if source.is_dir() else (source.parent / SYNTHETIC).is_file()


def _facts(job: _Job, found: "Read", result: "Result") -> dict[str, object]:
    """Return what the audit rests on, for a program to read."""
    return {
        "gravida": __version__, "source": job.source.name, "form": found.form, "synthetic": _is_synthetic(job.source), "engine": job.engine,
        "recommendations": len(result.recommendations), "pregnancies": result.cell(result.pregnancies).shown, "counts_shown_from": result.suppress,
        "digests": {each.key: each.digest for each in result.recommendations},
    }  # fmt: skip


def _schema() -> Iterator[str]:
    """Yield the flat tables with their columns."""
    yield "Flat tables, each a Parquet or CSV file of its name, or a folder of such files."
    yield "A gestation is in days. A column that ends in _to is the other end of a range."
    yield "A column or table that is missing is unknown, never no."
    for table, columns in TABLES.items():
        yield ""
        yield table
        yield from (f"  {_column(column)}" for column in columns)


def _column(column: Column) -> str:
    return f"{column.name:<42}{column.sql_type:<9}{column.meaning}".rstrip()
