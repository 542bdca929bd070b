"""``gravida synthesize``: a made-up population to try an audit on."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gravida.cli_folders import free_folder, whole_folder
from gravida.cli_numbers import allow, changes_of, numbered, print_lines, setting_of
from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.synthesis import YEARS, Population
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, plain_errors, progress

if TYPE_CHECKING:
    from gravida.synthesize import Plan
    from gravida.synthesize_report import Run
    from gravida.synthesize_tally import Counts

FLAT, MADE_FIRST = "flat", ".flat"
"""The form that is made first, and where it stands while another is made of it."""
MARK = "synthetic.json"
"""The file by which a folder is known to be ours."""


def _years(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    """Read a span of years: ``2023-2025`` or one year."""
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit() and 1900 <= int(first) <= int(last or first) < 2200):  # noqa: PLR2004  (as records are)
        raise click.BadParameter(f"{text!r} is no span of years: write 2023-2025")
    return int(first), int(last or first)


@click.command("synthesize")
@click.option("-n", "people", type=click.IntRange(1, 999_999_999), default=10_000, show_default=True, help="How many pregnancies, of one person each.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed makes other people; the same one makes the same.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write, which must not be there or be empty.")
@click.option("--as", "form", type=click.Choice(["flat", "fhir", "omop"]), default="flat", show_default=True, help="Flat tables, FHIR Bulk Data, or OMOP.")
@click.option("--setting", metavar="NAME", help="Whose short cervices to follow; --list names them.")
@click.option("--set", "changes", multiple=True, callback=changes_of, metavar="NAME=VALUE", help="Change one number, at every site (may be repeated).")
@click.option("--years", default="-".join(map(str, YEARS)), show_default=True, callback=_years, help="When the pregnancies begin.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as processors, if not said. They change nothing in what is made.")
@click.option("--force", is_flag=True, help="Take the place of a synthetic population that is there already.")
@click.option("--list", "listed", is_flag=True, help="List settings, sites and every number, with its source and how sure it is.")
@KNOWLEDGE
def synthesize(
    people: int, seed: int, out: Path | None, form: str, setting: str | None, changes: dict[str, float], years: tuple[int, int], workers: int | None,
    knowledge: Folders, *, force: bool, listed: bool,
) -> None:  # fmt: skip
    """Make up a population of pregnancies, to try an audit on.

    There is no public data set with lengths of the cervix. Here histories, lengths by week, shortening, care and outcomes
    follow published numbers where there are some; what is assumed is said. The share of short cervices differs tenfold
    between countries, so it is a setting. Sites differ in their habits: some of what guidelines ask for is done in time,
    some late, some not, and some is done without a reason.

    Person 17 is the same in any size. DIR gets a folder for each table, or with --as fhir a file for each kind of
    resource, or with --as omop a file for each table of the OMOP form; README.txt, synthetic.json (every number
    behind it) and validation.html: what was made beside what was published, also where the two differ.

    \b
    gravida synthesize -n 100000 --seed 1 --out made
    gravida synthesize -n 1000 --as fhir --out made-fhir
    gravida synthesize -n 100000 --setting us --set habit_tv_for_all=0.9 --out made-us
    gravida synthesize --list
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        population = known.population
        if listed:
            print_lines(_listed(population))
            return
        chosen = setting_of(setting, population)
        allow(changes, population)
        folder = free_folder(out, MARK, "a synthetic population", force=force)
        run, plan = _planned(known, people, seed, chosen, years, changes)
        _write(run, plan, folder, workers or os.cpu_count() or 1, form, known)
        click.echo(f"wrote {people:,} synthetic pregnancies to {folder}; begin with {folder / 'README.txt'} and {folder / 'validation.html'}", err=True)


def _planned(
    known: Knowledge, people: int, seed: int, setting: str, years: tuple[int, int], changes: dict[str, float]
) -> "tuple[Run, Plan]":  # fmt: skip
    try:
        from gravida.synthesize import plan_of  # noqa: PLC0415  (needs what no other command needs)
        from gravida.synthesize_report import Run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise Fault(f"this needs the package {error.name}: pip install 'gravida[population]'") from None
    return Run(seed, people, known.population.settings[setting], years, changes), plan_of(known, seed, years, setting, changes)


def _write(run: "Run", plan: "Plan", folder: Path, workers: int, form: str, known: Knowledge) -> None:
    """Write everything, or nothing if it is stopped."""
    from gravida.synthesize import write_flat  # noqa: PLC0415

    with whole_folder(folder) as beside, progress("making people up") as advance:
        flat = beside if form == FLAT else beside / MADE_FIRST
        counts = write_flat(plan, run.people, flat, workers, advance)
        _transform(form, flat, beside, known, advance)
        for name, text in _texts(run, plan, counts, form).items():
            (beside / name).write_text(text, encoding="utf-8")


def _transform(form: str, flat: Path, out: Path, known: Knowledge, advance: Callable[[int, int], object]) -> None:
    """Write flat tables in another form, and remove them."""
    if form == FLAT:
        return
    if form == "fhir":
        from gravida.bulk_write import write_bulk  # noqa: PLC0415

        write_bulk(flat, out, known, advance)
    else:
        from gravida.omop_write import write_omop  # noqa: PLC0415

        write_omop(flat, out, known)
    shutil.rmtree(flat)


def _texts(run: "Run", plan: "Plan", counts: "Counts", form: str) -> dict[str, str]:
    from gravida.synthesize_report import beside, comparison_csv, facts_json, page, readme  # noqa: PLC0415

    rows = beside(plan, counts)
    return {
        "README.txt": readme(run, counts, form),
        MARK: facts_json(run, plan, counts),
        "validation.csv": comparison_csv(rows),
        "validation.html": page(run, rows),
    }


def _listed(population: Population) -> Iterator[str]:
    """Yield every setting, site and number."""
    yield "Settings (--setting)"
    for setting in population.settings.values():
        yield f"- {setting.id}{' (default)' if setting.is_default else ''}: {setting.label}. {setting.note}"
        yield from (f"  {numbered(each)}" for each in setting.values.values())
    yield ""
    yield "Sites (made up; habits that differ from those below)"
    for site in population.sites:
        yield f"- {site.id}: {site.label}; " + ", ".join(f"habit_{name} {value:g}" for name, value in site.habits.items())
    yield ""
    yield "Numbers (--set NAME=VALUE)"
    yield from (f"- {numbered(each)}" for each in population.parameters.values())
