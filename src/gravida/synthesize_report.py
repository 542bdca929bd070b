"""What stands beside the tables: that all of it is made up, from which numbers, and how it compares with published ones.

>>> verdict(0.044, None, None, 0.045, 0.001), verdict(0.044, None, None, 0.043, 0.0001), verdict(0.044, None, None, 0.066, 0.001)
('agrees', 'close: lower by 2.3 %', 'higher by 50 %')
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.metadata import version
from typing import Any

from gravida.synthesis import SHARE, Figure, Setting
from gravida.synthesize import ROWS, Plan
from gravida.synthesize_lengths import PER_CENT
from gravida.synthesize_tally import Counts, made

NOTICE = "Synthetic: every person, every date and every length in this folder was made up by a program. Nobody here is real, and nothing here is evidence."
NO_DATA = "There is no public data set with lengths of the cervix; that is why this one is made."
Z95 = 1.96
CLOSE = 0.05
"""A difference that is called close."""

COLUMNS = (
    "figure",
    "about",
    "unit",
    "published",
    "published_low",
    "published_high",
    "made",
    "made_error",
    "verdict",
    "confidence",
    "source",
    "population",
    "note",
)
MOST_PIXELS = 200


@dataclass(frozen=True, slots=True)
class Run:
    """What somebody asked for."""

    seed: int
    people: int
    setting: Setting
    years: tuple[int, int]
    changes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Beside:
    """One published figure and what was made. ``error`` is the standard error of what was made."""

    figure: Figure
    made: float
    error: float

    @property
    def verdict(self) -> str:
        """How the two compare."""
        return verdict(self.figure.value, self.figure.low, self.figure.high, self.made, self.error)


def beside(plan: Plan, counts: Counts) -> list[Beside]:
    """Return every published figure with what was made."""
    return [Beside(each, *made(each, counts[each.id])) for each in plan.figures]


def verdict(published: float, low: float | None, high: float | None, found: float, error: float) -> str:
    """Say how what was made compares: within the limits that were published and its own chance, or by how much it differs."""
    if math.isnan(found):
        return "nobody to count"
    least, most = (low if low is not None else published), (high if high is not None else published)
    if least - Z95 * error <= found <= most + Z95 * error:
        return "agrees"
    apart = abs(found / published - 1)
    return ("close: " if apart <= CLOSE else "") + f"{'higher' if found > published else 'lower'} by {apart * PER_CENT:.{0 if apart >= CLOSE else 1}f} %"


# --- as a table and as facts ---------------------------------------------------------------------------------------


def comparison_csv(rows: Sequence[Beside]) -> str:
    """Return the comparison as a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in rows:
        figure, own = each.figure, each.figure.parameter
        limits = ["" if limit is None else f"{limit:g}" for limit in (figure.low, figure.high)]
        row = [figure.id, figure.about, own.unit, f"{figure.value:g}", *limits, f"{each.made:.6g}", f"{each.error:.3g}", each.verdict]
        writer.writerow([*row, own.confidence, own.source, own.population, own.note])
    return text.getvalue()


def facts_json(run: Run, plan: Plan, counts: Counts) -> str:
    """Return what the population was made from: seed, size, setting, and every number with its source and its confidence."""
    numbers = {key: _told(plan.chosen.parameters[key]) for key in sorted(plan.chosen.used)}
    found = {
        "synthetic": True, "notice": NOTICE, "no_public_data": NO_DATA, "gravida": version("gravida"), "seed": run.seed, "people": run.people,
        "setting": run.setting.id, "setting_label": run.setting.label, "years": list(run.years), "changes": dict(sorted(run.changes.items())), "form": "flat",
        "rows": {name.removeprefix(ROWS): int(each[0]) for name, each in counts.items() if name.startswith(ROWS)},
        "sites": [asdict(site) for site in plan.chosen.sites], "numbers": numbers,
    }  # fmt: skip
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _told(parameter: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(parameter).items() if value not in ("", None) and name != "id"}


FORMS = {
    "flat": 'A folder for each table, in Parquet; the columns are those of the flat form. Every person_id begins with "synthetic-".',
    "fhir": "A file for each kind of resource, FHIR R4 Bulk Data in NDJSON, made of the flat tables that are counted above.\n"
    'Every resource is labelled HTEST (test health data), and every Patient begins with "synthetic-". What FHIR cannot carry is left out.',
    "omop": "A file for each table of the OMOP form (CDM 5.4), in Parquet, made of the flat tables that are counted above.\n"
    'Every person_source_value begins with "synthetic-". What the OMOP form cannot carry is left out; nobody has a year of birth.',
}
"""What stands in the folder, by its form."""


def readme(run: Run, counts: Counts, form: str) -> str:
    """Return the text that says what the folder is."""
    rows = "\n".join(f"  {name.removeprefix(ROWS):20} {int(each[0]):>12,} rows" for name, each in counts.items() if name.startswith(ROWS))
    changes = "".join(f"  {name} = {value:g}\n" for name, value in sorted(run.changes.items()))
    changed = f"\nChanged by whoever ran it:\n{changes}" if changes else ""
    return (
        f"{NOTICE}\n{NO_DATA}\n\nMade by gravida {version('gravida')}: {run.people:,} pregnancies, seed {run.seed}, setting {run.setting.id} "
        f"({run.setting.label}), begun {run.years[0]} to {run.years[1]}.\n{changed}\n{rows}\n\n"
        f"{FORMS[form]}\n"
        "synthetic.json holds every number that it was made from, with its source and how sure it is; many are assumed.\n"
        "validation.html and validation.csv show what was made beside published figures, also where the two differ.\n"
    )


# --- as a page -----------------------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b1a; --paper: #fffdf9; --line: #cfc9bf; --made: #0b6e6e; --seen: #b4451f; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8e1; --paper: #191816; --line: #4a463f; --made: #6fcfcf; --seen: #f2a27e; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; min-width: 7rem; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid var(--line); }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
th[scope=row] { min-width: 15rem; } small { display: block; opacity: .8; font-weight: normal; } .notice { border: 2px solid var(--seen); padding: .8rem 1rem; }
.scroll { overflow-x: auto; } svg { width: 9rem; height: 1.6rem; }
.made { fill: var(--made); } .seen { stroke: var(--seen); stroke-width: 2; } .axis { stroke: var(--line); }
"""


def page(run: Run, rows: Sequence[Beside]) -> str:
    """Return the comparison as one page that needs nothing else."""
    agree, close = (sum(each.verdict.startswith(word) for each in rows) for word in ("agrees", "close"))
    lines = "\n".join(_row(each) for each in rows)
    head = "".join(f"<th scope='col'>{name}</th>" for name in ("Figure", "Published", "Made", "Both", "How they compare", "Source"))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Synthetic population beside published figures</title><style>{STYLE}</style></head><body><main>
<h1>A synthetic population beside published figures</h1>
<p class="notice"><strong>{escape(NOTICE)}</strong> {escape(NO_DATA)}</p>
<p>{run.people:,} pregnancies, seed {run.seed}, setting {escape(run.setting.id)} ({escape(run.setting.label)}), begun {run.years[0]} to {run.years[1]}.
{escape(run.setting.note)}</p>
<p>Of {len(rows)} published figures {agree} agree: what was made lies within the published limits, or within what chance does to so many people.
{close} are close, by 5 % or less. The other {len(rows) - agree - close} differ, and stay so:
they come from other populations, and some contradict each other. Lengths were counted on one scan of everybody,
as the studies did, whether a scan is on record or not. Births are those with the care that was given.</p>
<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>
{lines}
</tbody></table></div>
<p>A line across is what was published, with its limits where there are some; a dot is what was made.</p>
</main></body></html>
"""


def _row(each: Beside) -> str:
    figure, own = each.figure, each.figure.parameter
    limits = f" ({_shown(figure, figure.low)} to {_shown(figure, figure.high)})" if figure.low is not None and figure.high is not None else ""
    found = "" if math.isnan(each.made) else f"{_shown(figure, each.made)} ± {_shown(figure, Z95 * each.error, finer=1)}"
    notes = "".join(f"<small>{escape(text)}</small>" for text in (own.population, own.note) if text)
    return (
        f"<tr><th scope='row'>{escape(figure.about)}{notes}</th><td class='number'>{_shown(figure, figure.value)}{limits}</td><td class='number'>{found}</td>"
        f"<td>{_picture(each)}</td><td>{escape(each.verdict)}</td><td>{escape(own.source)}<small>{escape(own.confidence)}</small></td></tr>"
    )


def _shown(figure: Figure, value: float | None, *, finer: int = 0) -> str:
    if value is None:
        return ""
    return f"{value * PER_CENT:.{2 + finer}f} %" if figure.parameter.unit == SHARE else f"{value:.{1 + finer}f} {figure.parameter.unit}"


def _picture(each: Beside) -> str:
    """Draw what was published as a line across, and what was made as a dot."""
    if math.isnan(each.made):
        return ""
    figure = each.figure
    most = 1.1 * max(figure.value, figure.high or 0.0, each.made)
    low, at, high, dot = (value / most * MOST_PIXELS for value in (figure.low or figure.value, figure.value, figure.high or figure.value, each.made))
    return (
        f"<svg viewBox='0 0 {MOST_PIXELS} 24' role='img' aria-label='published {_shown(figure, figure.value)}, made {_shown(figure, each.made)}'>"
        f"<line class='axis' x1='0' y1='12' x2='{MOST_PIXELS}' y2='12'/><line class='seen' x1='{low:.1f}' y1='12' x2='{high:.1f}' y2='12'/>"
        f"<line class='seen' x1='{at:.1f}' y1='3' x2='{at:.1f}' y2='21'/><circle class='made' cx='{dot:.1f}' cy='12' r='5'/></svg>"
    )
